import { rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, type TestContext, test } from "vitest";
import type { Behaviour } from "../../src/sandbox/index.ts";
import { serveLanes } from "../support/lanes.ts";
import { FAULTS, type Fault, naming, strike } from "./faults.ts";
import {
  elsewhere,
  expectComplete,
  expectNobodyUntold,
  expectNothingSecret,
  HANDOVER,
  infoOf,
  loseJournal,
  runBuilt,
  watched,
} from "./runs.ts";

const lanes = serveLanes(2);
/** A test waits for its turn as well. */
const TURN_MS = 600_000;

const ADD_PASSWORD = "Graph: POST /applications/{id}/addPassword";
const UPLOAD = "delivery: store #2";
const LOOK = "delivery: look #2";
const MARK = "Graph: PATCH /applications/{id}";

/** The kills from the moment a secret may exist until the last trace of its delivery is there. */
const KILLS = [ADD_PASSWORD, UPLOAD, LOOK, MARK].flatMap((row) =>
  Object.entries(FAULTS)
    .filter(([, { kills }]) => kills)
    .map(([column, fault]): [row: string, column: string, fault: Fault] => [row, column, fault]),
);

/** A place of which the first run meets a fault; without one it is left in peace. */
async function prepare(
  context: TestContext,
  { row, fault, behaviour = {} }: { row?: string; fault?: Fault; behaviour?: Partial<Behaviour> } = {},
) {
  const victim = { kill: () => undefined as void };
  const { options, secrets, calm } = watched(
    behaviour,
    naming((name, request, fetch) =>
      name === row && fault ? strike(fault, victim, request, fetch) : fetch(request),
    ),
  );
  const place = await lanes(options, context.onTestFinished);
  const first = await runBuilt(place, victim);
  calm();
  return { place, secrets, first };
}

/** The key ids of the live secrets. */
function live({ sandbox }: Awaited<ReturnType<typeof prepare>>["place"]): string[] {
  return (sandbox.state.applications[0]?.passwordCredentials ?? []).map(({ keyId }) => keyId);
}

describe.concurrent("something is lost between two runs", { timeout: TURN_MS }, () => {
  test.for(KILLS)("%s, %s, and the journal is lost", async ([row, , fault], context) => {
    const { place, secrets, first } = await prepare(context, { row, fault });
    const handedOver = infoOf(place);
    const before = live(place);
    loseJournal(place);
    const second = await runBuilt(place);
    expect(second.exitCode, second.stderr).toBe(0);
    // Without the journal nothing proves that a secret is of no use: none is taken away.
    expect(live(place)).toEqual(expect.arrayContaining(before));
    const written = infoOf(place);
    const links = [handedOver, written].filter(
      (info, index) => index === 1 || info?.["clientSecret"] !== written?.["clientSecret"],
    );
    expectNobodyUntold(place, links, [second]);
    expectNothingSecret(place, secrets, [first, second]);
    const third = await runBuilt(place);
    expect(third.stdout).toMatch(/Nothing to do/);
  });

  test.for(KILLS)("%s, %s, and the next run is in another folder", async ([row, , fault], context) => {
    const { place, secrets, first } = await prepare(context, { row, fault });
    const handedOver = infoOf(place);
    const other = elsewhere(place);
    const second = await runBuilt(other);
    expect(second.exitCode, second.stderr).toBe(0);
    expectNothingSecret(place, secrets, [first, second], { abandoned: true });
    // Delivered is delivered, wherever the file is.
    expectComplete(place, handedOver ?? infoOf(other));
  });

  // What the journal's loss alone does not show: only the file is elsewhere, so only its being there counts.
  const ONCE_WRITTEN = KILLS.filter(([row]) => row === LOOK || row === MARK);
  test.for(ONCE_WRITTEN)(
    "%s, %s, and the next run is on another machine",
    async ([row, , fault], context) => {
      const { place, secrets, first } = await prepare(context, { row, fault });
      const before = live(place);
      loseJournal(place);
      const other = elsewhere(place);
      const second = await runBuilt(other);
      expect(second.exitCode, second.stderr).toBe(0);
      expect(live(place)).toEqual(expect.arrayContaining(before));
      expectNobodyUntold(place, [infoOf(place), infoOf(other)], [second]);
      expectNothingSecret(place, secrets, [first, second], { abandoned: true });
    },
  );

  test.for([
    ["the file", false],
    ["the file and the journal", true],
  ] as const)("%s, after everything went well: nothing to do", async ([, journalToo], context) => {
    const { place, secrets, first } = await prepare(context);
    const handedOver = infoOf(place);
    rmSync(join(place.folder, HANDOVER));
    if (journalToo) loseJournal(place);
    const second = await runBuilt(place);
    expect(second.stdout, second.stderr).toMatch(/Nothing to do/);
    expect(second.exitCode).toBe(0);
    expect(infoOf(place)).toBeUndefined();
    expectNothingSecret(place, secrets, [first, second]);
    expectComplete(place, handedOver);
  });

  test("only the folder: nothing to do from another one", async (context) => {
    const { place, first } = await prepare(context);
    expect(first.exitCode).toBe(0);
    const second = await runBuilt(elsewhere(place));
    expect(second.stdout).toMatch(/Nothing to do/);
    expectComplete(place, infoOf(place));
  });
});

describe.concurrent("two processes at the same time in one folder", { timeout: TURN_MS }, () => {
  test.for([0, 20, 80, 160])("begun %d ms apart", async (ms, context) => {
    const { options, secrets } = watched({}, (fetch) => fetch);
    const place = await lanes(options, context.onTestFinished);
    const begun = runBuilt(place);
    await new Promise((resume) => setTimeout(resume, ms));
    const runs = await Promise.all([begun, runBuilt(place)]);
    for (const { exitCode, stderr } of runs) expect([0, 6, 8], stderr).toContain(exitCode);
    expect(runs.map(({ exitCode }) => exitCode)).toContain(0);
    expect(live(place).length).toBeLessThanOrEqual(2);
    const last = await runBuilt(place);
    expect(last.exitCode, last.stderr).toBe(0);
    expectNothingSecret(place, secrets, [...runs, last]);
    const links = [...runs, last].flatMap(({ stdout }) => /https:\S+~\S+/.exec(stdout) ?? []);
    expectNobodyUntold(
      place,
      links.map((clientSecret) => ({ clientSecret })),
      [...runs, last],
    );
  });
});

describe.concurrent("a tenant that shows things late", { timeout: TURN_MS }, () => {
  test.for<[string, Partial<Behaviour>]>([
    ["the secret at sign-in (7000215)", { secretUsableDelayMs: 1500 }],
    ["the role in the token", { consentDelayMs: 1500 }],
  ])("%s: the proof waits for it", async ([, behaviour], context) => {
    const { place, secrets, first } = await prepare(context, { behaviour });
    expect(first.exitCode, first.stderr).toBe(0);
    expect(first.stderr).toMatch(/✔ The new app works/);
    expectNothingSecret(place, secrets, [first]);
    expectComplete(place, infoOf(place));
  });

  test.for(Object.entries(FAULTS).filter(([, { acts }]) => acts))(
    "a secret whose answer was lost (%s) shows only to a later run, which removes it",
    async ([, fault], context) => {
      const behaviour = { credentialDelayMs: 3_600_000 };
      const { place, secrets, first } = await prepare(context, { row: ADD_PASSWORD, fault, behaviour });
      // A run that lived on has made another one itself.
      const second = fault.kills ? await runBuilt(place) : first;
      expect(second.exitCode, second.stderr).toBe(0);
      place.sandbox.behaviour.credentialDelayMs = 0;
      const third = await runBuilt(place);
      expect(third.exitCode, third.stderr).toBe(0);
      expectNothingSecret(place, secrets, [first, second, third]);
      expectComplete(place, infoOf(place));
      const fourth = await runBuilt(place);
      expect(fourth.stdout).toMatch(/Nothing to do/);
    },
  );
});

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import type { Fetch } from "../../src/ports/index.ts";
import { type Behaviour, EXAMPLE, type Sandbox } from "../../src/sandbox/index.ts";
import { type Ended, piped } from "../support/program.ts";
import { COMPLETE, tally } from "../support/run.ts";
import { collecting, filesIn, find, type Secret } from "../support/secrets.ts";
import type { Outpost, OutpostOptions } from "../support/served.ts";
import type { Victim } from "./faults.ts";

export const HANDOVER = "AppRegistrationInfo.json";

/** What every unattended command is told. */
export const ALONE = ["--yes", "--no-input", `--tenant-id=${EXAMPLE.tenantId}`, "--verbose"];
/** The command of every run that is given no other. */
export const REGISTER = [...ALONE, "--hostname=https://app.contoso.com"];

/** Several looks of half a minute may be needed to know that nothing was made. */
const LIMIT_MS = 240_000;

/** A sign-in that takes no time. */
export const QUICK: Partial<Behaviour> = { deviceCodePolls: 0, deviceCodeIntervalSeconds: 0 };

/** Options of a place whose first run's requests go through `meet`, and all of whose secrets are kept. */
export function watched(
  behaviour: Partial<Behaviour>,
  meet: (fetch: Fetch) => Fetch,
): { options: OutpostOptions; secrets: Secret[]; calm: () => void } {
  const secrets: Secret[] = [];
  let isCalm = false;
  return {
    secrets,
    calm: () => {
      isCalm = true;
    },
    options: {
      behaviour: { ...QUICK, ...behaviour },
      wrap: (fetch) => {
        const kept = collecting(secrets)(fetch);
        const met = meet(kept);
        return (request) => (isCalm ? kept : met)(request);
      },
    },
  };
}

/** A second folder to run in, with the same state folder as the first. */
export function elsewhere(place: Outpost): Pick<Outpost, "folder" | "env"> {
  const folder = join(place.root, "elsewhere");
  mkdirSync(folder);
  return { ...place, folder };
}

/** Forgets every journal, as another machine would. */
export function loseJournal({ root }: Outpost): void {
  rmSync(join(root, "state"), { recursive: true });
  mkdirSync(join(root, "state"));
}

/** Runs the built program once; whoever holds `victim` may kill it meanwhile. */
export async function runBuilt(
  place: Pick<Outpost, "folder" | "env">,
  victim: { kill: Victim["kill"] } = { kill: () => undefined },
  command: readonly string[] = REGISTER,
): Promise<Ended> {
  let isRunning = true;
  const ended = await piped(place, command, {
    limitMs: LIMIT_MS,
    onStart: (pid) => {
      victim.kill = () => {
        if (isRunning) killProcess(pid);
      };
    },
  });
  isRunning = false;
  return ended;
}

/** It may have ended by itself a moment ago. */
function killProcess(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** The hand-over file of a folder, where there is one. */
export function infoOf({ folder }: Pick<Outpost, "folder">): Record<string, string> | undefined {
  const file = join(folder, HANDOVER);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Record<string, string>) : undefined;
}

/** The key ids of the live secrets that a link opens to. It opens once. */
export function openedBy({ state, reveal }: Sandbox, link: string | undefined): string[] {
  const value = link === undefined ? undefined : reveal(link);
  if (value === undefined) return [];
  const hash = createHash("sha256").update(value).digest("hex");
  return (state.applications[0]?.passwordCredentials ?? [])
    .map(({ keyId }) => keyId)
    .filter((keyId) => state.secretHashes[keyId] === hash);
}

/** The end state of a faultless run: each thing once, and the link of the file gives the one secret. */
export function expectComplete(
  { sandbox }: Pick<Outpost, "sandbox">,
  info: Record<string, string> | undefined,
): void {
  const { linkOpens: _linkOpens, ...complete } = COMPLETE;
  expect(tally(sandbox, { info })).toEqual(complete);
  const [secret] = sandbox.state.applications[0]?.passwordCredentials ?? [];
  expect(openedBy(sandbox, info?.["clientSecret"])).toEqual([secret?.keyId]);
}

/**
 * What holds whatever was lost: each thing once, a delivered secret at least, and no live secret that
 * neither a link opens to nor an output names.
 */
export function expectNobodyUntold(
  { sandbox }: Pick<Outpost, "sandbox">,
  infos: readonly (Record<string, string> | undefined)[],
  runs: readonly Ended[],
): { delivered: string[] } {
  const { secrets, delivered: _delivered, linkOpens: _linkOpens, clientId: _clientId, ...once } = COMPLETE;
  expect(tally(sandbox, { info: undefined })).toMatchObject(once);
  const delivered = infos.flatMap((info) => openedBy(sandbox, info?.["clientSecret"]));
  expect(delivered.length).toBeGreaterThanOrEqual(secrets);
  const said = runs.map(({ stdout, stderr }) => stdout + stderr).join("\n");
  const untold = (sandbox.state.applications[0]?.passwordCredentials ?? []).filter(
    ({ keyId, displayName }) =>
      !delivered.includes(keyId) && !said.includes(keyId) && !said.includes(displayName ?? keyId),
  );
  expect(untold).toEqual([]);
  return { delivered };
}

/**
 * No secret, token or link stands anywhere but where the link belongs: in the file and in the results.
 *
 * @param options.handover the hand-over file's name.
 * @param options.abandoned no later run was in the folder of a killed one: only a run there takes away the
 * file that was being written.
 */
export function expectNothingSecret(
  { root }: Pick<Outpost, "root">,
  secrets: readonly Secret[],
  runs: readonly Ended[],
  { abandoned = false, handover = HANDOVER } = {},
): void {
  const said = runs.map(({ stderr }, index) => ({ place: `stderr of run ${index + 1}`, content: stderr }));
  const results = runs.map(({ stdout }, index) => ({ place: `stdout of run ${index + 1}`, content: stdout }));
  const isLink = ({ name }: Secret): boolean => name === "link";
  const isHandover = (path: string): boolean =>
    path.endsWith(`/${handover}`) || (abandoned && path.includes(`.${handover}.`));
  const files = filesIn(root);
  const others = secrets.filter((secret) => !isLink(secret));
  expect(find(others, [...files, ...said, ...results])).toEqual([]);
  const notForLinks = [...files.filter((file) => !isHandover(file.place)), ...said];
  expect(find(secrets.filter(isLink), notForLinks)).toEqual([]);
}

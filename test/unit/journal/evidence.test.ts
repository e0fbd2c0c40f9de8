import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readSecretEvidence } from "../../../src/journal/evidence.ts";
import { type JournalEntry, openJournal } from "../../../src/journal/journal.ts";
import { sha256 } from "../../../src/sha256.ts";
import { fakePorts, temporaryFolder } from "../../support/fake-ports.ts";

const APP = { objectId: "object-1", appId: "client-1" };
const intent = (secretName: string, ids: object = APP): JournalEntry => ({
  event: "intent",
  step: "issueSecret",
  secretName,
  ...ids,
});
const outcome = (secretName: string, keyId: string, ok = true): JournalEntry => ({
  event: "outcome",
  step: "issueSecret",
  ok,
  secretName,
  keyId,
  ...APP,
});
const delivered = (keyId: string): JournalEntry => ({
  event: "delivered",
  objectId: APP.objectId,
  keyId,
  endDateTime: "2028-03-01T12:00:00Z",
});
const handed = (second: number) => ({
  at: `2026-03-01T12:00:0${second}.000Z`,
  endDateTime: "2028-03-01T12:00:00Z",
});
const removed = (keyId: string): JournalEntry => ({ event: "removedSecret", objectId: APP.objectId, keyId });

/** The runs of these journals are over. */
const DEAD = { id: 1, startedAt: 1, isRunning: () => false };

/** One journal a list, a second apart; and what they say together. */
async function fold(...runs: JournalEntry[][]) {
  const ports = fakePorts();
  const folder = join(ports.system.homeFolder, "state");
  for (const [index, entries] of runs.entries()) {
    const journal = await openJournal(ports, {
      folder,
      runId: `run${index}`,
      command: "register",
      version: "1",
    });
    for (const entry of entries) await journal.record(entry);
    ports.clock.advance(1000);
  }
  return {
    ports,
    folder,
    read: (id: string = APP.objectId) =>
      readSecretEvidence({ files: ports.files, processes: DEAD }, folder, id),
  };
}

test.each<[string, JournalEntry[][], object[]]>([
  ["nothing", [[]], []],
  ["asked for, killed", [[intent("a")]], [{ secretName: "a", state: "open" }]],
  ["issued, killed", [[intent("a"), outcome("a", "k")]], [{ secretName: "a", keyId: "k", state: "issued" }]],
  [
    "delivered",
    [[intent("a"), outcome("a", "k"), delivered("k")]],
    [{ secretName: "a", keyId: "k", state: "delivered", delivered: handed(0) }],
  ],
  [
    "removed again",
    [[intent("a"), outcome("a", "k"), removed("k")]],
    [{ secretName: "a", keyId: "k", state: "removed" }],
  ],
  [
    "removed by a later run, and a new one delivered",
    [
      [intent("a"), outcome("a", "k")],
      [removed("k"), intent("b"), outcome("b", "l"), delivered("l")],
    ],
    [
      { secretName: "a", keyId: "k", state: "removed" },
      { secretName: "b", keyId: "l", state: "delivered", delivered: handed(1) },
    ],
  ],
  [
    "an answer that was no success leaves it open",
    [[intent("a"), outcome("a", "k", false)]],
    [{ secretName: "a", state: "open" }],
  ],
  ["the intent's line is lost", [[outcome("a", "k")]], [{ secretName: "a", keyId: "k", state: "issued" }]],
  [
    "nothing goes back",
    [[intent("a"), outcome("a", "k"), delivered("k"), intent("a"), outcome("a", "k")]],
    [{ secretName: "a", keyId: "k", state: "delivered", delivered: handed(0) }],
  ],
  ["other steps are no secrets", [[{ event: "intent", step: "removeSecret", secretName: "a", ...APP }]], []],
  ["a delivery nobody can place is left out", [[delivered("k"), removed("l")]], []],
  ["another application's is left out", [[intent("a", { objectId: "object-2", appId: "client-2" })]], []],
])("%s", async (_, runs, expected) => {
  expect(await (await fold(...runs)).read()).toEqual(expected);
});

test("the application goes by either id, in any letter case", async () => {
  const { read } = await fold([intent("a", { objectId: "Object-1" }), outcome("a", "k")]);
  const expected = [{ secretName: "a", keyId: "k", state: "issued" }];
  expect(await read("OBJECT-1")).toEqual(expected);
  expect(await read("client-1")).toEqual(expected);
  expect(await read("k")).toEqual([]);
});

describe("what cannot be read is passed over", () => {
  test("lines cut short, journals too large, folders, other files", async () => {
    const { folder, read } = await fold([intent("a")]);
    const line = JSON.stringify(outcome("a", "k"));
    writeFileSync(
      join(folder, "20260302T000000000Z-torn.jsonl"),
      `${line.slice(0, 30)}\nnull\n7\n[]\n\n${line}`,
    );
    writeFileSync(
      join(folder, "20260303T000000000Z-large.jsonl"),
      `${JSON.stringify(removed("k"))}\n`.repeat(20_000),
    );
    writeFileSync(join(folder, "notes.jsonl"), `${JSON.stringify(removed("k"))}\n`);
    mkdirSync(join(folder, "20260304T000000000Z-folder.jsonl"));
    expect(await read()).toEqual([{ secretName: "a", keyId: "k", state: "issued" }]);
  });

  test("no folder at all, or one that is forbidden", async () => {
    const ports = fakePorts();
    expect(await readSecretEvidence(ports, join(ports.folder, "none"), "x")).toEqual([]);
    const list = (): Promise<never> => Promise.reject(Object.assign(new Error(), { code: "EACCES" }));
    expect(
      await readSecretEvidence({ ...ports, files: { ...ports.files, list } }, ports.folder, "x"),
    ).toEqual([]);
  });
});

test("the newest five hundred journals count", async () => {
  const line = JSON.stringify(outcome("a", "k"));
  const names = Array.from({ length: 501 }, (_, day) => `${20_250_000 + day}T000000000Z-x.jsonl`);
  const read: string[] = [];
  const files = {
    list: async () => names.toReversed(),
    read: async (path: string) => {
      read.push(path);
      return new TextEncoder().encode(line);
    },
  };
  await readSecretEvidence({ files, processes: DEAD }, "/state", APP.objectId);
  expect(read).toHaveLength(500);
  expect(read.some((path) => path.includes("20250000T"))).toBe(false);
});

test("a secret of a run that is still under way is that run's to finish", async () => {
  const { ports, folder } = await fold([intent("a")]);
  const read = (isRunning: () => boolean) =>
    readSecretEvidence(
      { files: ports.files, processes: { id: 1, startedAt: 1, isRunning } },
      folder,
      APP.objectId,
    );
  expect(await read(() => true)).toEqual([]);
  expect(await read(() => false)).toEqual([{ secretName: "a", state: "open" }]);
});

describe("killed while the hand-over file was written", () => {
  const LINK = "https://one-time.example.com/secret~key";
  const handing = (file: string, draft = `${file}.tmp`): JournalEntry => ({
    event: "handingOver",
    objectId: APP.objectId,
    keyId: "k",
    file,
    draft,
    linkHash: sha256(LINK),
  });
  const HOLDING = JSON.stringify({ clientSecret: LINK });

  test.each<[string, string | undefined, string]>([
    ["the file holds the link", HOLDING, "delivered"],
    [
      "a section of the file holds the link",
      JSON.stringify({ advisors: { clientSecret: LINK } }),
      "delivered",
    ],
    ["the file holds another link", JSON.stringify({ clientSecret: `${LINK}2` }), "issued"],
    ["there is no file", undefined, "issued"],
    ["the file is no JSON", LINK, "issued"],
    ["the file is JSON of another kind", JSON.stringify([null, 1, [LINK]]), "issued"],
  ])("%s", async (_what, content, state) => {
    const file = join(temporaryFolder(), "AppRegistrationInfo.json");
    if (content !== undefined) writeFileSync(file, content);
    const { read } = await fold([intent("a"), outcome("a", "k"), handing(file)]);
    // Without its draft it may have been in its place, and have been sent on.
    const gone = state === "issued" ? "unclear" : state;
    expect(await read()).toEqual([{ secretName: "a", keyId: "k", state: gone }]);
    writeFileSync(`${file}.tmp`, HOLDING);
    expect(await read()).toEqual([{ secretName: "a", keyId: "k", state }]);
  });
});

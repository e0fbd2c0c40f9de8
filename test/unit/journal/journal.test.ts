import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openJournal } from "../../../src/journal/journal.ts";
import { stateFolder } from "../../../src/journal/state-folder.ts";
import { Secret } from "../../../src/secret.ts";
import { type FakePorts, fakePorts } from "../../support/fake-ports.ts";

const failing = (code: string) => (): Promise<never> =>
  Promise.reject(Object.assign(new Error(code), { code }));

async function open(ports: FakePorts, warnings: unknown[] = []) {
  const folder = join(ports.system.homeFolder, "deep", "state");
  const options = { folder, runId: "0a1b2c3d", command: "register", version: "1.2.3" };
  const journal = await openJournal(ports, { ...options, onUnwritable: (failure) => warnings.push(failure) });
  return { journal, folder };
}

test("a run is one file of JSON lines, each with its time", async () => {
  const ports = fakePorts();
  const { journal, folder } = await open(ports);
  await journal.record({ event: "intent", step: "issueSecret", objectId: "o", secretName: "s" });
  ports.clock.advance(1500);
  await journal.record({ event: "end", exitCode: 0 });
  expect(readdirSync(folder)).toEqual(["20260301T120000000Z-0a1b2c3d.jsonl"]);
  expect(journal.path).toBe(join(folder, "20260301T120000000Z-0a1b2c3d.jsonl"));
  expect(linesOf(journal.path)).toEqual([
    {
      at: "2026-03-01T12:00:00.000Z",
      event: "start",
      runId: "0a1b2c3d",
      command: "register",
      version: "1.2.3",
      processId: process.pid,
      processStart: ports.processes.startedAt,
    },
    { at: "2026-03-01T12:00:00.000Z", event: "intent", step: "issueSecret", objectId: "o", secretName: "s" },
    { at: "2026-03-01T12:00:01.500Z", event: "end", exitCode: 0 },
  ]);
  // The clock of a machine is put right now and then.
  expect(Math.abs(ports.processes.startedAt - performance.timeOrigin)).toBeLessThan(60_000);
});

test("lines come in the order they were given, whether or not anybody waits", async () => {
  const { journal } = await open(fakePorts());
  const steps = Array.from({ length: 50 }, (_, index) => `step${index}`);
  await Promise.all(steps.map((step) => journal.record({ event: "intent", step })));
  expect(linesOf(journal.path).slice(1)).toMatchObject(steps.map((step) => ({ step })));
});

test("a secret that strays into an entry does not show", async () => {
  const { journal } = await open(fakePorts());
  const entry = { event: "end", exitCode: 0, stray: new Secret("hunter2") } as const;
  await journal.record(entry);
  expect(readFileSync(String(journal.path), "utf8")).not.toContain("hunter2");
});

test.each([
  ["ensureFolder", "EROFS"],
  ["ensureFolder", "ENOTDIR"],
  ["append", "ENOSPC"],
  ["append", "EACCES"],
])("where %s fails with %s the run goes on without, with one warning", async (operation, errno) => {
  const warnings: unknown[] = [];
  const { journal } = await open(fakePorts({ files: { [operation]: failing(errno) } }), warnings);
  expect(journal.path).toBeUndefined();
  await journal.record({ event: "end", exitCode: 0 });
  expect(warnings).toMatchObject([{ errno }]);
});

test("a disk that is full for a while costs one warning and the lines of that while", async () => {
  const ports = fakePorts();
  const warnings: unknown[] = [];
  let isFull = false;
  const files = {
    ...ports.files,
    async append(path: string, text: string) {
      if (!isFull) return ports.files.append(path, text);
      await ports.files.append(path, text.slice(0, 5));
      throw Object.assign(new Error("full"), { code: "ENOSPC" });
    },
  };
  const { journal } = await open({ ...ports, files }, warnings);
  isFull = true;
  await journal.record({ event: "intent", step: "lost" });
  await journal.record({ event: "intent", step: "lost too" });
  isFull = false;
  await journal.record({ event: "end", exitCode: 7 });
  expect(warnings).toMatchObject([{ errno: "ENOSPC", path: journal.path }]);
  expect(linesOf(journal.path)).toMatchObject([{ event: "start" }, { event: "end", exitCode: 7 }]);
});

function linesOf(path: string | undefined): unknown[] {
  return readFileSync(String(path), "utf8")
    .split("\n")
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as unknown];
      } catch {
        return [];
      }
    });
}

describe("the state folder", () => {
  const NAME = "entra-app-registration";
  test.each<[NodeJS.Platform, string, Record<string, string>, string]>([
    ["win32", "C:\\Users\\a", { LOCALAPPDATA: "D:\\Local" }, `D:\\Local\\${NAME}`],
    ["win32", "C:\\Users\\a", {}, `C:\\Users\\a\\AppData\\Local\\${NAME}`],
    ["darwin", "/Users/a", { XDG_STATE_HOME: "/x" }, `/Users/a/Library/Application Support/${NAME}`],
    ["linux", "/home/a", {}, `/home/a/.local/state/${NAME}`],
    ["linux", "/home/a", { XDG_STATE_HOME: "/x" }, `/x/${NAME}`],
    ["linux", "/home/a", { XDG_STATE_HOME: "" }, `/home/a/.local/state/${NAME}`],
    ["linux", "/home/a", { XDG_STATE_HOME: "relative" }, `/home/a/.local/state/${NAME}`],
    ["freebsd", "/home/a", {}, `/home/a/.local/state/${NAME}`],
  ])("%s %s %j", (platform, homeFolder, environment, expected) => {
    expect(stateFolder({ platform, homeFolder, environment })).toBe(expected);
  });
});

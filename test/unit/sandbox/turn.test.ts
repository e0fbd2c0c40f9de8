import { randomUUID } from "node:crypto";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleepFor } from "node:timers/promises";
import { expect, test } from "vitest";
import type { Processes } from "../../../src/ports/index.ts";
import { nodeFiles } from "../../../src/ports/node/files.ts";
import { takeTurn } from "../../../src/sandbox/turn.ts";
import { fakeClock, temporaryFolder } from "../../support/fake-ports.ts";

const START = 1_700_000_000_000;
const NEVER = new AbortController().signal;

/** A run of a process in a machine on which the given processes are running. */
function run(id: number, { running = [1, 2, 3, 4, 5], clock = fakeClock() } = {}) {
  const processes: Processes = { id, startedAt: START + id, isRunning: (one) => running.includes(one) };
  const told: number[] = [];
  const ports = { files: nodeFiles, clock, ids: { uuid: randomUUID }, processes };
  const take = (folder: string, signal = NEVER) =>
    takeTurn(ports, folder, { signal, onWait: (processId) => void told.push(processId) });
  return { take, told, clock, ports };
}

const filesOf = (folder: string) => (existsSync(folder) ? readdirSync(folder) : []);

test("alone it is taken at once, and nothing is left of it", async () => {
  const folder = join(temporaryFolder(), "sandbox");
  const { take, told, clock } = run(1);
  const leave = await take(folder);
  expect(filesOf(folder)).toEqual([expect.stringMatching(/^turn-1-\d+-[0-9a-f]{8}$/)]);
  await leave();
  expect([filesOf(folder), told, clock.sleeps]).toEqual([[], [], []]);
});

test("the next run waits until the first has ended, and says for which", async () => {
  const folder = temporaryFolder();
  const leave = await run(2).take(folder);
  const second = run(1);
  let isIn = false;
  const taken = second.take(folder).then((leaveToo) => {
    isIn = true;
    return leaveToo;
  });
  await sleepFor(50);
  expect(isIn).toBe(false);
  await leave();
  await (await taken)();
  expect(second.told).toEqual([2]);
  expect(filesOf(folder)).toEqual([]);
});

test.each([
  ["a process that has ended", `turn-9-${START}-00000000`],
  ["an earlier process of the same id", `turn-1-${START}-00000000`],
])("%s keeps nobody waiting, and its file goes", async (_whose, name) => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, name), "");
  const { take, told } = run(1);
  await take(folder);
  expect(told).toEqual([]);
  expect(filesOf(folder)).not.toContain(name);
});

test("of many that come at once each has its turn, and never two", async () => {
  const folder = temporaryFolder();
  let isTaken = false;
  let turns = 0;
  const work = async (id: number) => {
    const { ports } = run(id);
    const clock = { now: () => new Date(), sleep: () => sleepFor(Math.random() * 5) };
    const leave = await takeTurn({ ...ports, clock }, folder, { signal: NEVER, onWait: () => undefined });
    expect(isTaken).toBe(false);
    isTaken = true;
    await sleepFor(Math.random() * 3);
    turns += 1;
    isTaken = false;
    await leave();
  };
  // Also two runs of one process.
  await Promise.all([1, 2, 3, 4, 5, 5, 4, 3, 2, 1].map(work));
  expect(turns).toBe(10);
  expect(filesOf(folder)).toEqual([]);
});

test("who gives up waiting is not waited for", async () => {
  const folder = temporaryFolder();
  await run(2).take(folder);
  const given = new AbortController();
  const waiting = run(1).take(folder, given.signal);
  await sleepFor(20);
  given.abort(new Error("given up"));
  await expect(waiting).rejects.toThrow("given up");
  expect(filesOf(folder)).toEqual([expect.stringMatching(/^turn-2-/)]);
});

test("a run that does not end is named after ten minutes", async () => {
  const folder = temporaryFolder();
  await run(2).take(folder);
  const [name = ""] = filesOf(folder);
  const facts = { processId: 2, path: join(folder, name) };
  await expect(run(1).take(folder)).rejects.toMatchObject({ code: "SANDBOX_BUSY", facts });
  expect(filesOf(folder)).toEqual([name]);
});

test("where nothing can be written nobody waits", async () => {
  const folder = join(temporaryFolder(), "file");
  writeFileSync(folder, "");
  const leave = await run(1).take(join(folder, "sandbox"));
  await leave();
});

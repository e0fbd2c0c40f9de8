import { join } from "node:path";
import { expect, test } from "vitest";
import { type JournalEntry, openJournal } from "../../../src/journal/journal.ts";
import { lostAttributes } from "../../../src/journal/lost-attributes.ts";
import { fakePorts } from "../../support/fake-ports.ts";

const FOLDERS = { name: "urn:x:folders", multiValued: true };
const OTHER = { name: "urn:x:other", multiValued: false };

test("what earlier runs found dropped, of that job alone; lines that are none are passed over", async () => {
  const ports = fakePorts();
  const folder = join(ports.system.homeFolder, "state");
  const broken = {
    event: "notKept",
    jobId: "scim.1",
    attributes: [null, "x", { name: 1, multiValued: true }],
  };
  const runs: readonly JournalEntry[][] = [
    [{ event: "notKept", jobId: "scim.1", attributes: [FOLDERS] }],
    [{ event: "notKept", jobId: "scim.2", attributes: [OTHER] }],
    [broken as unknown as JournalEntry],
    [{ event: "notKept", jobId: "scim.1", attributes: [OTHER] }],
  ];
  for (const [index, entries] of runs.entries()) {
    const options = { folder, runId: `run${index}`, command: "scim setup", version: "1" };
    const journal = await openJournal(ports, options);
    for (const entry of entries) await journal.record(entry);
    ports.clock.advance(1000);
  }
  const processes = { id: 1, startedAt: 1, isRunning: () => false };
  const read = (jobId: string) => lostAttributes({ files: ports.files, processes }, folder, jobId);
  expect(await read("scim.1")).toEqual([FOLDERS, OTHER]);
  expect(await read("scim.2")).toEqual([OTHER]);
  expect(await read("scim.3")).toEqual([]);
});

import { join } from "node:path";
import { expect, test } from "vitest";
import { openInstantiation } from "../../../src/journal/instantiations.ts";
import { type JournalEntry, openJournal } from "../../../src/journal/journal.ts";
import { fakePorts } from "../../support/fake-ports.ts";

const ABOUT = { step: "instantiateApplication", tenantId: "tenant-1", uniqueName: "mark-1" };
const intent: JournalEntry = { event: "intent", ...ABOUT };
const outcome = (ok: boolean): JournalEntry => ({ event: "outcome", ok, ...ABOUT });
const refused: JournalEntry = { event: "outcome", ok: false, refused: true, ...ABOUT };
const elsewhere = (entry: JournalEntry): JournalEntry => ({ ...entry, tenantId: "tenant-2" }) as JournalEntry;

test.each<[string, JournalEntry[][], number | undefined]>([
  ["nothing was intended", [], undefined],
  ["a killed run", [[intent]], 0],
  ["one that failed: a lost answer can have made it", [[intent, outcome(false)]], 0],
  ["one that was refused", [[intent, refused]], undefined],
  ["a killed one, and then one that was refused", [[intent], [intent, refused]], 0],
  ["one that was completed", [[intent, outcome(true)]], undefined],
  ["two killed ones: the later", [[intent], [intent]], 1000],
  ["a killed one, of which a later one found the application", [[intent], [outcome(true)]], undefined],
  ["one in another tenant", [[elsewhere(intent)]], undefined],
  ["a killed one, and a completed one in another tenant", [[intent], [elsewhere(outcome(true))]], 0],
])("%s", async (_name, runs, afterMs) => {
  const ports = fakePorts();
  const start = ports.clock.now().getTime();
  const folder = join(ports.system.homeFolder, "state");
  for (const [index, entries] of runs.entries()) {
    const options = { folder, runId: `run${index}`, command: "register", version: "1" };
    const journal = await openJournal(ports, options);
    for (const entry of entries) await journal.record(entry);
    ports.clock.advance(1000);
  }
  const processes = { id: 1, startedAt: 1, isRunning: () => false };
  const open = await openInstantiation({ files: ports.files, processes }, folder, ABOUT);
  expect(open && open.getTime() - start).toBe(afterMs);
});

// Thousands of assignments: the simulated seconds that they take at Graph's write quota, what is refused
// meanwhile, and the memory of a process of their own, the tenant being in this one.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { rolldown } from "rolldown";

const here = path.dirname(fileURLToPath(import.meta.url));
const MANY = 10_000;
const FEW = 100;

/** How often memory is measured: when V8 collects makes a tenth of difference. */
const TIMES = 3;

/** @param row makes a row of a measure, its value, its target and its digits. */
export async function assignmentRows(folder, root, { row, median }) {
  const bundle = await rolldown({
    cwd: root,
    input: { assign: "bench/assign.ts" },
    platform: "node",
    resolve: { mainFields: ["module", "main"] },
    transform: { target: "node20" },
  });
  const file = path.join(folder, "assign/assign.mjs");
  await bundle.write({ dir: path.dirname(file), format: "esm", entryFileNames: "[name].mjs" });
  const job = await import(pathToFileURL(file).href);
  const place = () => ({ folder: mkdtempSync(path.join(folder, "assign-")), packageFolder: root });
  const alone = await job.runAssignments({ ...place(), count: MANY, others: 0 });
  const beside = await job.runAssignments({ ...place(), count: MANY, others: 2 });
  const few = [];
  const many = [];
  for (let time = 0; time < TIMES; time += 1) {
    few.push(await peakMemory(job, file, place(), FEW));
    many.push(await peakMemory(job, file, place(), MANY));
  }
  return [
    row("10,000 assignments, nobody else writing, simulated seconds", alone.seconds, 526, 0),
    row("  of them refused for the quota", alone.rejected, 0, 0),
    row("10,000 beside another writer at 2 a second, seconds", beside.seconds, 620, 0),
    row("  of them refused for the quota", beside.rejected, 0, 0),
    row("peak memory of 10,000 assignments, times that of 100", median(many) / median(few), 1.3),
  ];
}

/** The most memory that a process held which assigned so many, in KB. */
async function peakMemory(job, file, place, count) {
  const tenant = await job.serveCrowd({ ...place, folder: path.join(place.folder, "tenant") }, MANY);
  mkdirSync(place.folder, { recursive: true });
  job.listOf(place.folder, tenant.names.slice(0, count));
  const call = [tenant.url, place, tenant.now()].map((one) => JSON.stringify(one)).join(", ");
  const script = `const { runAgainst } = await import(${JSON.stringify(pathToFileURL(file).href)}); await runAgainst(${call});`;
  const preload = path.join(here, "peak-memory.cjs");
  const args = ["--require", preload, "--input-type=module", "--eval", script];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe", "pipe"] });
  const [errors, figure] = [child.stderr, child.stdio[3]].map((stream) => {
    const texts = [];
    stream.setEncoding("utf8").on("data", (text) => texts.push(text));
    return texts;
  });
  const status = await new Promise((resolve) => child.on("close", resolve));
  tenant.close();
  if (status !== 0) throw new Error(errors.join(""));
  return Number(figure.join(""));
}

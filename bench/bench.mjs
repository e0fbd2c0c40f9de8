// Measures what docs and issues promise, and prints each measure with its target. Ratios are against a bare
// `node -e 0` in the same run, its processes interleaved with ours, so that a slow machine slows both.
// Nothing fails here: figures are for reading. `BENCH_RUNS` sets how often each process is started.
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { performance } from "node:perf_hooks";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { rolldown } from "rolldown";
import { assignmentRows } from "./assignments.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.dirname(here);
const runs = Math.max(11, Number(process.env.BENCH_RUNS ?? 21));
// Each run's terminal listens to the streams of its process, and here one process does them all.
for (const stream of [process.stdout, process.stderr]) stream.setMaxListeners(0);
const folder = mkdtempSync(path.join(tmpdir(), "entra-app-registration-bench-"));

try {
  const { packageFolder, tarball } = pack();
  const rows = [
    ...startUp(packageFolder),
    row("packed tarball, KB", statSync(tarball).size / 1024, 450, 0),
    ...(await withJob(async (runJob) => [...(await roundTrips(runJob)), ...(await provisioning(runJob))])),
    ...(await assignmentRows(folder, root, { row, median })),
  ];
  print(rows);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function row(measure, value, target, digits = 2) {
  return { measure, value: value.toFixed(digits), target, ok: Number(value.toFixed(digits)) <= target };
}

/** Builds and packs what the checkout holds now, and unpacks it as npm would. */
function pack() {
  const source = path.join(folder, "source");
  mkdirSync(source);
  for (const name of readdirSync(root)) {
    if (["node_modules", "dist", ".git", "coverage", "test", "src"].includes(name)) continue;
    cpSync(path.join(root, name), path.join(source, name), { recursive: true });
  }
  execFileSync(process.execPath, [path.join(root, "scripts/build.mjs"), "--into", path.join(source, "dist")]);
  const shell = process.platform === "win32";
  execFileSync("npm", ["pack", "--silent", "--ignore-scripts", "--pack-destination", folder], {
    cwd: source,
    shell,
  });
  const tarball = path.join(
    folder,
    readdirSync(folder).find((name) => name.endsWith(".tgz")),
  );
  execFileSync("tar", ["-xzf", tarball, "-C", folder]);
  return { tarball, packageFolder: path.join(folder, "package") };
}

/** Whole processes: the time until they end and the most memory they held. */
function startUp(packageFolder) {
  const bin = path.join(packageFolder, "bin/entra-app-registration.js");
  const preload = (name) => ["--require", path.join(here, name)];
  const registerChunk = path.join(
    packageFolder,
    "dist/c",
    readdirSync(path.join(packageFolder, "dist/c")).find((name) => name.startsWith("register-")),
  );
  const toSignIn = ["--tenant-id=7c1d2f4e-5b0a-4c8e-9f63-2d8a41b7e905", "--hostname=https://app.example.com"];
  const times = interleaved(
    {
      bare: ["-e", "0"],
      version: [bin, "--version"],
      help: [bin, "--help"],
      load: ["-e", `require(${JSON.stringify(registerChunk)})`],
      ready: [...preload("until-sign-in.cjs"), bin, ...toSignIn, "--yes", "--no-input"],
    },
    runs,
  );
  const memory = interleaved(
    {
      bare: [...preload("peak-memory.cjs"), "-e", "0"],
      sandbox: [...preload("peak-memory.cjs"), bin, "--sandbox", "--yes", "--no-input"],
    },
    3,
    (ended) => Number(ended.output[3]),
  );
  const ratio = (figures, name) => figures[name] / figures.bare;
  return [
    row("--version, times bare node", ratio(times, "version"), 1.2),
    row("--help, times bare node", ratio(times, "help"), 1.4),
    row("ready to sign in: its code loaded, times bare node", ratio(times, "load"), 1.8),
    row("ready to sign in: the whole command until then", ratio(times, "ready"), 1.8),
    row("peak memory of a rehearsal, times bare node", ratio(memory, "sandbox"), 3),
  ];
}

/** The median of each command's measure; without one, of its time in milliseconds. */
function interleaved(commands, count, measure) {
  const figures = Object.fromEntries(Object.keys(commands).map((name) => [name, []]));
  for (let index = 0; index < count; index += 1) {
    for (const [name, args] of Object.entries(commands)) {
      const cwd = mkdtempSync(path.join(folder, "run-"));
      const start = performance.now();
      const ended = spawnSync(process.execPath, args, {
        cwd,
        env: { ...process.env, XDG_STATE_HOME: cwd, LOCALAPPDATA: cwd },
        stdio: ["ignore", "ignore", "pipe", "pipe"],
      });
      const ms = performance.now() - start;
      if (ended.status !== 0) throw new Error(`${name} ended with ${ended.status}: ${String(ended.stderr)}`);
      figures[name].push(measure ? measure(ended) : ms);
    }
  }
  return Object.fromEntries(Object.entries(figures).map(([name, all]) => [name, median(all)]));
}

function median(numbers) {
  return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)];
}

/** Gives a job that runs in this process, against a sandbox. */
async function withJob(measure) {
  const bundle = await rolldown({
    cwd: root,
    input: { job: "bench/job.ts" },
    platform: "node",
    resolve: { mainFields: ["module", "main"] },
    transform: { target: "node20" },
  });
  // In the checkout's own tree, so that nothing but its files and its packages is needed.
  await bundle.write({ dir: path.join(folder, "job"), format: "esm", entryFileNames: "[name].mjs" });
  const { runJob } = await import(pathToFileURL(path.join(folder, "job/job.mjs")).href);
  return measure((options) =>
    runJob({
      folder: mkdtempSync(path.join(folder, "job-")),
      packageFolder: root,
      servicePrincipals: 10,
      ...options,
    }),
  );
}

/** Runs the main job against a slow tenant and counts what waits for what. */
async function roundTrips(runJob) {
  const slow = await runJob({ latencyMs: 100 });
  const [few, many] = [
    await runJob({ latencyMs: 0 }),
    await runJob({ latencyMs: 0, servicePrincipals: 10_000 }),
  ];
  return [
    row("Graph round trips in a row before the question", slow.graphBefore, 1, 0),
    row("Graph round trips in a row after the yes, proof not counted", slow.graphAfter, 5, 0),
    row("round trips in a row after the token, all hosts", slow.allAfterToken, 8, 0),
    row("requests in a tenant of 10 service principals", few.requests, few.requests, 0),
    row("requests in a tenant of 10,000 service principals", many.requests, few.requests, 0),
  ];
}

/** Sets provisioning up from nothing, with a token, somebody to assign and the proof. */
async function provisioning(runJob) {
  const tenant = ["--tenant-id=contoso.com", "--user=megan.bowen@contoso.com"];
  const products = {
    "one application, no secret": ["--template=flexwhere"],
    "one application, sign-in and secret": ["--template=empower-scim", "--hostname=https://app.contoso.com"],
    "two applications": ["--template=andmoney", "--set=api=https://api.test-env.booking.andmoney.dk"],
    "roles, own attributes": [
      "--template=scim-oidc-platform",
      "--set=webRedirectUri=https://app.example.com/back",
      "--set=installedRedirectUri=https://app.example.com/installed",
      "--set=tenantUrl=https://scim.example.com/v2",
    ],
  };
  const rows = [];
  for (const [name, argv] of Object.entries(products)) {
    const ends = name === "two applications" ? ["_ADVISORS", "_ROOMS"] : [""];
    const variables = ends.map((end) => `ENTRA_APP_REGISTRATION_SECRET_TOKEN${end}`);
    const { graphAfter } = await runJob({
      latencyMs: 100,
      argv: ["scim", "setup", ...tenant, ...argv],
      environment: Object.fromEntries(variables.map((variable) => [variable, "token-of-the-vendor"])),
    });
    rows.push(row(`scim setup, Graph round trips in a row after the yes: ${name}`, graphAfter, 9, 0));
  }
  return rows;
}

function print(rows) {
  const width = Math.max(...rows.map(({ measure }) => measure.length));
  console.log(`Node.js ${process.versions.node}, medians of ${runs} runs\n`);
  for (const { measure, value, target, ok } of rows) {
    console.log(
      `${measure.padEnd(width)}  ${value.padStart(6)}  target ${String(target).padEnd(4)} ${ok ? "ok" : "OVER"}`,
    );
  }
}

import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleepFor } from "node:timers/promises";
import { expect, test } from "vitest";
import { temporaryFolder } from "../support/fake-ports.ts";
import { type Ended, piped } from "../support/program.ts";
import { childEnvironment } from "../support/served.ts";

const REHEARSE = ["--sandbox", "--yes", "--no-input"];

function place() {
  const root = temporaryFolder();
  for (const name of ["work", "state", "tmp", "home"]) mkdirSync(join(root, name));
  const folder = join(root, "work");
  const tenant = join(folder, ".entra-app-registration-sandbox");
  return {
    folder,
    env: childEnvironment(root),
    turns: () => (existsSync(tenant) ? readdirSync(tenant).filter((name) => name.startsWith("turn-")) : []),
    state: () =>
      JSON.parse(readFileSync(join(tenant, "state.json"), "utf8")) as {
        applications: { passwordCredentials: unknown[] }[];
      },
  };
}

test("two rehearsals at once in one folder go one after the other, and the second sees the first", async () => {
  const { folder, env, turns, state } = place();
  const ended = await Promise.all([1, 2].map(async () => piped({ folder, env }, REHEARSE)));
  expect(ended.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
  const [first, second] = ended.toSorted((one) => (one.stdout.includes("Done:") ? -1 : 1)) as [Ended, Ended];
  expect(first.stdout).toContain('Done: "empower" is registered.');
  // Where both come in the same moment, the first may have to look twice.
  expect(second.stdout).toContain("Nothing to do");
  expect(second.stderr).toMatch(/Another run \(process \d+\)/);
  expect(state().applications.map(({ passwordCredentials }) => passwordCredentials.length)).toEqual([1]);
  expect(turns()).toEqual([]);
});

test("a rehearsal that was killed keeps nobody waiting", async () => {
  const { folder, env, turns, state } = place();
  const killed = piped({ folder, env }, REHEARSE, {
    onStart: (pid) => {
      void (async () => {
        while (turns().length === 0) await sleepFor(5);
        process.kill(pid, "SIGKILL");
      })();
    },
  });
  expect((await killed).exitCode).toBe(null);
  expect(turns()).toHaveLength(1);
  const next = await piped({ folder, env }, REHEARSE);
  expect(next.exitCode).toBe(0);
  expect(next.stderr).not.toContain("Another run");
  expect(state().applications).toHaveLength(1);
  expect(turns()).toEqual([]);
});

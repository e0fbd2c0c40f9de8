import { expect, test } from "vitest";
import { AppError } from "../../src/errors.ts";
import { runInProcess, testTenant, UNATTENDED } from "../support/run.ts";

test.each([
  ["SIGINT", /Press Ctrl-C again to stop at once\./],
  ["SIGTERM", /is done, in 10 seconds at most\./],
  ["SIGHUP", /is done, in 10 seconds at most\./],
] as const)("%s is told what can be done about it", async (signal, text) => {
  const tenant = testTenant();
  const interruption = new AbortController();
  const run = await runInProcess(UNATTENDED, tenant, {
    signal: interruption.signal,
    through: (fetch) => (request) => {
      interruption.abort(new AppError("INTERRUPTED", { signal }));
      return fetch(request);
    },
  });
  expect(run.exitCode).toBe(130);
  expect(run.stderr.replaceAll(/\s+/g, " ")).toMatch(text);
  expect(run.stderr.includes("Ctrl-C")).toBe(signal === "SIGINT");
  expect(tenant.state.applications).toEqual([]);
});

import { expect, test } from "vitest";
import { runInProcess, testTenant } from "../support/run.ts";

test.each([
  ["register", ["--no-input"], ["--tenant-id", "--hostname"]],
  ["consent", ["consent", "--no-input"], ["--tenant-id"]],
  ["secret rotate", ["secret", "rotate", "--no-input"], ["--tenant-id"]],
  ["secret retire", ["secret", "retire", "--no-input"], ["--tenant-id"]],
  ["remove", ["remove", "--no-input"], ["--tenant-id"]],
])("%s names everything that is missing at once, the yes included", async (_name, words, flags) => {
  const tenant = testTenant();
  const without = await runInProcess(words, tenant);
  expect(without.exitCode).toBe(2);
  for (const flag of [...flags, "--yes", "--dry-run"]) expect(without.stderr).toContain(flag);
  const withYes = await runInProcess([...words, "--yes"], tenant);
  expect(withYes.exitCode).toBe(2);
  for (const flag of flags) expect(withYes.stderr).toContain(flag);
  expect(withYes.stderr).not.toContain("--yes");
  expect(tenant.requests).toEqual([]);
});

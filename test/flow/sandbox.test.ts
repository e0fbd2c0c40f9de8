import { expect, test } from "vitest";
import { runInProcess, testTenant } from "../support/run.ts";

test.each([
  [["register"], "--tenant-id, --hostname"],
  [["verify"], "--tenant-id, --hostname"],
  [["consent"], "--tenant-id"],
  [["secret", "list"], "--tenant-id"],
  [["secret", "rotate"], "--tenant-id"],
  [["secret", "retire"], "--tenant-id"],
  [["remove"], "--tenant-id"],
])("%j --sandbox names the example values that it uses, and no other", async (words, flags) => {
  const tenant = testTenant();
  const run = await runInProcess([...words, "--no-input", "--sandbox"], tenant);
  expect(run.stderr.replaceAll(/\s+/g, " ")).toContain(`Example values are used for ${flags}.`);
  expect(tenant.requests).toEqual([]);
});

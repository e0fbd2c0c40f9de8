import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { nodeFiles } from "../../src/ports/node/files.ts";
import { EXAMPLE } from "../../src/sandbox/index.ts";
import { runInProcess, type TestRun, testTenant, UNATTENDED } from "../support/run.ts";

const PAGE = "AppRegistrationHandover.html";
const ASKED = [...UNATTENDED, "--handover-page"];
const pageOf = ({ folder }: Pick<TestRun, "folder">) => readFileSync(join(folder, PAGE), "utf8");

describe("the page for people", () => {
  test("stands beside the hand-over file, for its owner alone, and without secret or link", async () => {
    const tenant = testTenant();
    const run = await runInProcess([...ASKED, "--json"], tenant);
    expect(run.exitCode, run.stderr).toBe(0);
    const file = join(run.folder, PAGE);
    expect(JSON.parse(run.stdout)).toMatchObject({ handoverPage: file });
    if (process.platform !== "win32") expect(statSync(file).mode & 0o777).toBe(0o600);
    const page = pageOf(run);
    const [application] = tenant.state.applications;
    const [principal] = tenant.state.servicePrincipals;
    for (const id of [application?.appId, application?.["id"], principal?.id]) expect(page).toContain(id);
    for (const text of ["Read all users&#39; full profiles", "AppRegistrationInfo.json", "2028-11-20"]) {
      expect(page).toContain(text);
    }
    const link = run.info?.["clientSecret"] ?? "";
    expect(page).not.toContain(new URL(link).host);
    expect(page).not.toContain(tenant.reveal(link));
    expect(page.match(/href="https:\/\/entra\.microsoft\.com\/[^"]+"/g)).toHaveLength(4);
  });

  test("is named on the screen", async () => {
    const run = await runInProcess(ASKED, testTenant());
    expect(run.stdout).toContain(`Page to pass on           ${join(run.folder, PAGE)}`);
  });

  test("comes unasked where groups were chosen, with their object IDs, and not otherwise", async () => {
    const tenant = testTenant();
    const [group] = tenant.state.groups;
    if (!group) throw new Error("no group");
    const run = await runInProcess([...UNATTENDED, "--group", group.id], tenant);
    expect(pageOf(run)).toContain(`<code>${group.id}</code>`);
    const without = await runInProcess(UNATTENDED, testTenant());
    expect(existsSync(join(without.folder, PAGE))).toBe(false);
    const dry = await runInProcess([...ASKED, "--dry-run"], testTenant());
    expect(existsSync(join(dry.folder, PAGE))).toBe(false);
  });

  test("says how provisioning stands: what runs, where to and who is assigned, and never the token", async () => {
    const tenant = testTenant();
    const [group] = tenant.state.groups;
    const words = ["scim", "setup", "--template", "flexwhere", "--tenant-id", EXAMPLE.tenantId, "--yes"];
    const people = ["--user", "megan.bowen@contoso.com", "--group", group?.displayName ?? ""];
    const token = "a-token-of-the-vendor";
    const wait = await runInProcess([...words, "--no-input", "--handover-page"], tenant);
    expect(pageOf(wait)).toContain("it waits for the vendor&#39;s secret token");
    const options = { folder: wait.folder, piped: token };
    const run = await runInProcess([...words, ...people, "--no-input", "--handover-page"], tenant, options);
    expect(run.exitCode, run.stderr).toBe(0);
    const page = pageOf(run);
    expect(page).toMatch(/<dt>Status<\/dt><dd>Running/);
    expect(page).toContain("<code>https://scim.flexwhere.com/scim</code>");
    expect(page).toContain(`<dd>Group <bdi>${group?.displayName}</bdi></dd><dd>1 user</dd>`);
    expect(page).not.toContain(token);
    expect(page).not.toContain("The vendor needs the object IDs");
  });

  test("can be had later, and replaces itself but never another app's", async () => {
    const tenant = testTenant();
    const { folder } = await runInProcess(UNATTENDED, tenant);
    const later = await runInProcess([...ASKED, "--json"], tenant, { folder });
    expect(JSON.parse(later.stdout)).toMatchObject({ changed: false, handoverPage: join(folder, PAGE) });
    await runInProcess(ASKED, tenant, { folder });
    expect(readdirSync(folder).filter((name) => name.endsWith(".html"))).toEqual([PAGE]);
    const mine = pageOf({ folder });
    const other = await runInProcess([...ASKED, "--app-name", "another"], tenant, { folder });
    const kept = join(folder, "AppRegistrationHandover.2026-11-20.html");
    expect(readFileSync(kept, "utf8")).toBe(mine);
    expect(other.stderr).toContain(kept);
    expect(pageOf({ folder })).toContain("<h1><bdi>another</bdi></h1>");
  });

  test("leads into the admin center of the tenant's cloud", async () => {
    const tenant = testTenant({ cloud: "china" });
    const run = await runInProcess([...ASKED, "--cloud", "china"], tenant);
    expect(run.exitCode, run.stderr).toBe(0);
    expect(pageOf(run).match(/href="https:\/\/portal\.azure\.cn\/[^"]+"/g)).toHaveLength(4);
  });

  test("tells of several applications, and leads to what each has only", async () => {
    const argv = ["--template", "andmoney", "--yes", "--no-input", "--handover-page"];
    const run = await runInProcess([...argv, "--tenant-id", EXAMPLE.tenantId], testTenant());
    expect(run.exitCode, run.stderr).toBe(0);
    const links = pageOf(run).match(/rel="noreferrer">[^<]+/g);
    expect(links?.map((link) => link.slice(17))).toEqual([
      "App registration",
      "Enterprise application",
      "App registration",
      "Enterprise application",
    ]);
  });

  test("that cannot be written is a warning", async () => {
    const full = Object.assign(new Error("full"), { code: "ENOSPC" });
    const run = await runInProcess(ASKED, testTenant(), {
      files: {
        writeAtomic: (path, text) =>
          path.endsWith(".html") ? Promise.reject(full) : nodeFiles.writeAtomic(path, text),
      },
    });
    expect([run.exitCode, run.stdout.includes("Page to pass on")]).toEqual([0, false]);
    expect(run.stderr).toMatch(/page about the registration could not be written to .*\(ENOSPC\)/);
  });

  test("of something else that stands there is kept", async () => {
    const tenant = testTenant();
    const { folder } = await runInProcess(["--version"], tenant);
    writeFileSync(join(folder, PAGE), "<p>mine</p>");
    await runInProcess(ASKED, tenant, { folder });
    expect(readFileSync(join(folder, "AppRegistrationHandover.2026-11-20.html"), "utf8")).toBe("<p>mine</p>");
  });
});

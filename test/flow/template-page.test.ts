import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { PLACEHOLDERS } from "../../src/template/placeholders.ts";
import { shipped } from "../support/builders.ts";
import { fakePorts } from "../support/fake-ports.ts";
import { runInProcess, testTenant } from "../support/run.ts";

const root = resolve(import.meta.dirname, "../..");
const PAGE = readFileSync(join(root, "docs/templates.md"), "utf8");
/** The files of the page, by the name that stands above each. */
const FILES = Object.fromEntries(
  [...PAGE.matchAll(/^`([\w-]+\.json)`:\n\n```json\n(.*?)^```$/gms)].map(([, name, text]) => [name, text]),
) as Record<string, string>;

/** A folder with the page's files in it, as somebody has who follows it. */
function folderOfPage(): string {
  const { folder } = fakePorts();
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text);
  return folder;
}

/** Every key that a schema allows, at any depth. */
function keysOf(schema: unknown): string[] {
  if (typeof schema !== "object" || schema === null) return [];
  if (Array.isArray(schema)) return schema.flatMap(keysOf);
  return Object.entries(schema).flatMap(([name, value]: [string, unknown]) =>
    name === "properties" ? [...Object.keys(value as object), ...keysOf(value)] : keysOf(value),
  );
}

describe("the page on writing a template", () => {
  test("has an example of a vendor that is not shipped", () => {
    expect(Object.keys(FILES)).toEqual(["fabrikam-desk.json", "fabrikam-teams.json", "config.json"]);
    expect(shipped().templates.map(({ name }) => name)).not.toContain("fabrikam-desk");
  });

  test("explains every key and every placeholder that there is", () => {
    const words = new Set([...PAGE.matchAll(/`([^`\n]+)`/g)].map(([, word]) => word));
    const schema: unknown = JSON.parse(readFileSync(join(root, "schemas/template.schema.json"), "utf8"));
    expect(keysOf(schema).filter((key) => !words.has(key))).toEqual([]);
    const placeholders = Object.values(PLACEHOLDERS)
      .flat()
      .map((name) => `{${name}}`);
    expect(placeholders.filter((placeholder) => !words.has(placeholder))).toEqual([]);
  });

  test("its files have no fault, and are registered as they say", async () => {
    const folder = folderOfPage();
    const tenant = testTenant();
    for (const argv of [
      ["templates", "check", "./fabrikam-desk.json"],
      ["templates", "check", "./fabrikam-teams.json"],
      ["templates", "show", "./fabrikam-desk.json"],
      ["config", "check"],
    ]) {
      expect(await runInProcess(argv, tenant, { folder })).toMatchObject({ exitCode: 0, stderr: "" });
    }

    // What `--sandbox` would do, in a tenant that can be looked into.
    const argv = ["--yes", "--no-input", "--tenant-id=contoso.onmicrosoft.com"];
    const first = await runInProcess(["register", ...argv], tenant, { folder });
    expect(first.stderr).not.toMatch(/✖/);
    expect(first.exitCode).toBe(0);
    const [application] = tenant.state.applications;
    expect(application).toMatchObject({
      displayName: "Contoso Desk",
      web: {
        redirectUris: ["https://desk.contoso.com/signin-oidc", "https://help.contoso.com/start"],
        implicitGrantSettings: { enableAccessTokenIssuance: false, enableIdTokenIssuance: true },
      },
      spa: { redirectUris: ["https://desk.contoso.com/app/"] },
      publicClient: { redirectUris: ["http://localhost:8400/back", "com.fabrikam.desk://auth"] },
      appRoles: [{ value: "Agent" }],
      identifierUris: [`api://desk.contoso.com/${application?.appId}`],
    });
    expect(tenant.state.oauth2PermissionGrants.map(({ scope }) => scope)).toEqual(["User.Read"]);
    expect(tenant.state.appRoleAssignments).toHaveLength(2);
    const handover = JSON.parse(readFileSync(join(folder, "FabrikamDesk.json"), "utf8")) as object;
    expect(Object.keys(handover)).toEqual(["issuer", "clientId", "clientSecret", "renewBefore", "region"]);
    expect(handover).toMatchObject({ clientId: application?.appId, region: "EU" });
    expect(first.stdout).toContain("FabrikamDesk.json at https://desk.contoso.com/setup");

    const second = await runInProcess(["register", ...argv], tenant, { folder });
    expect(second).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("Nothing to do") });

    const rotated = await runInProcess(["secret", "rotate", ...argv], tenant, { folder });
    expect(rotated.exitCode).toBe(0);
    const renewed = JSON.parse(readFileSync(join(folder, "FabrikamDesk.json"), "utf8")) as object;
    expect(Object.keys(renewed)).toEqual(Object.keys(handover));
    expect(renewed).toMatchObject({ clientId: application?.appId, region: "EU" });
  });

  test("--set answers its questions in the place of config.json", async () => {
    const folder = folderOfPage();
    const tenant = testTenant();
    const set = ["--set=portal=https://elsewhere.contoso.com/", "--set", "region=us"];
    const argv = ["--yes", "--no-input", "--tenant-id=contoso.onmicrosoft.com", ...set];
    expect((await runInProcess(argv, tenant, { folder })).exitCode).toBe(0);
    expect(tenant.state.applications[0]?.web.redirectUris).toContain("https://elsewhere.contoso.com/");
    const handover = JSON.parse(readFileSync(join(folder, "FabrikamDesk.json"), "utf8")) as object;
    expect(handover).toMatchObject({ region: "US" });
  });

  test("the rehearsal at its end needs nothing else", async () => {
    const argv = ["register", "--sandbox", "--yes", "--no-input"];
    const rehearsal = await runInProcess(argv, testTenant(), { folder: folderOfPage() });
    expect(rehearsal.exitCode).toBe(0);
    expect(rehearsal.stdout).toContain('Done: "Contoso Desk" is registered.');
  });
});

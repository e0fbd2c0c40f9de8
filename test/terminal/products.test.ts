import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { EXAMPLE } from "../../src/sandbox/index.ts";
import { ASKED, inTerminal } from "../support/program.ts";
import { KEYS, type Pty } from "../support/pty.ts";
import { type Outpost, serve } from "../support/served.ts";

const outpost = serve();

/** Answers the questions as they come; an empty answer takes what is proposed. */
async function answer(pty: Pty, answers: readonly (readonly [RegExp, string])[]): Promise<void> {
  for (const [question, text] of answers) {
    await pty.until(question);
    pty.type(`${text}${KEYS.enter}`);
  }
}

/** The last run of a journey: the same answers again find nothing to do, and ask for no yes. */
async function expectNothingToDo(
  place: Outpost,
  argv: readonly string[],
  answers: readonly (readonly [RegExp, string])[],
): Promise<void> {
  const before = structuredClone(place.sandbox.state.applications);
  const pty = inTerminal(place, argv);
  await answer(pty, answers);
  expect(await pty.exit()).toBe(0);
  expect(pty.screen()).toContain("Nothing to do");
  expect(pty.screen()).not.toMatch(ASKED.goAhead);
  expect(place.sandbox.state.applications).toEqual(before);
}

test("empower with SCIM: questions, plan, yes, a provisioned app with its secret handed over, and nothing to do", async () => {
  const place = outpost();
  const answers = [
    [ASKED.tenant, "contoso.com"],
    [ASKED.appName, ""],
    [ASKED.hostname, "https://app.contoso.com"],
    [ASKED.mailsOnline, "n"],
  ] as const;
  const pty = inTerminal(place, ["--scim"]);
  await answer(pty, answers);
  const plan = await pty.until(ASKED.goAhead);
  expect(plan).toMatch(/Enterprise application "empower SCIM", made for provisioning/);
  expect(plan).toContain("only people and groups who are assigned to it can sign in");
  expect(plan).not.toContain("User.Read.All");
  expect(place.sandbox.state.applications).toEqual([]);
  pty.type(`y${KEYS.enter}`);
  expect(await pty.exit()).toBe(0);

  const { applications, servicePrincipals } = place.sandbox.state;
  const [application] = applications;
  expect(applications).toHaveLength(1);
  expect(servicePrincipals).toMatchObject([{ appId: application?.appId, appRoleAssignmentRequired: true }]);
  const info = place.json("AppRegistrationInfo.json");
  expect(info).toMatchObject({ TenantId: EXAMPLE.tenantId, clientId: application?.appId });
  expect(place.sandbox.reveal(String(info["clientSecret"]))).toMatch(/^\S{40}$/);
  const screen = pty.screen();
  expect(screen).toContain("Enterprise application for provisioning created");
  expect(screen).toContain('Done: "empower SCIM" is registered.');
  expect(screen).toContain(String(info["clientSecret"]));
  await expectNothingToDo(place, ["--scim"], answers);
});

test("andmoney: one plan of two applications, one yes, two client IDs, and the next steps once", async () => {
  const place = outpost();
  const argv = ["--template", "andmoney"];
  const answers = [
    [ASKED.tenant, EXAMPLE.tenantId],
    [ASKED.appName, "Booking"],
    [/Address of the &Money API/, ""],
  ] as const;
  const pty = inTerminal(place, argv);
  await answer(pty, answers);
  const plan = await pty.until(ASKED.goAhead);
  expect(plan.match(/This will change in Contoso/g)).toHaveLength(1);
  expect(plan).toContain('Enterprise application "Booking advisors"');
  expect(plan).toContain('Enterprise application "Booking rooms"');
  expect(plan).not.toMatch(/client secret/i);
  expect(place.sandbox.state.applications).toEqual([]);
  pty.type(`y${KEYS.enter}`);
  expect(await pty.exit()).toBe(0);

  const { applications, servicePrincipals } = place.sandbox.state;
  const names = applications.map(({ displayName }) => displayName).toSorted();
  expect(names).toEqual(["Booking advisors", "Booking rooms"]);
  expect(servicePrincipals).toHaveLength(2);
  expect(existsSync(join(place.folder, "AppRegistrationInfo.json"))).toBe(false);
  const screen = pty.screen();
  for (const { displayName, appId, passwordCredentials } of applications) {
    expect(screen).toContain(`Done: "${displayName}" is registered.`);
    expect(screen).toContain(appId);
    expect(passwordCredentials).toEqual([]);
  }
  expect(screen.match(/Go ahead\?/g)).toHaveLength(1);
  expect(screen.match(/^Next:/gm)).toHaveLength(1);
  expect(screen).not.toMatch(/client secret/i);
  await expectNothingToDo(place, argv, answers);
});

test("flexwhere: nothing but a name, and no secret is spoken of", async () => {
  const place = outpost();
  const argv = ["--template", "flexwhere"];
  const answers = [
    [ASKED.tenant, "contoso.com"],
    [ASKED.appName, ""],
  ] as const;
  const pty = inTerminal(place, argv);
  await answer(pty, [...answers, [ASKED.goAhead, "y"]]);
  expect(await pty.exit()).toBe(0);
  expect(place.sandbox.state.applications).toMatchObject([{ displayName: "FlexWhere SCIM" }]);
  expect(pty.screen()).not.toMatch(/client secret|one-time/i);
  expect(pty.screen()).not.toMatch(ASKED.hostname);
  await expectNothingToDo(place, argv, answers);
});

test("the SCIM and OpenID Connect platform: its own questions, a wrong answer among them, and its own file", async () => {
  const place = outpost();
  const argv = ["--template", "scim-oidc-platform"];
  const back = "https://web.vendor.example/back";
  const installed = "https://app.vendor.example/back";
  const tenant = [ASKED.tenant, "contoso.com"] as const;
  const name = [ASKED.appName, "Platform"] as const;
  const others = [
    [/Redirect URI of the web app/, back],
    [/Redirect URI of the mobile and desktop app/, installed],
    [/SCIM address/, "https://scim.vendor.example/scim"],
    [/Attribute that holds the kind of user/, ""],
    [/Kind of user where that attribute is empty/, ""],
    [/Attribute that holds the folders/, ""],
    [/Folder of users where that attribute is empty/, ""],
    [/takes the role on the website/, ""],
    [/Role on the website/, ""],
    [/Metadata of users/, ""],
  ] as const;
  const pty = inTerminal(place, argv, { rows: 40 });
  await answer(pty, [tenant, name, [/Redirect URI of the web app/, "web.vendor.example"]]);
  await pty.until(/Must (be|start)/);
  pty.type(KEYS.ctrlU);
  await answer(pty, others);
  const plan = await pty.until(ASKED.goAhead);
  expect(plan).toContain(`redirect URI (installed app) ${installed}`);
  expect(plan).toContain("app role EnterpriseAdmin");
  pty.type(`y${KEYS.enter}`);
  expect(await pty.exit()).toBe(0);
  const [application] = place.sandbox.state.applications;
  expect(application?.web.redirectUris).toEqual([back]);
  expect(application?.publicClient.redirectUris).toEqual([installed]);
  const info = place.json("OpenIdConnectInfo.json");
  expect(info).toMatchObject({ clientId: application?.appId });
  expect(place.sandbox.reveal(String(info["clientSecret"]))).toMatch(/^\S{40}$/);
  await expectNothingToDo(place, argv, [tenant, name, ...others]);
});

import { describe, expect, test } from "vitest";
import { EXAMPLE, newTenant, type SignInOutcome } from "../../src/sandbox/index.ts";
import { ASKED, type Ended, inTerminal, piped } from "../support/program.ts";
import { KEYS } from "../support/pty.ts";
import { serve } from "../support/served.ts";

const outpost = serve();
const FLAGS = [`--tenant-id=${EXAMPLE.tenantId}`, "--app-name=empower", "--hostname=https://app.contoso.com"];
const STACK = /\n\s+at .+:\d+:\d+/;

/** Standard output as the one document it has to be. */
function document({ stdout }: Ended): Record<string, unknown> {
  return JSON.parse(stdout) as Record<string, unknown>;
}

describe("without a terminal", () => {
  test("missing values end it with the flags that give them, before any request", async () => {
    const place = outpost();
    const ended = await piped(place, ["--yes"]);
    expect(ended).toMatchObject({ exitCode: 2, stdout: "" });
    expect(ended.stderr).toContain('--tenant-id (or "tenantID" in config.json)');
    expect(ended.stderr).toContain('--hostname (or "hostname" in config.json)');
    expect(place.sandbox.requests).toEqual([]);
  });

  test("a missing yes ends it with the flag, before any request", async () => {
    const place = outpost();
    const ended = await piped(place, FLAGS);
    expect(ended).toMatchObject({ exitCode: 2, stdout: "" });
    expect(ended.stderr).toContain("Add --yes");
    expect(place.sandbox.requests).toEqual([]);
  });

  test("--no-input in a terminal is the same as none", async () => {
    const place = outpost();
    const pty = inTerminal(place, ["--no-input", "--yes"]);
    expect(await pty.exit()).toBe(2);
    expect(pty.screen()).toContain("--tenant-id");
    expect(pty.screen()).not.toMatch(ASKED.tenant);
    expect(place.sandbox.requests).toEqual([]);
  });

  test("the code for signing in goes to standard error, the result to standard output", async () => {
    const place = outpost();
    const ended = await piped(place, [...FLAGS, "--yes"]);
    expect(ended.exitCode).toBe(0);
    expect(ended.stderr).toContain("https://login.microsoft.com/device");
    expect(ended.stderr).toMatch(/Code: [A-Z0-9]{9}/);
    expect(ended.stderr).not.toContain("Done:");
    expect(ended.stdout).toContain('Done: "empower" is registered.');
    expect(ended.stdout).not.toMatch(/Code:|Signed in/);
    expect(ended.stdout + ended.stderr).not.toContain("\x1b");
  });

  test("values come from environment variables too", async () => {
    const place = outpost();
    const env = {
      ENTRA_APP_REGISTRATION_TENANT_ID: "contoso.com",
      ENTRA_APP_REGISTRATION_APP_NAME: "from outside",
      ENTRA_APP_REGISTRATION_HOSTNAME: "https://app.contoso.com",
      ENTRA_APP_REGISTRATION_YES: "true",
    };
    expect((await piped(place, [], { env })).exitCode).toBe(0);
    expect(place.sandbox.state.applications[0]?.displayName).toBe("from outside");
  });
});

describe("--json", () => {
  test("is one document and nothing else when it went well, and when there was nothing to do", async () => {
    const place = outpost();
    const first = await piped(place, [...FLAGS, "--yes", "--json"]);
    expect(first.exitCode).toBe(0);
    const file = place.json("AppRegistrationInfo.json");
    expect(document(first)).toMatchObject({
      schemaVersion: 1,
      command: "register",
      changed: true,
      tenantId: EXAMPLE.tenantId,
      appId: file["clientId"],
      clientSecret: file["clientSecret"],
      waiting: [],
    });
    const second = await piped(place, [...FLAGS, "--yes", "--json"]);
    expect(second.exitCode).toBe(0);
    expect(document(second)).toMatchObject({ changed: false, clientSecret: null, steps: [] });
  });

  test.for<[string, string[], number, string]>([
    ["the command line is wrong", ["--no-such-flag"], 2, "USAGE"],
    ["values are missing", ["--yes"], 2, "INPUT_MISSING"],
    ["the yes is missing", FLAGS, 2, "YES_MISSING"],
    ["a value is bad", [...FLAGS, "--hostname", "http://app.contoso.com", "--yes"], 2, "VALUES_INVALID"],
  ])("is one document and nothing else when %s", async ([, args, exitCode, code]) => {
    const ended = await piped(outpost(), [...args, "--json"]);
    expect(ended.exitCode).toBe(exitCode);
    expect(document(ended)).toMatchObject({
      schemaVersion: 1,
      error: { code, message: expect.stringMatching(/./), hint: expect.stringMatching(/./) },
    });
  });

  test("says that the one-time-password service is unusable, before anything exists", async () => {
    const place = outpost({ behaviour: { oneTimePassword: "loginPage" } });
    const ended = await piped(place, [...FLAGS, "--yes", "--json"]);
    expect(ended.exitCode).toBe(6);
    expect(document(ended)).toMatchObject({ error: { code: "ONE_TIME_PASSWORD_UNUSABLE" } });
    expect(place.sandbox.state.applications).toEqual([]);
  });
});

test("a secret that cannot be handed over ends the run at once, whatever else still waits", async () => {
  const place = outpost({
    // The secret is stored, and its link is dead; as the new app nobody can sign in with it for ten minutes.
    behaviour: { secretUsableDelayMs: 600_000 },
    wrap: (fetch) => (request) => {
      if (request.url.endsWith("/addPassword")) place.sandbox.behaviour.oneTimePassword = "failing";
      return fetch(request);
    },
  });
  const ended = await piped(place, [...FLAGS, "--yes"]);
  expect(ended).toMatchObject({ exitCode: 6, stdout: "" });
  expect(ended.stderr).toContain("The secret has been removed again");
  expect(ended.stderr).not.toContain("The registration is complete");
  expect(place.sandbox.state.applications[0]?.passwordCredentials).toEqual([]);
});

describe("a sign-in that fails is a sentence, not a stack", () => {
  test.for<[SignInOutcome, RegExp, string?]>([
    ["declined", /The sign-in was declined in the browser\./],
    ["expired", /The code ran out before anybody signed in\./],
    ["blocked", /A Conditional Access policy of this tenant blocks/, "AADSTS53003"],
    ["managedDevice", /A Conditional Access policy of this tenant blocks/, "AADSTS530033"],
    ["securityDefaults", /The security defaults of this tenant block/, "AADSTS530035"],
    ["accountNotInTenant", /does not belong to the tenant/, "AADSTS50020"],
    ["adminApproval", /An administrator has to approve/, "AADSTS90094"],
  ])("%s", async ([signIn, sentence, code]) => {
    const place = outpost({ behaviour: { signIn } });
    const ended = await piped(place, [...FLAGS, "--yes"]);
    expect(ended).toMatchObject({ exitCode: 4, stdout: "" });
    expect(ended.stderr).toMatch(sentence);
    if (code !== undefined) expect(ended.stderr).toContain(code);
    expect(ended.stderr).toContain("Nothing was changed.");
    expect(ended.stderr).not.toMatch(STACK);
    expect(place.sandbox.state.applications).toEqual([]);
  });

  test("an account that leads to another tenant", async () => {
    const other = "3f0c1e6a-93d4-4c5e-8a57-6f0d2f1b9c44";
    const place = outpost({
      wrap: (fetch) => async (request) => {
        const answer = await fetch(request);
        const text = await answer.clone().text();
        const token = /"access_token":"([^"]+)"/.exec(text)?.[1];
        return token === undefined
          ? answer
          : new Response(text.replace(token, fromTenant(token, other)), answer);
      },
    });
    const ended = await piped(place, [...FLAGS, "--yes"]);
    expect(ended).toMatchObject({ exitCode: 4, stdout: "" });
    expect(ended.stderr).toContain(`The sign-in led to the tenant ${other}, not to ${EXAMPLE.tenantId}`);
    expect(ended.stderr).not.toMatch(STACK);
    expect(place.sandbox.state.applications).toEqual([]);
  });

  test("a tenant that does not exist", async () => {
    const place = outpost();
    const ended = await piped(place, [...FLAGS, "--tenant-id", "fabrikam.example", "--yes", "--json"]);
    expect(ended.exitCode).toBe(4);
    expect(ended.stderr).toContain('Microsoft knows no tenant "fabrikam.example"');
    expect(ended.stderr).not.toMatch(STACK);
    expect(document(ended)).toMatchObject({ error: { code: "SIGN_IN_FAILED" } });
  });
});

describe("colour", () => {
  const COLOUR = /\x1b\[[\d;]*m/;

  test("is there in a terminal, and gone with NO_COLOR", async () => {
    const coloured = inTerminal(outpost(), ["--yes", "--no-input"]);
    await coloured.exit();
    expect(coloured.raw()).toMatch(COLOUR);
    const plain = inTerminal(outpost(), ["--yes", "--no-input"], { env: { NO_COLOR: "1" } });
    await plain.exit();
    expect(plain.raw()).not.toMatch(COLOUR);
  });

  test.for<[string, string[], Record<string, string>]>([
    ["NO_COLOR", [], { NO_COLOR: "1" }],
    ["--no-color", ["--no-color"], {}],
  ])("is in no question either with %s", async ([, args, env]) => {
    const pty = inTerminal(outpost(), args, { env });
    await pty.until(ASKED.tenant);
    pty.type(`contoso${KEYS.enter}`);
    await pty.until(/Must be a tenant ID/);
    pty.type(KEYS.ctrlC);
    await pty.exit();
    expect(pty.raw()).not.toMatch(COLOUR);
  });
});

describe("what comes from outside cannot write on the terminal", () => {
  /** Turns the text round, sets the clipboard, clears the screen, renames the window, rings. */
  const NASTY = "\u202Eevil\x1b]52;c;cHduZWQ=\x07\x1b[2J\x1b]0;pwned\x07\u009b31m\u2066\r\b";
  const TRACES = /\u202E|\u2066|\u009b|\x1b\]52|\x1b\]0;pwned|\x1b\[2J/;

  test.for<[string, Record<string, unknown>]>([
    ["a value", { appName: NASTY }],
    ["a URL", { hostname: `https://app.contoso.com/${NASTY}` }],
    ["a key", { [NASTY]: true, appName: "empower" }],
    ["a key like one of ours", { [`tenantI\x1b[2J`]: "x" }],
    ["a service", { oneTimePasswordServiceUri: `https://x.example/${NASTY}` }],
    ["a template's name", { template: `\x1b[2J${NASTY}` }],
  ])("%s in config.json", async ([, config]) => {
    const place = outpost();
    place.write("config.json", config);
    const pty = inTerminal(place, [...FLAGS, "--no-mails-online", "--no-group", "--dry-run"]);
    await pty.exit();
    expect(pty.screen()).not.toBe("");
    expect(pty.raw()).not.toMatch(TRACES);
  });

  test("the name of a file", async () => {
    const place = outpost();
    const pty = inTerminal(place, ["--config", `no${NASTY}such`]);
    expect(await pty.exit()).toBe(2);
    expect(pty.raw()).not.toMatch(TRACES);
  });

  test("the tenant's name, the person's, and an app's in the tenant", async () => {
    const state = newTenant({ tenantName: `Contoso ${NASTY}` });
    const [admin] = state.users;
    if (admin) admin.userPrincipalName = `admin${NASTY}@contoso.com`;
    const place = outpost({ state });
    const pty = inTerminal(place, [...FLAGS, "--no-mails-online", "--yes", "--verbose"]);
    expect(await pty.exit()).toBe(0);
    expect(pty.screen()).toMatch(/Signed in as admin\S*evil/);
    expect(pty.raw()).not.toMatch(TRACES);

    for (const application of state.applications) application.displayName = `other ${NASTY}`;
    const [application] = state.applications;
    const again = inTerminal(place, [
      `--tenant-id=${EXAMPLE.tenantId}`,
      "--hostname=https://app.contoso.com",
      `--app-id=${application?.appId}`,
      "--no-mails-online",
      "--no-group",
      "--dry-run",
    ]);
    await again.until(ASKED.appName);
    again.type(`empower${KEYS.enter}`);
    expect(await again.exit()).toBe(0);
    expect(again.raw()).not.toMatch(TRACES);
  });
});

/** An access token as another tenant would give it. */
function fromTenant(token: string, tid: string): string {
  const [header, claims = "", signature] = token.split(".");
  const said = JSON.parse(Buffer.from(claims, "base64url").toString()) as object;
  return [header, Buffer.from(JSON.stringify({ ...said, tid })).toString("base64url"), signature].join(".");
}

import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { Behaviour, TenantState } from "../../src/sandbox/index.ts";
import { ASKED, inTerminal } from "../support/program.ts";
import { KEYS, type Pty } from "../support/pty.ts";
import { collecting, filesIn, find, type Secret } from "../support/secrets.ts";
import { type Outpost, serve } from "../support/served.ts";

const outpost = serve();
const HANDOVER = "AppRegistrationInfo.json";
const CONSENT = /How do you want to grant User\.Read\.All and GroupMember\.Read\.All\?/;
const CODE = /Code: [A-Z0-9]{9}/g;
/** How each question of a run begins, in the order in which they are asked here. */
const QUESTIONS = ["Name for", "URL of t", "Use empo", "How do y", "Go ahead"];

/** A shell as Azure Cloud Shell opens it: in the home folder, which is all that lasts. */
interface Shell {
  readonly place: Outpost;
  readonly home: string;
  readonly secrets: Secret[];
  readonly run: (...args: string[]) => Pty;
}

function shell(behaviour: Partial<Behaviour> = {}): Shell {
  const secrets: Secret[] = [];
  const place = outpost({ behaviour, wrap: collecting(secrets) });
  const { XDG_STATE_HOME: _state, ...inherited } = place.env;
  // Microsoft's image sets this for every Node.js in it.
  const NODE_OPTIONS = "--tls-cipher-list=ECDHE-RSA-AES128-GCM-SHA256:!RC4";
  const env = { ...inherited, ...place.cloudShell, NODE_OPTIONS, NO_COLOR: "1" };
  const home = join(place.root, "home");
  return { place, home, secrets, run: (...args) => inTerminal({ folder: home, env }, args) };
}

/** Answers name, URL and add-in: there is no other question. */
async function describeApp(pty: Pty): Promise<void> {
  for (const [question, answer] of [
    [ASKED.appName, ""],
    [ASKED.hostname, "https://app.contoso.com"],
    [ASKED.mailsOnline, ""],
  ] as const) {
    await pty.until(question);
    pty.type(`${answer}${KEYS.enter}`);
  }
}

function granted({ appRoleAssignments }: TenantState): number {
  return appRoleAssignments.length;
}

/** What a Global Administrator does on the portal's page. */
function consentOnThePage({ state }: Outpost["sandbox"]): void {
  const [principal] = state.servicePrincipals;
  for (const appRoleId of ["df021288-bdef-4463-88db-98f22de89214", "98830695-27a2-44f7-8c18-0c3ebc9698f6"]) {
    state.appRoleAssignments.push({
      id: randomUUID(),
      appRoleId,
      principalId: principal?.id ?? "",
      principalType: "ServicePrincipal",
      resourceId: state.graphServicePrincipalId,
      createdDateTime: new Date().toISOString(),
    });
  }
}

/** No token anywhere below the home folder, nor on the screen; the link in the file to send on alone. */
function expectNothingKept({ home, secrets }: Shell, pty: Pty): void {
  const others = secrets.filter(({ name, value }) => name !== "link" && value !== "");
  expect(others.map(({ name }) => name)).toContain("access_token");
  expect(find(others, [...filesIn(home), { place: "terminal", content: pty.raw() }])).toEqual([]);
  const files = filesIn(home).filter(({ place }) => !place.endsWith(`/${HANDOVER}`));
  expect(files.map(({ place }) => place)).toEqual([expect.stringMatching(/\/journal\/[^/]+\.jsonl$/)]);
  expect(find([...others, ...secrets.filter(({ name }) => name === "link")], files)).toEqual([]);
}

/** How each question began that was asked, as the terminal got it. */
function asked(pty: Pty): string[] {
  // A question is drawn where a moving line stood before.
  const lines = pty.raw().split(/\r?\n|\x1b\[[\d;?]*[A-Za-z]/);
  const questions = lines.filter((line) => line.startsWith("? ")).map((line) => line.slice(2, 10));
  return [...new Set(questions)];
}

function codes(pty: Pty): number {
  return new Set(pty.screen().match(CODE)).size;
}

describe("A12: from the first question to the download", () => {
  test("with the consent on Microsoft's page, which is seen", async () => {
    const opened = shell();
    const { place, home } = opened;
    const pty = opened.run();
    const start = await pty.until(ASKED.appName);
    expect(start).toMatch(/config\.json is not in this folder[\s\S]*upload it/);
    expect(start).toMatch(/✔ Signed in as admin@contoso\.com in Contoso/);
    await describeApp(pty);
    await pty.until(CONSENT);
    pty.type(KEYS.down + KEYS.enter);
    await pty.until(ASKED.goAhead);
    pty.type(`y${KEYS.enter}`);
    await pty.until(/Waiting for the consent on Microsoft's page/);
    expect(pty.screen()).toMatch(/https:\/\/entra\.microsoft\.com\/\S+\/CallAnAPI\/appId\/[0-9a-f-]{36}/);
    // It has looked once and seen nothing.
    await expect.poll(() => place.sandbox.requests.at(-1)?.url).toMatch(/appRoleAssignments|\$batch/);
    await setTimeout(300);
    expect(granted(place.sandbox.state)).toBe(0);
    consentOnThePage(place.sandbox);
    expect(await pty.exit()).toBe(0);
    expect(pty.screen()).toMatch(new RegExp(`^ {2}download ${join(home, HANDOVER)}$`, "m"));
    expect(pty.screen()).not.toMatch(/Still missing|You signed in through the client/);
    expect(asked(pty)).toEqual(QUESTIONS);
    expect(codes(pty)).toBe(0);
    expectNothingKept(opened, pty);
  });

  test("with one code, in the tenant of the shell", async () => {
    const opened = shell();
    const { place, home } = opened;
    const pty = opened.run();
    await describeApp(pty);
    await pty.until(CONSENT);
    pty.type(KEYS.enter);
    await pty.until(CODE);
    await pty.until(ASKED.goAhead);
    pty.type(`y${KEYS.enter}`);
    expect(await pty.exit()).toBe(0);
    expect(granted(place.sandbox.state)).toBe(2);
    expect(codes(pty)).toBe(1);
    expect(asked(pty)).toEqual(QUESTIONS);
    const [code] = place.sandbox.requests.filter(({ url }) => url.includes("devicecode"));
    expect(code?.url).toContain(`/${place.sandbox.state.tenantId}/`);
    expect(pty.screen()).toMatch(new RegExp(`^ {2}download ${join(home, HANDOVER)}$`, "m"));
    // Here somebody did give permissions to a client.
    expect(pty.screen()).toContain("You signed in through the client 14d82eec");
    expectNothingKept(opened, pty);
  });

  test("with the vendor's config.json, which is not asked to be uploaded", async () => {
    const opened = shell();
    const config = { appName: "empower", hostname: "https://app.contoso.com", useMailsOnline: false };
    writeFileSync(join(opened.home, "config.json"), JSON.stringify(config));
    const pty = opened.run();
    await pty.until(ASKED.appName);
    expect(pty.screen()).not.toContain("upload");
    pty.type(KEYS.ctrlC);
    expect(await pty.exit()).toBe(130);
  });
});

describe("where the shell's session is of no use", () => {
  const UNAVAILABLE = /Cloud Shell's own sign-in does not work right now \(.+\)\. Going on with a code/;

  test.for<[Behaviour["cloudShell"], RegExp]>([
    ["audienceNotSupported", UNAVAILABLE],
    ["failing", UNAVAILABLE],
    ["html", UNAVAILABLE],
    ["hanging", UNAVAILABLE],
    ["tokenRevoked", /Microsoft wants a fresh sign-in for this.*Going on with a code/],
  ])("%s: a sentence, and a code in the shell's tenant", async ([cloudShell, said]) => {
    const opened = shell({ cloudShell });
    const pty = opened.run();
    await pty.until(CODE);
    await pty.until(/✔ Signed in as admin@contoso\.com in Contoso/);
    expect(pty.screen().replaceAll(/\n\s*/g, " ")).toMatch(said);
    await pty.until(ASKED.appName);
    expect(asked(pty)).toEqual(QUESTIONS.slice(0, 1));
    expect(codes(pty)).toBe(1);
    pty.type(KEYS.ctrlC);
    expect(await pty.exit()).toBe(130);
    expectNothingKept(opened, pty);
  });

  test("one that refuses now and then is asked once more", async () => {
    const { run } = shell({ cloudShell: "intermittent" });
    const pty = run();
    await pty.until(ASKED.appName);
    expect(codes(pty)).toBe(0);
    expect(pty.screen()).not.toContain("does not work right now");
  });

  test("Ctrl-C does not wait for a shell that does not answer", async () => {
    const { place, run } = shell({ cloudShell: "hanging" });
    const pty = run();
    await pty.until(/Signing in/);
    await expect
      .poll(() => place.sandbox.requests.some(({ url }) => url.includes("oauth2/token")))
      .toBe(true);
    pty.type(KEYS.ctrlC);
    // Well before the ten seconds that the shell is given.
    expect(await pty.exit(7000)).toBe(130);
  });
});

test("a folder from which nothing can be downloaded is refused before anything is asked", async () => {
  const { place, run } = shell();
  const pty = run("--output", "/usr");
  expect(await pty.exit()).toBe(2);
  expect(pty.screen()).toContain("must be a folder below your home folder");
  expect(asked(pty)).toEqual([]);
  expect(place.sandbox.requests).toEqual([]);
});

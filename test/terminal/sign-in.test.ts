import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { describe, expect, inject, onTestFinished, test } from "vitest";
import { makeCertificates } from "../../src/sandbox/certificate.ts";
import { EXAMPLE } from "../../src/sandbox/index.ts";
import { azureCliMissing, signedInAzureCli } from "../support/azure-cli.ts";
import { browse } from "../support/browser.ts";
import { graphToken } from "../support/graph-token.ts";
import { inTerminal, piped } from "../support/program.ts";
import { KEYS, open, type Pty } from "../support/pty.ts";
import { makeRegistrar } from "../support/registrar.ts";
import { type Outpost, serve } from "../support/served.ts";

const outpost = serve();
const TENANT = `--tenant-id=${EXAMPLE.tenantId}`;
const APP = ["--app-name=empower", "--hostname=https://app.contoso.com", "--no-mails-online", "--yes"];
const REGISTER = [TENANT, ...APP];
const DRY = [TENANT, ...APP, "--dry-run"];
const CODE = /Code: [A-Z0-9]{9}/;
const WAYS = /How do you want to sign in\?/;
/** Well before the ten seconds that what is under way is given; a second is promised, but a test measures nothing. */
const AT_ONCE_MS = 7000;
const windows = process.platform === "win32";

/** Values in the environment that no other program has any business with. */
const SECRETS = {
  AZURE_CLIENT_SECRET: "client-secret-of-the-environment",
  AZURE_CLIENT_CERTIFICATE_PASSWORD: "password-of-the-certificate",
  ENTRA_APP_REGISTRATION_ACCESS_TOKEN: "token-of-the-environment",
};

/** Puts a program of the test's own first in the path of a run. */
function withProgram(place: Outpost, name: string, script: string): Record<string, string> {
  const bin = join(place.root, "bin");
  mkdirSync(bin, { recursive: true });
  const file = join(bin, name);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return { PATH: `${bin}:${place.env["PATH"]}` };
}

/** A folder without programs: what is not in it is not installed. */
function withoutPrograms(place: Outpost): Record<string, string> {
  const bin = join(place.root, "empty");
  mkdirSync(bin);
  return { PATH: bin };
}

function read(place: Outpost, name: string): string {
  return readFileSync(join(place.root, name), "utf8");
}

/** The page that the program had opened. */
async function openedPage(place: Outpost): Promise<string> {
  await expect.poll(() => existsSync(join(place.root, "page"))).toBe(true);
  return read(place, "page").trim();
}

function registered({ sandbox }: Outpost): string[] {
  return sandbox.state.applications.map(({ displayName }) => displayName);
}

/** Runs the program under a shell, which says how it ended and in which mode the terminal was left. */
function underShell(place: Outpost, args: readonly string[]): Pty {
  const script = '"$@"; echo "ended with $?"; stty -a';
  const command = [process.execPath, inject("product").bin, ...args];
  const pty = open("/bin/sh", ["-c", `trap : INT; ${script}`, "sh", ...command], {
    cwd: place.folder,
    env: place.env,
  });
  onTestFinished(() => pty.kill());
  return pty;
}

describe.skipIf(windows)("the browser", () => {
  const opener = (place: Outpost) =>
    withProgram(
      place,
      "xdg-open",
      `env > "${place.root}/opener"; printf %s "$1" > "${place.root}/page.tmp"; mv "${place.root}/page.tmp" "${place.root}/page"`,
    );

  test("opens, and what the person does there is all that is needed", async () => {
    const place = outpost();
    const pty = inTerminal(place, [...REGISTER, "--auth=browser"], { env: { ...SECRETS, ...opener(place) } });
    const page = await openedPage(place);
    expect(await browse(place.sandbox.fetch, page)).toContain("You can close this window");
    expect(await pty.exit()).toBe(0);
    expect(registered(place)).toEqual(["empower"]);
    expect(pty.screen()).toContain(page);
    for (const value of Object.values(SECRETS)) expect(read(place, "opener")).not.toContain(value);
  });

  test("where there is none, the page stands on the screen", async () => {
    const place = outpost();
    const pty = inTerminal(place, [...DRY, "--auth=browser"], { env: withoutPrograms(place) });
    await pty.until(/press o for another way/);
    const [page = ""] = /https:\/\/login\S+/.exec(pty.screen()) ?? [];
    await browse(place.sandbox.fetch, page);
    expect(await pty.exit()).toBe(0);
  });

  test("declined there, it is said here, and another way is offered", async () => {
    const place = outpost({ behaviour: { browser: "declined" } });
    const pty = inTerminal(place, [...DRY, "--auth=browser"], { env: opener(place) });
    expect(await browse(place.sandbox.fetch, await openedPage(place))).toContain("did not succeed");
    await pty.until(/The sign-in was declined in the browser/);
    await pty.until(WAYS);
    expect(pty.screen()).not.toContain("Run the command again");
    pty.type(KEYS.ctrlC);
    expect(await pty.exit()).toBe(130);
  });

  test("o takes another way, Ctrl-C ends it at once", async () => {
    const place = outpost();
    const env = opener(place);
    const pty = inTerminal(place, [...DRY, "--auth=browser"], { env });
    await openedPage(place);
    await pty.until(/press o/);
    pty.type("o");
    await pty.until(WAYS);
    pty.type(KEYS.enter);
    await pty.until(CODE);
    const other = inTerminal(place, [...DRY, "--auth=browser"], { env });
    await other.until(/press o/);
    other.type(KEYS.ctrlC);
    expect(await other.exit(AT_ONCE_MS)).toBe(130);
  });
});

describe.skipIf(windows)("the Azure CLI", () => {
  const AUTH = "--auth=azure-cli";

  test("a real one that is signed in", { timeout: 240_000 }, async ({ skip }) => {
    const missing = azureCliMissing();
    skip(missing !== undefined, missing);
    const place = outpost();
    const env = await signedInAzureCli(place);
    const ended = await piped(place, [...REGISTER, AUTH], { env });
    expect(ended, ended.stderr).toMatchObject({ exitCode: 0 });
    expect(registered(place)).toEqual(["empower"]);
  });

  test("a real one in which nobody is signed in", { timeout: 240_000 }, async ({ skip }) => {
    const missing = azureCliMissing();
    skip(missing !== undefined, missing);
    const place = outpost();
    const env = { AZURE_CONFIG_DIR: join(place.root, "azure"), AZURE_CORE_COLLECT_TELEMETRY: "false" };
    const ended = await piped(place, [...REGISTER, AUTH], { env });
    expect(ended).toMatchObject({ exitCode: 4 });
    expect(ended.stderr).toContain("Nobody is signed in to the Azure CLI.");
    expect(ended.stderr).toContain(`az login --allow-no-subscriptions --tenant ${EXAMPLE.tenantId}`);
  });

  test("up to the plan the sign-in library is not loaded, and az gets no secret", async () => {
    const place = outpost();
    writeFileSync(
      join(place.root, "answer.json"),
      JSON.stringify({ accessToken: await graphToken(place.sandbox) }),
    );
    const env = withProgram(
      place,
      "az",
      `env > "${place.root}/az-env"; echo "$*" > "${place.root}/az-args"; cat "${place.root}/answer.json"`,
    );
    const ended = await piped(place, [...DRY, AUTH], { env: { ...env, ...SECRETS, ...recording(place) } });
    expect(ended, ended.stderr).toMatchObject({ exitCode: 0 });
    expect(ended.stdout + ended.stderr).toContain("Dry run: nothing was changed");
    for (const value of Object.values(SECRETS)) expect(read(place, "az-env")).not.toContain(value);
    expect(read(place, "az-args")).toContain("get-access-token");
    expect(loadsLibrary(place)).toBe(false);
    // What is looked for would be found where it is.
    await piped(place, DRY, { env: recording(place) });
    expect(loadsLibrary(place)).toBe(true);
  });

  test.for<[string, string | undefined, RegExp]>([
    ["that is not there", undefined, /There is no Azure CLI \(az\) on this computer/],
    [
      "in which nobody is signed in",
      "echo \"ERROR: Please run 'az login' to setup account.\" >&2; exit 1",
      /Nobody is signed in to the Azure CLI/,
    ],
    ["that answers with nonsense", "echo '<html>'", /The Azure CLI gave no token/],
    [
      "that warns before it says why",
      "echo 'WARNING: You have 2 updates available.' >&2; echo 'ERROR: AADSTS700082: The refresh token has expired due to inactivity.' >&2; exit 1",
      /gave no token[\s\S]*Microsoft says: AADSTS700082/,
    ],
    ["that is killed", "kill -9 $$", /The Azure CLI gave no token/],
  ])("one %s is said, with what to do", async ([, script, said]) => {
    const place = outpost();
    const env = script === undefined ? withoutPrograms(place) : withProgram(place, "az", script);
    const ended = await piped(place, [...REGISTER, AUTH], { env });
    expect(ended).toMatchObject({ exitCode: 4, stdout: "" });
    expect(ended.stderr).toMatch(said);
    expect(ended.stderr).toContain("Nothing was changed.");
  });

  test("one that hangs ends with Ctrl-C at once; in a terminal another way is offered for a failing one", async () => {
    const place = outpost();
    const hanging = withProgram(place, "az", `echo $$ > "${place.root}/az-pid"; exec sleep 60`);
    const pty = inTerminal(place, [...DRY, AUTH], { env: hanging });
    await expect.poll(() => existsSync(join(place.root, "az-pid"))).toBe(true);
    pty.type(KEYS.ctrlC);
    expect(await pty.exit(AT_ONCE_MS)).toBe(130);
    await expect.poll(() => isAlive(Number(read(place, "az-pid")))).toBe(false);

    const failing = withProgram(place, "az", "exit 1");
    const other = inTerminal(place, [...DRY, AUTH], { env: failing });
    await other.until(WAYS);
    expect(other.screen()).toMatch(/in another window[\s\S]*^ {4}az login/m);
    other.type(KEYS.enter);
    await other.until(CODE);
    expect(await other.exit()).toBe(0);
  });
});

describe("a token", () => {
  const AUTH = "--auth=token";

  test("from a pipe, and from the variable", async () => {
    for (const from of ["pipe", "variable"] as const) {
      const place = outpost();
      const token = await graphToken(place.sandbox);
      const given = {
        pipe: { input: `Bearer ${token}\r\n` },
        variable: { env: { ENTRA_APP_REGISTRATION_ACCESS_TOKEN: token } },
      }[from];
      const ended = await piped(place, [...APP, AUTH], given);
      expect(ended, ended.stderr).toMatchObject({ exitCode: 0 });
      expect(registered(place)).toEqual(["empower"]);
      expect(ended.stdout + ended.stderr).not.toContain(token.slice(0, 40));
    }
  });

  test("typed, does not show, whatever is pressed", async () => {
    const place = outpost();
    const token = await graphToken(place.sandbox);
    const pty = inTerminal(place, [...APP, "--dry-run", AUTH]);
    await pty.until(/Access token for Microsoft Graph/);
    pty.type(token);
    pty.type("\x14");
    await setTimeout(200);
    pty.type(KEYS.enter);
    expect(await pty.exit()).toBe(0);
    for (let start = 0; start + 12 < token.length; start += 6) {
      expect(pty.raw()).not.toContain(token.slice(start, start + 12));
    }
  });

  test("of another tenant than the named one leads to another way, not to the same question for ever", async () => {
    const place = outpost();
    const env = { ENTRA_APP_REGISTRATION_ACCESS_TOKEN: await graphToken(place.sandbox) };
    const other = "11111111-2222-4333-8444-555555555555";
    const pty = inTerminal(place, [`--tenant-id=${other}`, ...APP, AUTH], { env });
    await pty.until(WAYS);
    expect(pty.screen().match(/The sign-in led to the tenant/g)).toHaveLength(1);
  });

  test.skipIf(windows)("Ctrl-C does not wait for a pipe that stays open", async () => {
    const place = outpost();
    // Opened for both reading and writing, so that its end never comes.
    const pty = open(
      "/bin/sh",
      ["-c", 'mkfifo pipe && exec "$@" <> pipe', "sh", process.execPath, inject("product").bin, ...APP, AUTH],
      { cwd: place.folder, env: place.env },
    );
    onTestFinished(() => pty.kill());
    await pty.until(/Signing in/);
    pty.type(KEYS.ctrlC);
    expect(await pty.exit(AT_ONCE_MS)).toBe(130);
    expect(pty.screen()).toMatch(/^Stopped\b/m);
    expect(pty.screen()).toContain("Nothing was changed.");
  });
});

describe("an application, by the environment", () => {
  const AUTH = "--auth=environment";

  test("with a secret, and with a certificate file", async () => {
    const certificate = await makeCertificates({ hosts: ["registrar"], now: new Date() });
    for (const by of ["secret", "certificate"] as const) {
      const place = outpost();
      const { appId, secret } = await makeRegistrar(place.sandbox, certificate.certificatePem);
      place.write("registrar.pem", `${certificate.keyPem}\n${certificate.certificatePem}`);
      const proof = {
        secret: { AZURE_CLIENT_SECRET: secret },
        certificate: { AZURE_CLIENT_CERTIFICATE_PATH: join(place.folder, "registrar.pem") },
      }[by];
      const env = { AZURE_TENANT_ID: EXAMPLE.tenantId, AZURE_CLIENT_ID: appId, ...proof };
      const ended = await piped(place, [...APP, AUTH], { env });
      expect(ended, `${by}: ${ended.stderr}`).toMatchObject({ exitCode: 0 });
      expect(registered(place)).toEqual(["registrar", "empower"]);
      expect(ended.stdout + ended.stderr).not.toContain(secret);
    }
  });

  test.for<[string, string]>([
    ["is not there", ""],
    ["is none", "this is no certificate"],
  ])("a certificate file that %s is said", async ([, content]) => {
    const place = outpost();
    if (content !== "") place.write("registrar.pem", content);
    const env = {
      AZURE_TENANT_ID: EXAMPLE.tenantId,
      AZURE_CLIENT_ID: EXAMPLE.tenantId,
      AZURE_CLIENT_CERTIFICATE_PATH: join(place.folder, "registrar.pem"),
    };
    const ended = await piped(place, [...APP, AUTH], { env });
    expect(ended).toMatchObject({ exitCode: 4, stdout: "" });
    expect(ended.stderr).toContain("The file that AZURE_CLIENT_CERTIFICATE_PATH names cannot be used");
  });
});

describe("while a code waits", () => {
  test("n gets a new one, also when pressed twice; o leads to another way", async () => {
    const place = outpost({ behaviour: { signIn: "pendingForever" } });
    const pty = inTerminal(place, DRY);
    const [first = ""] = CODE.exec(await pty.until(CODE)) ?? [];
    await pty.until(/the code is good for 14:\d\d/);
    pty.type("x");
    await setTimeout(100);
    pty.type("nn");
    await pty.until((screen) => new Set(screen.match(/Code: [A-Z0-9]{9}/g)).size === 2);
    expect(pty.screen()).toContain(first);
    await pty.until(/the code is good for/);
    pty.type("O");
    await pty.until(WAYS);
    pty.type(`${KEYS.up}${KEYS.enter}`);
    expect(await pty.exit()).toBe(130);
    expect(pty.screen()).toContain("Nothing was changed.");
  });

  test("after a minute the reason why it may wait in vain is named; the end counts down", async () => {
    const place = outpost({ behaviour: { signIn: "blockedUnseen" } });
    const pty = inTerminal(place, DRY, { env: movableClock(place, 61) });
    await pty.until(/the code is good for 1[45]:\d\d/);
    expect(pty.screen()).not.toContain("Does the browser say");
    process.kill(pty.pid, "SIGUSR2");
    await pty.until(/Does the browser say that access is blocked/);
    await pty.until(/the code is good for 1[23]:\d\d/);
    expect(pty.screen().match(/Does the browser say/g)).toHaveLength(1);
  });

  test("a laptop that slept past its end is offered a new one; without a terminal it is exit 4", async () => {
    const place = outpost({ behaviour: { signIn: "pendingForever" } });
    const pty = inTerminal(place, DRY, { env: movableClock(place, 3600) });
    await pty.until(CODE);
    process.kill(pty.pid, "SIGUSR2");
    await pty.until(/The code ran out before anybody signed in/);
    await pty.until(WAYS);
    place.sandbox.behaviour.signIn = "approved";
    pty.type(KEYS.enter);
    expect(await pty.exit()).toBe(0);

    const late = outpost({ behaviour: { signIn: "pendingForever", deviceCodeLifetimeSeconds: 2 } });
    const ended = await piped(late, DRY);
    expect(ended).toMatchObject({ exitCode: 4, stdout: "" });
    expect(ended.stderr).toContain("Run the command again to get a new code");
  });

  test("the network may go and come back; the countdown goes on", async () => {
    let isDown = false;
    const place = outpost({
      behaviour: { signIn: "pendingForever" },
      wrap: (fetch) => (request) =>
        isDown ? Promise.reject(Object.assign(new Error("gone"), { code: "ECONNRESET" })) : fetch(request),
    });
    const pty = inTerminal(place, DRY);
    await pty.until(/the code is good for/);
    isDown = true;
    await pty.until(/Trying again in \d+ s: login\.microsoftonline\.com cannot be reached/);
    isDown = false;
    await pty.until((screen) => /the code is good for/.test(screen.split("\n").at(-1) ?? ""));
    place.sandbox.behaviour.signIn = "approved";
    expect(await pty.exit()).toBe(0);
  });
});

describe("answers that are none", () => {
  const html = () => new Response("<html>Please log in</html>", { headers: { "Content-Type": "text/html" } });
  const NOT_ITSELF = /login\.microsoftonline\.com cannot be reached: something else answers in its place/;

  test.for<[string, "devicecode" | "token", () => Response, RegExp]>([
    ["a page instead of a code", "devicecode", html, NOT_ITSELF],
    ["a page instead of a token", "token", html, NOT_ITSELF],
    ["half a token", "token", () => new Response('{"token_type":"Bearer","access_tok'), NOT_ITSELF],
    ["half a code", "devicecode", () => new Response('{"user_code":"ABC'), NOT_ITSELF],
    [
      "a failure without end",
      "token",
      () => new Response("oops", { status: 500 }),
      /login\.microsoftonline\.com does not answer properly.*\(HTTP 500\)/,
    ],
  ])("%s ends with a sentence", async ([, path, answer, said]) => {
    const place = outpost({
      wrap: (fetch) => (request) =>
        request.url.includes(`/oauth2/v2.0/${path}`) ? Promise.resolve(answer()) : fetch(request),
    });
    const ended = await piped(place, DRY);
    expect(ended, ended.stderr).toMatchObject({ exitCode: 8, stdout: "" });
    expect(ended.stderr).toMatch(said);
    expect(ended.stderr).not.toMatch(/undefined|NaN|\n\s+at /);
  });

  test("a failure or two between polls do not end it", async () => {
    let failures = 2;
    const place = outpost({
      wrap: (fetch) => (request) => {
        if (!request.url.includes("/v2.0/token") || failures === 0) return fetch(request);
        failures -= 1;
        return Promise.resolve(new Response("oops", { status: 500 }));
      },
    });
    expect(await piped(place, DRY)).toMatchObject({ exitCode: 0 });
  });

  test("an answer that comes slowly is waited for, and not in silence", async () => {
    const place = outpost({
      wrap: (fetch) => async (request) => {
        const answer = await fetch(request);
        return request.url.includes("/devicecode") ? slowly(await answer.text(), 11_000) : answer;
      },
    });
    const ended = await piped(place, DRY);
    expect(ended).toMatchObject({ exitCode: 0 });
    expect(ended.stderr).toContain("… Signing in");
  });
});

test.for<[string, string, string[]]>([
  ["the tenant is looked up", "/.well-known/", ["--tenant-id=contoso.com"]],
  ["a code is asked for", "/devicecode", [TENANT]],
  ["an application signs in", "/token", [TENANT, "--auth=environment"]],
])("Ctrl-C does not wait for Microsoft while %s", async ([, path, args]) => {
  const place = outpost({
    wrap: (fetch) => (request) => (request.url.includes(path) ? new Promise(() => {}) : fetch(request)),
  });
  const application = {
    AZURE_TENANT_ID: EXAMPLE.tenantId,
    AZURE_CLIENT_ID: EXAMPLE.tenantId,
    AZURE_CLIENT_SECRET: "not-a-secret",
  };
  const pty = inTerminal(place, [...args, ...APP, "--dry-run"], { env: application });
  await pty.until(/Signing in|Looking the tenant up/);
  await setTimeout(200);
  pty.type(KEYS.ctrlC);
  expect(await pty.exit(AT_ONCE_MS)).toBe(130);
});

describe.skipIf(windows)("the terminal is left as it was", () => {
  const COOKED = /(^|\s)icanon[\s\S]*\secho\s/;

  test.for<[string, (pty: Pty) => Promise<void>, number]>([
    [
      "after Ctrl-C",
      async (pty) => {
        await pty.until(/press n/);
        pty.type(KEYS.ctrlC);
      },
      130,
    ],
    [
      "after another way and a stop",
      async (pty) => {
        await pty.until(/press n/);
        pty.type("o");
        await pty.until(WAYS);
        pty.type(`${KEYS.up}${KEYS.enter}`);
      },
      130,
    ],
    [
      "after the end of a code and Ctrl-C at the choice that follows",
      async (pty) => {
        await pty.until(WAYS);
        pty.type(KEYS.ctrlC);
      },
      130,
    ],
  ])("%s", async ([what, act, exitCode]) => {
    const deviceCodeLifetimeSeconds = what.includes("the end of a code") ? 2 : 900;
    const behaviour = { signIn: "pendingForever", deviceCodeLifetimeSeconds } as const;
    const pty = underShell(outpost({ behaviour }), DRY);
    await act(pty);
    await pty.until(new RegExp(`ended with ${exitCode}`));
    expect(await pty.exit()).toBe(0);
    expect(pty.screen()).toMatch(COOKED);
  });

  test("after a sign-in that succeeded", async () => {
    const pty = underShell(outpost({ behaviour: { deviceCodePolls: 1 } }), DRY);
    await pty.until(/ended with 0/);
    expect(await pty.exit()).toBe(0);
    expect(pty.screen()).toMatch(COOKED);
  });
});

/** Lets a signal move the clock of a run forward: what somebody finds whose laptop slept. */
function movableClock(place: Outpost, seconds: number): Record<string, string> {
  const file = join(place.root, "clock.cjs");
  writeFileSync(
    file,
    `let ahead = 0;
const { now } = Date;
Date.now = () => now() + ahead;
globalThis.Date = new Proxy(Date, {
  construct: (target, args) => (args.length === 0 ? new target(Date.now()) : new target(...args)),
});
process.on("SIGUSR2", () => { ahead += ${seconds * 1000}; });`,
  );
  return { NODE_OPTIONS: `--require=${file}` };
}

/** Has a run write down which files it loaded. */
function recording(place: Outpost): Record<string, string> {
  const file = join(place.root, "loaded.cjs");
  writeFileSync(
    file,
    `process.on("exit", () => require("node:fs").writeFileSync(${JSON.stringify(join(place.root, "loaded.json"))}, JSON.stringify(Object.keys(require.cache))));`,
  );
  return { NODE_OPTIONS: `--require=${file}` };
}

/** Whether a file with the library's code was among them; this header is the library's own. */
function loadsLibrary(place: Outpost): boolean {
  const files = JSON.parse(read(place, "loaded.json")) as string[];
  const own = files.filter((file) => file.startsWith(dirname(dirname(inject("product").bin))));
  expect(own).not.toEqual([]);
  return own.some((file) => readFileSync(file, "utf8").includes("x-client-SKU"));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** A body that comes in two pieces. */
function slowly(text: string, ms: number): Response {
  const bytes = new TextEncoder().encode(text);
  const body = new ReadableStream<Uint8Array>({
    start: async (controller) => {
      controller.enqueue(bytes.slice(0, 10));
      await setTimeout(ms);
      controller.enqueue(bytes.slice(10));
      controller.close();
    },
  });
  return new Response(body, { headers: { "Content-Type": "application/json" } });
}

import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ASKED, inTerminal } from "../support/program.ts";
import { KEYS, type Pty } from "../support/pty.ts";
import { serve } from "../support/served.ts";

const outpost = serve();

/** Every place where the program waits for a person, and the answer that leads past it. */
const WAITS: readonly (readonly [name: string, sign: RegExp, answer: string])[] = [
  ["the tenant", ASKED.tenant, "contoso.com"],
  ["the name", ASKED.appName, "empower"],
  ["the URL", ASKED.hostname, "https://app.contoso.com"],
  ["Mails Online", ASKED.mailsOnline, "no"],
  ["groups", ASKED.groups, ""],
  ["the yes", ASKED.goAhead, "y"],
];

/** Answers everything that is asked before the question of that name, and waits for that one. */
async function upTo(pty: Pty, name: string): Promise<void> {
  for (const [question, sign, answer] of WAITS) {
    await pty.until(sign);
    if (question === name) return;
    pty.type(`${answer}${KEYS.enter}`);
  }
}

test.for(WAITS)("Ctrl-C when asked for %s: a kind word, and nothing was created", async ([name]) => {
  const place = outpost();
  const pty = inTerminal(place);
  await upTo(pty, name);
  pty.type(KEYS.ctrlC);
  expect(await pty.exit()).toBe(130);
  expect(pty.screen()).toMatch(/^Stopped\b/m);
  expect(pty.screen()).toContain("Running the same command again is safe");
  expect(pty.screen()).toMatch(/Journal of this run, for support:/);
  expect(pty.raw()).not.toMatch(/\bat .*\.(cjs|js|ts):\d+|ExitPromptError|AbortError/);
  expect(place.sandbox.state).toMatchObject({ applications: [], servicePrincipals: [], deletedItems: [] });
  expect(existsSync(join(place.folder, "AppRegistrationInfo.json"))).toBe(false);
});

test.for(WAITS)("the end of input when asked for %s is no answer and no success", async ([name]) => {
  const place = outpost();
  const pty = inTerminal(place);
  await upTo(pty, name);
  pty.type(KEYS.ctrlD);
  expect(await pty.exit()).not.toBe(0);
  expect(pty.screen()).toMatch(/^Stopped\b/m);
  expect(place.sandbox.state).toMatchObject({ applications: [], servicePrincipals: [], deletedItems: [] });
});

test("Ctrl-C while the sign-in waits ends at once", async () => {
  const place = outpost({ behaviour: { signIn: "pendingForever" } });
  const pty = inTerminal(place, ["--tenant-id", "contoso.com"]);
  await pty.until(/Code: [A-Z0-9]{9}/);
  pty.type(KEYS.ctrlC);
  expect(await pty.exit()).toBe(130);
  expect(pty.screen()).toMatch(/^Stopped\b/m);
});

test("Ctrl-C between the yes and the end leaves no secret that nobody has", async () => {
  const place = outpost({ behaviour: { latencyMs: 100 } });
  const pty = inTerminal(place, [
    "--tenant-id=contoso.com",
    "--app-name=empower",
    "--hostname=https://app.contoso.com",
    "--no-mails-online",
    "--no-group",
    "--yes",
  ]);
  await pty.until(/✔ Client secret added/);
  pty.type(KEYS.ctrlC);
  const exitCode = await pty.exit();
  // The secret in flight is seen through: what the file says is what the tenant has.
  expect([0, 130]).toContain(exitCode);
  const [application] = place.sandbox.state.applications;
  expect(application?.passwordCredentials).toHaveLength(1);
  expect(place.sandbox.reveal(String(place.json("AppRegistrationInfo.json")["clientSecret"]))).toMatch(
    /^\S{40}$/,
  );
});

test.skipIf(process.platform === "win32").for(["SIGTERM", "SIGHUP"] as const)(
  "%s while a question is open ends the run like Ctrl-C",
  async (signal) => {
    const pty = inTerminal(outpost());
    await pty.until(ASKED.tenant);
    process.kill(pty.pid, signal);
    expect(await pty.exit()).toBe(130);
    expect(pty.screen()).toMatch(/^Stopped\b/m);
    expect(pty.screen()).toMatch(/Stopping as soon as [\s\S]* 10 seconds at most/);
    expect(pty.screen()).not.toContain("Ctrl-C");
  },
);

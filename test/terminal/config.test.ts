import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { EXAMPLE } from "../../src/sandbox/index.ts";
import { temporaryFolder } from "../support/fake-ports.ts";
import { ASKED, inTerminal, piped } from "../support/program.ts";
import { KEYS } from "../support/pty.ts";
import { childEnvironment } from "../support/served.ts";

/** A machine without a network: every request through the proxy it names is refused. */
function place() {
  const root = temporaryFolder();
  for (const name of ["work", "state", "tmp", "home"]) mkdirSync(join(root, name));
  const env = { ...childEnvironment(root), HTTPS_PROXY: "http://127.0.0.1:9" };
  const folder = join(root, "work");
  return {
    folder,
    env,
    json: (name: string) => JSON.parse(readFileSync(join(folder, name), "utf8")) as object,
  };
}

test("support writes a config, checks it, and rehearses the customer's run with nothing else", async () => {
  const here = place();
  const init = inTerminal(here, ["config", "init", "--output", "customer.json"]);
  await init.until(/Which product is it for\?/);
  init.type(KEYS.enter);
  await init.until(/tenant ID, or a domain name .*: the customer is asked\)/);
  init.type(`contoso${KEYS.enter}`);
  await init.until(/Must be a tenant ID/);
  init.type(`${KEYS.ctrlU}${EXAMPLE.tenantId}${KEYS.enter}`);
  await init.until(/Name for the app registration/);
  init.type(`Contoso empower${KEYS.enter}`);
  await init.until(/URL of the app/);
  init.type(`https://app.contoso.com${KEYS.enter}`);
  await init.until(ASKED.mailsOnline);
  init.type(`y${KEYS.enter}`);
  await init.until(/provisioned \(SCIM\)/);
  init.type(KEYS.enter);
  await init.until(/Groups whose users/);
  init.type(KEYS.enter);
  await init.until(/another one-time-password service/);
  init.type(KEYS.enter);
  expect(await init.exit()).toBe(0);
  expect(init.screen()).toMatch(/Written: .*customer\.json/);
  expect(here.json("customer.json")).toEqual({
    tenantID: EXAMPLE.tenantId,
    appName: "Contoso empower",
    hostname: "https://app.contoso.com",
    useMailsOnline: true,
    oneTimePasswordServiceUri: "",
    useSCIM: false,
  });

  const check = await piped(here, ["config", "check", "customer.json"]);
  expect(check).toMatchObject({ exitCode: 0, stderr: "" });

  const rehearsal = inTerminal(here, ["register", "--sandbox", "--config", "customer.json"]);
  for (const question of [ASKED.tenant, ASKED.appName, ASKED.hostname, ASKED.mailsOnline, ASKED.groups]) {
    await rehearsal.until(question);
    rehearsal.type(KEYS.enter);
  }
  await rehearsal.until(ASKED.goAhead);
  rehearsal.type(`y${KEYS.enter}`);
  expect(await rehearsal.exit()).toBe(0);
  expect(rehearsal.screen()).toContain('Done: "Contoso empower" is registered.');

  const again = ["register", "--sandbox", "--config", "customer.json", "--yes", "--no-input"];
  const unattended = await piped(here, again);
  expect(unattended.exitCode).toBe(0);
  expect(unattended.stdout).toContain("Nothing to do");
});

test("Ctrl-C leaves no half-written config", async () => {
  const here = place();
  const init = inTerminal(here, ["config", "init"]);
  await init.until(/Which product/);
  init.type(KEYS.enter);
  await init.until(/tenant ID/);
  init.type(KEYS.ctrlC);
  expect(await init.exit()).toBe(130);
  expect(() => here.json("config.json")).toThrow("ENOENT");
});

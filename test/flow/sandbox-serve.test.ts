import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { run } from "../../src/cli/program.ts";
import { AppError } from "../../src/errors.ts";
import { fakePorts } from "../support/fake-ports.ts";

/** Runs `sandbox serve` until the test ends. */
async function served(...flags: string[]) {
  const ports = fakePorts();
  const stop = new AbortController();
  const ended = run(["sandbox", "serve", ...flags], {
    makePorts: () => ports,
    signal: stop.signal,
    version: "0.0.0",
  });
  onTestFinished(async () => {
    stop.abort(new AppError("INTERRUPTED", { signal: "SIGINT" }));
    expect(await ended).toBe(0);
  });
  await expect.poll(() => ports.said.results.length).toBe(1);
  const [text = ""] = ports.said.results;
  const variables = Object.fromEntries(
    [...text.matchAll(/^ {2}(\w+)=(.+)$/gm)].map(([, name, value]) => [name, value]),
  );
  return { text, variables, folder: ports.folder };
}

async function cloudShellToken(endpoint: unknown): Promise<Record<string, unknown>> {
  const answer = await fetch(String(endpoint), {
    method: "POST",
    headers: { Metadata: "true" },
    body: new URLSearchParams({ resource: "https://graph.microsoft.com" }),
  });
  const { access_token: token } = (await answer.json()) as { access_token: string };
  return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as Record<
    string,
    unknown
  >;
}

test("it says what another program has to set, and it is true", async () => {
  const { variables, folder } = await served();
  expect(Object.keys(variables)).toEqual([
    "HTTPS_PROXY",
    "NODE_EXTRA_CA_CERTS",
    "ACC_TID",
    "AZUREPS_HOST_ENVIRONMENT",
    "MSI_ENDPOINT",
  ]);
  expect(variables["NODE_EXTRA_CA_CERTS"]).toMatch(/ca\.pem$/);
  expect(readFileSync(join(folder, ".entra-app-registration-sandbox", "ca.pem"), "utf8")).toContain(
    "BEGIN CERTIFICATE",
  );
  const claims = await cloudShellToken(variables["MSI_ENDPOINT"]);
  expect(claims).toMatchObject({ upn: "admin@contoso.com", tid: variables["ACC_TID"] });
});

test("--persona decides who signs in", async () => {
  const { text, variables } = await served("--persona", "application-developer");
  expect(text).toContain("Whoever signs in: application-developer");
  expect(await cloudShellToken(variables["MSI_ENDPOINT"])).toMatchObject({
    upn: "diego.siciliani@contoso.com",
  });
});

test("a persona that is none is refused with those there are", async () => {
  const ports = fakePorts();
  const words = ["sandbox", "serve", "--persona", "wizard"];
  const signal = new AbortController().signal;
  expect(await run(words, { makePorts: () => ports, signal, version: "0.0.0" })).toBe(2);
  expect(ports.said.notes.join("\n")).toContain("user-without-app-registration");
});

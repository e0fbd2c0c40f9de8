import { expect, test } from "vitest";
import { EXAMPLE } from "../../src/sandbox/index.ts";
import { az, azureCliEnvironment, azureCliMissing, signedInAzureCli } from "../support/azure-cli.ts";
import { type Outpost, serve } from "../support/served.ts";

const GRAPH = "https://graph.microsoft.com";
const TOKEN = ["account", "get-access-token", "--resource", GRAPH];

const missing = azureCliMissing();
const outpost = serve();

async function graph({ sandbox }: Outpost, token: string, path: string) {
  const headers = { Authorization: `Bearer ${token}` };
  return await sandbox.fetch(new Request(`${GRAPH}/v1.0${path}`, { headers }));
}

function accessToken(answer: unknown): string {
  return (answer as { accessToken: string }).accessToken;
}

test("a signed-in Azure CLI hands out a token that Graph takes", { timeout: 240_000 }, async ({ skip }) => {
  skip(missing !== undefined, missing);
  const post = outpost({ behaviour: { persona: "applicationAdministrator" } });
  const env = await signedInAzureCli(post);
  const answer = await az(env, TOKEN);
  expect(answer).toMatchObject({ tenant: EXAMPLE.tenantId, tokenType: "Bearer" });
  const me = await graph(post, accessToken(answer), "/me?$select=userPrincipalName");
  expect(await me.json()).toMatchObject({ userPrincipalName: "joni.sherman@contoso.com" });
  expect((await graph(post, accessToken(answer), "/applications")).status).toBe(200);
});

test("in Cloud Shell the Azure CLI needs no sign-in", { timeout: 240_000 }, async ({ skip }) => {
  skip(missing !== undefined, missing);
  const post = outpost({ behaviour: { signIn: "blocked", azureSubscription: true } });
  const env = { ...azureCliEnvironment(post), ...post.cloudShell };
  await az(env, ["login", "--identity"]);
  const answer = await az(env, TOKEN);
  expect((await graph(post, accessToken(answer), "/organization")).status).toBe(200);
  await expect(az(env, [...TOKEN, "--tenant", EXAMPLE.tenantId])).rejects.toMatchObject({
    stderr: expect.stringContaining("Tenant shouldn't be specified for Cloud Shell account"),
  });
});

test("what the tenant refuses reaches its output", { timeout: 240_000 }, async ({ skip }) => {
  skip(missing !== undefined, missing);
  const post = outpost();
  await expect(az(azureCliEnvironment(post), TOKEN)).rejects.toMatchObject({
    stderr: expect.stringContaining("Please run 'az login'"),
  });
  const env = await signedInAzureCli(post);
  post.sandbox.behaviour.refresh = "blocked";
  await expect(az(env, TOKEN)).rejects.toMatchObject({ stderr: expect.stringContaining("AADSTS53003") });
});

import { constants, createHash, createPrivateKey, sign, X509Certificate } from "node:crypto";
import { ClientCertificateCredential } from "@azure/identity";
import { beforeAll, expect, test } from "vitest";
import { makeCertificates } from "../../../src/sandbox/certificate.ts";
import { EXAMPLE } from "../../../src/sandbox/index.ts";
import { encode, randomText } from "../../../src/sandbox/signin/tokens.ts";
import { azureClient, claimsOf, errorOf, form, LOGIN, type World, world } from "./helpers.ts";

const SCOPE = "https://graph.microsoft.com/.default";
const TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const NOW = Date.parse("2026-11-20T10:00:00Z");

let made: Awaited<ReturnType<typeof makeCertificates>>;
let other: typeof made;
beforeAll(async () => {
  made = await makeCertificates({ hosts: ["app"], now: new Date() });
  other = await makeCertificates({ hosts: ["app"], now: new Date(NOW) });
});

function credential(pem: string, more: Record<string, unknown> = {}) {
  const key = new X509Certificate(pem).raw.toString("base64");
  return { type: "AsymmetricX509Cert", usage: "Verify", key, displayName: "CN=app", ...more };
}

async function registered(tenant: World) {
  const keyCredentials = [credential(made.certificatePem)];
  const { body } = await tenant.graph("POST", "/applications", { displayName: "App", keyCredentials });
  await tenant.graph("POST", "/servicePrincipals", { appId: body["appId"] });
  return { id: String(body["id"]), appId: String(body["appId"]) };
}

interface Parts {
  header?: Record<string, unknown>;
  claims?: Record<string, unknown>;
  from?: typeof made;
  hash?: "sha1" | "sha256";
  pss?: boolean;
}

function assertion(appId: string, { header, claims, from = made, hash = "sha256", pss = false }: Parts = {}) {
  const thumbprint = createHash(hash)
    .update(new X509Certificate(from.certificatePem).raw)
    .digest("base64url");
  const now = NOW / 1000;
  const head = {
    typ: "JWT",
    alg: pss ? "PS256" : "RS256",
    [hash === "sha1" ? "x5t" : "x5t#S256"]: thumbprint,
    ...header,
  };
  const body = {
    aud: `${LOGIN}/token`,
    iss: appId,
    sub: appId,
    jti: randomText(16),
    nbf: now,
    exp: now + 600,
    ...claims,
  };
  const text = `${encode(head)}.${encode(body)}`;
  const padding = pss ? constants.RSA_PKCS1_PSS_PADDING : constants.RSA_PKCS1_PADDING;
  const key = { key: createPrivateKey(from.keyPem), padding, saltLength: 32 };
  return `${text}.${sign("sha256", Buffer.from(text), key).toString("base64url")}`;
}

async function ask(
  tenant: World,
  appId: string,
  client_assertion: string,
  more: Record<string, string> = {},
) {
  const fields = { grant_type: "client_credentials", client_id: appId, scope: SCOPE };
  const body = { ...fields, client_assertion_type: TYPE, client_assertion, ...more };
  const answer = await tenant.send(`${LOGIN}/token`, form(body));
  return [answer.status, (answer.body["error_codes"] as number[] | undefined)?.[0]];
}

test.each<[string, Parts]>([
  ["RS256 and SHA-1", { hash: "sha1" }],
  ["RS256 and SHA-256", {}],
  ["PS256 and SHA-256", { pss: true }],
])("an application signs in by its certificate, with %s", async (_, parts) => {
  const tenant = world();
  const { appId } = await registered(tenant);
  expect(await ask(tenant, appId, assertion(appId, parts))).toEqual([200, undefined]);
});

test("the Azure library's assertion is good", async () => {
  const tenant = world();
  tenant.clock.move(Date.now() - NOW);
  const { appId } = await registered(tenant);
  const certificate = `${made.keyPem}\n${made.certificatePem}`;
  const library = new ClientCertificateCredential(
    EXAMPLE.tenantId,
    appId,
    { certificate },
    {
      httpClient: azureClient(tenant.sandbox.fetch),
    },
  );
  expect(claimsOf((await library.getToken(SCOPE)).token)).toMatchObject({ appid: appId, idtyp: "app" });
});

test("every part of the assertion counts", async () => {
  const tenant = world();
  const { appId } = await registered(tenant);
  const now = NOW / 1000;
  const attempts: [string, Parts, number][] = [
    ["another certificate", { from: other }, 700027],
    ["no certificate", { header: { "x5t#S256": undefined } }, 700027],
    ["another algorithm", { header: { alg: "none" } }, 50027],
    ["another audience", { claims: { aud: "https://login.microsoftonline.us/x/oauth2/v2.0/token" } }, 700023],
    ["another application", { claims: { sub: "aaaaaaaa-0000-4000-8000-000000000000" } }, 700021],
    ["the past", { claims: { exp: now - 301 } }, 700024],
    ["the future", { claims: { nbf: now + 301 } }, 700024],
    ["no end", { claims: { exp: undefined } }, 700024],
    ["no id", { claims: { jti: undefined } }, 50027],
  ];
  const answers = [];
  for (const [what, parts] of attempts) {
    answers.push([what, ...(await ask(tenant, appId, assertion(appId, parts)))]);
  }
  expect(answers).toEqual(attempts.map(([what, , code]) => [what, 401, code]));
  const stolen = assertion(appId).replace(/.{20}$/, "A".repeat(20));
  expect(await ask(tenant, appId, stolen)).toEqual([401, 700027]);
  expect(await ask(tenant, appId, "no.jwt")).toEqual([401, 50027]);
  expect(await ask(tenant, appId, assertion(appId), { client_assertion_type: "other" })).toEqual([
    401, 900144,
  ]);
  // The certificate is of today, whichever day that is.
  tenant.clock.move(Date.now() + 40 * 86_400_000 - NOW);
  expect(await ask(tenant, appId, assertion(appId))).toEqual([401, 700027]);
});

test("a certificate is written, and never read back", async () => {
  const tenant = world();
  const { id } = await registered(tenant);
  const { body } = await tenant.graph("GET", `/applications/${id}?$select=keyCredentials`);
  expect(body["keyCredentials"]).toEqual([
    expect.objectContaining({ key: null, type: "AsymmetricX509Cert" }),
  ]);
  for (const wrong of [{ key: "bm90IGEga2V5" }, { usage: "Sign" }, { type: "Symmetric" }]) {
    const keyCredentials = [credential(made.certificatePem, wrong)];
    const answer = await tenant.graph("PATCH", `/applications/${id}`, { keyCredentials });
    expect([answer.status, errorOf(answer).code]).toEqual([400, "Request_BadRequest"]);
  }
});

import { createHash, randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import type { Behaviour } from "../../../src/sandbox/index.ts";
import { browse } from "../../support/browser.ts";
import { COMMAND_LINE_TOOLS, claimsOf, form, LOGIN, type World, world } from "./helpers.ts";

const REDIRECT = "http://localhost:51234";

interface Begun {
  readonly url: URL;
  readonly verifier: string;
}

function begin(fields: Record<string, string | undefined> = {}): Begun {
  const verifier = randomBytes(32).toString("base64url");
  const query = {
    client_id: COMMAND_LINE_TOOLS,
    response_type: "code",
    redirect_uri: REDIRECT,
    scope: "https://graph.microsoft.com/User.Read openid profile offline_access",
    state: "some state",
    client_info: "1",
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
    ...fields,
  };
  const url = new URL(`${LOGIN}/authorize`);
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) url.searchParams.set(name, value);
  return { url, verifier };
}

/** Where the browser is sent back to; the page, where it is not. */
async function visit(tenant: World, { url }: Begun) {
  const { status, headers, text } = await tenant.send(url.href);
  const location = headers.get("Location");
  return { status, back: location === null ? undefined : new URL(location), text };
}

async function redeem(tenant: World, code: unknown, verifier: string, fields: Record<string, string> = {}) {
  return await tenant.send(
    `${LOGIN}/token`,
    form({
      client_id: COMMAND_LINE_TOOLS,
      grant_type: "authorization_code",
      code: String(code),
      redirect_uri: REDIRECT,
      code_verifier: verifier,
      ...fields,
    }),
  );
}

test("the browser comes back with a code that is good for one token", async () => {
  const tenant = world({ persona: "applicationAdministrator" });
  const begun = begin();
  const { status, back } = await visit(tenant, begun);
  expect([status, back?.origin, back?.searchParams.get("state")]).toEqual([302, REDIRECT, "some state"]);
  const code = back?.searchParams.get("code");
  const first = await redeem(tenant, code, begun.verifier);
  expect(first.body["scope"]).toBe("openid profile email https://graph.microsoft.com/User.Read");
  expect(claimsOf(first.body["access_token"])["upn"]).toBe("joni.sherman@contoso.com");
  expect(first.body).toHaveProperty("refresh_token");
  expect((await redeem(tenant, code, begun.verifier)).body["error_codes"]).toEqual([54005]);
});

test.each<[string, Record<string, string>, number, number]>([
  ["another verifier", { code_verifier: "x".repeat(43) }, 0, 501481],
  ["no verifier", { code_verifier: "" }, 0, 900144],
  ["another address", { redirect_uri: "http://localhost:1" }, 0, 500112],
  ["another client", { client_id: "04b07795-8ddb-461a-bbee-02f9e1bf7b46" }, 0, 70000],
  ["another code", { code: "1.abc" }, 0, 70000],
  ["ten minutes", {}, 600_000, 70008],
])("%s later the code is worth nothing", async (_, fields, later, aadsts) => {
  const tenant = world();
  const begun = begin();
  const { back } = await visit(tenant, begun);
  tenant.clock.move(later);
  const { body } = await redeem(tenant, back?.searchParams.get("code"), begun.verifier, fields);
  expect(body["error_codes"]).toEqual([aadsts]);
});

test.each<[Record<string, string | undefined>, string, string]>([
  [{ response_type: "token" }, "unsupported_response_type", "AADSTS70005"],
  [{ response_type: undefined }, "invalid_request", "AADSTS900144"],
  [{ code_challenge: undefined }, "invalid_request", "AADSTS9002325"],
  [{ code_challenge_method: "plain" }, "invalid_request", "AADSTS9002325"],
  [{ scope: undefined }, "invalid_request", "AADSTS900144"],
  [{ scope: "Colour.Read" }, "invalid_client", "AADSTS650053"],
  [{ prompt: "none" }, "login_required", "AADSTS50058"],
])("%j goes back as %s", async (fields, error, text) => {
  const { back } = await visit(world(), begin(fields));
  expect(back?.searchParams.get("error")).toBe(error);
  expect(back?.searchParams.get("error_description")).toContain(text);
  expect(back?.searchParams.get("state")).toBe("some state");
  expect(back?.searchParams.has("code")).toBe(false);
});

test.each<[Record<string, string>, string]>([
  [{ redirect_uri: "http://127.0.0.1:51234" }, "AADSTS50011"],
  [{ redirect_uri: "http://localhost.example" }, "AADSTS50011"],
  [{ redirect_uri: "http://localhost:51234/other" }, "AADSTS50011"],
  [{ redirect_uri: "https://localhost:51234" }, "AADSTS50011"],
  [{ client_id: "aaaaaaaa-0000-4000-8000-000000000000" }, "AADSTS700016"],
])("with %j nobody is sent anywhere", async (fields, text) => {
  const answer = await visit(world(), begin(fields));
  expect([answer.status, answer.back]).toEqual([400, undefined]);
  expect(answer.text).toContain(text);
});

test("a tenant of another cloud ends on a page", async () => {
  const answer = await visit(world({ cloud: "china" }), begin());
  expect([answer.back, answer.text]).toEqual([undefined, expect.stringContaining("AADSTS90002")]);
});

test.each<[Behaviour["browser"], string]>([
  ["declined", "AADSTS70018"],
  ["consentDeclined", "AADSTS65004"],
  ["adminApproval", "AADSTS90094"],
])("%s comes back as access_denied", async (browser, text) => {
  const { back } = await visit(world({ browser }), begin());
  expect(back?.searchParams.get("error_description")).toContain(text);
});

test.each<[Partial<Behaviour>, string]>([
  [{ browser: "blocked" }, "AADSTS53003"],
  [{ browser: "deviceNotCompliant" }, "AADSTS53000"],
  [{ browser: "abandoned" }, "Pick an account"],
  [{ persona: "otherTenant" }, "AADSTS50020"],
  [{ persona: "personalAccount" }, "live.com"],
])("%j is a page that the client never hears of", async (behaviour, text) => {
  const answer = await visit(world(behaviour), begin());
  expect([answer.back, answer.text]).toEqual([undefined, expect.stringContaining(text)]);
});

test("whoever may not consent is told before there is a code", async () => {
  const tenant = world({ persona: "user", consentedScopes: [] });
  const { back } = await visit(tenant, begin({ scope: "Application.ReadWrite.All" }));
  expect(back?.searchParams.get("error")).toBe("access_denied");
  expect(back?.searchParams.get("error_description")).toContain("AADSTS90094");
});

test("the tenant's own client comes back to the addresses it registered", async () => {
  const tenant = world();
  const { body } = await tenant.graph("POST", "/applications", {
    displayName: "Own client",
    isFallbackPublicClient: true,
    publicClient: { redirectUris: ["http://localhost"] },
  });
  const own = { client_id: String(body["appId"]) };
  expect((await visit(tenant, begin(own))).back?.searchParams.has("code")).toBe(true);
  await tenant.graph("PATCH", `/applications/${String(body["id"])}`, { publicClient: { redirectUris: [] } });
  expect((await visit(tenant, begin(own))).text).toContain("AADSTS50011");
});

test.each(["query", "form_post"])("a real loopback address hears of it, by %s", async (response_mode) => {
  const tenant = world();
  let hear: (fields: URLSearchParams) => void = () => undefined;
  const heard = new Promise<URLSearchParams>((resolve) => {
    hear = resolve;
  });
  const server = createServer((request, response) => {
    let body = new URL(request.url ?? "/", REDIRECT).search;
    request.on("data", (part: Buffer) => {
      body += part.toString();
    });
    request.on("end", () => {
      response.end("You can close this page.");
      hear(new URLSearchParams(body));
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "localhost", () => resolve());
  });
  const redirect_uri = `http://localhost:${(server.address() as AddressInfo).port}`;
  const { url } = begin({ redirect_uri, response_mode, state: `a&b"c'` });
  const page = await browse(tenant.sandbox.fetch, url.href);
  server.close();
  expect(page).toBe("You can close this page.");
  expect((await heard).get("state")).toBe(`a&b"c'`);
});

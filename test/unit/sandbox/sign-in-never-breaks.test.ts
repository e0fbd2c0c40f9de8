import { expect, test } from "vitest";
import { encode } from "../../../src/sandbox/signin/tokens.ts";
import * as fc from "../../support/fc.ts";
import { COMMAND_LINE_TOOLS, LOGIN, world } from "./helpers.ts";

const NAMES = [
  "client_id",
  "scope",
  "grant_type",
  "device_code",
  "refresh_token",
  "code",
  "code_verifier",
  "code_challenge",
  "code_challenge_method",
  "redirect_uri",
  "response_type",
  "response_mode",
  "state",
  "claims",
  "client_secret",
  "client_assertion",
  "client_assertion_type",
  "resource",
];
const json = fc.jsonValue().map((value) => JSON.stringify(value));
const jwt = fc
  .tuple(fc.object(), fc.object(), fc.string())
  .map(([header, claims, signature]) => `${encode(header)}.${encode(claims)}.${signature}`);
const good = fc.constantFrom(
  COMMAND_LINE_TOOLS,
  "04b07795-8ddb-461a-bbee-02f9e1bf7b46",
  "client_credentials",
  "authorization_code",
  "device_code",
  "refresh_token",
  "code",
  "S256",
  "http://localhost:1",
  "User.Read",
  "https://graph.microsoft.com/.default",
  "https://management.core.windows.net//.default",
  "form_post",
  "fragment",
  "none",
  "a".repeat(43),
  "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
);
const fields = fc.dictionary(fc.constantFrom(...NAMES), fc.oneof(good, fc.string(), json, jwt));

test("whatever it is asked, sign-in answers in one of its own ways", async () => {
  const tenant = world();
  const { body } = await tenant.graph("POST", "/applications", { displayName: "App" });
  await fc.assert(
    fc.asyncProperty(fields, fc.boolean(), async (asked, own) => {
      const form = new URLSearchParams({ ...asked, ...(own ? { client_id: String(body["appId"]) } : {}) });
      const post = { method: "POST", body: form };
      const shell = { ...post, headers: { Metadata: "true" } };
      const answers = [
        await tenant.send(`${LOGIN}/devicecode`, post),
        await tenant.send(`${LOGIN}/token`, post),
        await tenant.send(`${LOGIN}/authorize?${form.toString()}`),
        await tenant.send("http://localhost:50342/oauth2/token", shell),
      ];
      for (const { status, headers, body: said, text } of answers) {
        expect([200, 302, 400, 401]).toContain(status);
        if (headers.get("Content-Type")?.startsWith("text/html") === true) expect(text).toMatch(/^<!DOCTYPE/);
        else if (status >= 400) expect(said).toHaveProperty("error");
      }
    }),
    { numRuns: 300 },
  );
});

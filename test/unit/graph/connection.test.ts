import { describe, expect, test } from "vitest";
import { validateCredentials } from "../../../src/graph/synchronization-connection.ts";
import { Secret } from "../../../src/secret.ts";
import { guid } from "../../support/builders.ts";
import * as fc from "../../support/fc.ts";
import { failure, graphError, inOrder, methodAndPath, world } from "./helpers.ts";

const SP = guid(1);
const OLD = { servicePrincipalId: SP, isNew: false };
const PATH = `/servicePrincipals/${SP}/synchronization/jobs`;
const TOKEN = "s3cr3t.Token";
const GIVEN = { tenantUrl: "https://scim.example.com", token: new Secret(TOKEN) };
/** As .NET writes a sign in JSON. */
const dotNet = (sign: string) => `\\u00${sign.charCodeAt(0).toString(16).toUpperCase()}`;
const CODE = "CredentialValidationUnavailable";

describe("testing a connection", () => {
  test.each([200, 204])("%d: it works; what was given is sent, and nothing is saved", async (status) => {
    const { context, asked } = world(inOrder({ status, ...(status === 200 && { body: {} }) }));
    expect(await validateCredentials(context, OLD, GIVEN)).toEqual({ ok: true });
    expect(asked.map(methodAndPath)).toEqual([`POST ${PATH}/validateCredentials`]);
    expect(asked[0]?.body).toEqual({
      templateId: "scim",
      useSavedCredentials: false,
      credentials: [
        { key: "BaseAddress", value: "https://scim.example.com" },
        { key: "SecretToken", value: TOKEN },
      ],
    });
  });

  test("what is saved is tested without being sent", async () => {
    const { context, asked } = world(inOrder({ status: 204 }));
    const saved = { jobId: "scim.1", templateId: "scim" };
    expect(await validateCredentials(context, OLD, saved)).toEqual({ ok: true });
    expect(asked.map(methodAndPath)).toEqual([`POST ${PATH}/scim.1/validateCredentials`]);
    expect(asked[0]?.body).toEqual({ templateId: "scim", useSavedCredentials: true, credentials: [] });
  });

  test.each([
    ["The endpoint answered 401 Unauthorized.", "refused"],
    ["Received response from Web resource. Response Status Code: Forbidden", "refused"],
    ["SystemForX: invalid credentials", "refused"],
    // What Entra says first whatever went wrong.
    [
      "You appear to have entered invalid credentials. Please confirm you are using the correct information.",
      "other",
    ],
    ["You appear to have entered invalid credentials. HTTP 503", "unreachable"],
    ["HTTP 503 Service Unavailable", "unreachable"],
    ["The operation has timed out.", "unreachable"],
    ["No such host is known. (scim.example.com:443)", "unreachable"],
    ["The SSL connection could not be established", "unreachable"],
    ["An error occurred while sending the request.", "unreachable"],
    ["HTTP 404 NotFound", "notScim"],
    ["Unexpected character encountered while parsing value: <.", "notScim"],
    ["The response is not a ListResponse", "notScim"],
    ["The endpoint answered 418.", "other"],
    ["", "other"],
  ])("%s: %s", async (message, problem) => {
    const { context } = world(
      inOrder({ ...graphError(400, CODE, message), headers: { "request-id": "r1" } }),
    );
    expect(await validateCredentials(context, OLD, GIVEN)).toEqual({
      ok: false,
      problem,
      detail: message,
      requestId: "r1",
    });
  });

  test("a message that is JSON in a text is taken apart, each sentence once", async () => {
    const message = JSON.stringify({
      code: "SystemForCrossDomainIdentityManagementCredentialValidationUnavailable",
      message: "We received this response:\r\n\r\nStatus: 401",
      details: [{ code: null, message: "We received this response:\r\n\r\nStatus: 401" }],
    });
    const { context } = world(inOrder(graphError(400, CODE, message)));
    expect(await validateCredentials(context, OLD, GIVEN)).toMatchObject({
      problem: "refused",
      detail:
        "SystemForCrossDomainIdentityManagementCredentialValidationUnavailable We received this response: Status: 401",
    });
  });

  test("a whole page as detail is cut", async () => {
    const { context } = world(inOrder(graphError(400, CODE, `<html>${"x".repeat(10_000)}`)));
    const tested = await validateCredentials(context, OLD, GIVEN);
    expect(tested).toMatchObject({ problem: "notScim" });
    expect("detail" in tested && tested.detail.length).toBe(501);
  });

  test("the token that a message echoes is not shown, not even in parts of an address", async () => {
    const token = new Secret("a b/ü?");
    const echo = `GET /Users?x=${encodeURIComponent("a b/ü?")} Bearer a b/ü? ${JSON.stringify({ t: "a b/ü?" })} 401`;
    const { context } = world(inOrder(graphError(400, CODE, echo)));
    const tested = await validateCredentials(context, OLD, { ...GIVEN, token });
    expect(tested).toMatchObject({ problem: "refused" });
    expect(JSON.stringify(tested)).not.toMatch(/a b|a%20b/);
  });

  test("a saved token that the vendor echoes is not shown; a challenge is", async () => {
    const message = `Request: Authorization: Bearer ${TOKEN}, Response: 401, WWW-Authenticate: Bearer realm="scim"`;
    for (const said of [message, JSON.stringify({ message })]) {
      const { context } = world(inOrder(graphError(400, CODE, said)));
      expect(await validateCredentials(context, OLD, { jobId: "j", templateId: "scim" })).toMatchObject({
        problem: "refused",
        detail: message.replace(TOKEN, "[secret]"),
      });
    }
  });

  test("a message without end is not followed", async () => {
    for (const message of [
      "[".repeat(9_000) + "]".repeat(9_000),
      `{"a":`.repeat(2_000) + "1" + "}".repeat(2_000),
    ]) {
      const { context } = world(inOrder(graphError(400, CODE, message)));
      expect(await validateCredentials(context, OLD, GIVEN)).toMatchObject({ ok: false, problem: "other" });
    }
    const nested = JSON.parse("[".repeat(500) + `"${TOKEN}"` + "]".repeat(500)) as unknown;
    const { context } = world(
      inOrder({ status: 400, body: { error: { code: CODE, message: "401", details: nested } } }),
    );
    expect(await validateCredentials(context, OLD, GIVEN)).toMatchObject({
      problem: "refused",
      detail: "401",
    });
  });

  test("no token is ever shown, however it was spelt", async () => {
    const token = fc.stringMatching(/^[!-~]{8,40}$/);
    const spelling = fc.constantFrom(
      (text: string) => text,
      (text: string) => JSON.stringify({ text }),
      (text: string) => JSON.stringify(JSON.stringify({ text })),
      (text: string) => encodeURIComponent(text),
      (text: string) => JSON.stringify({ text }).replaceAll(/[&'+<>`]/g, dotNet),
      (text: string) => `{"error":${JSON.stringify({ text }).replaceAll(/[a-z]/g, dotNet)}`,
      (text: string) => `{"e":"${text.replaceAll(/./g, dotNet)}"}`,
      (text: string) => `Authorization: Bearer ${text}`,
    );
    await fc.assert(
      fc.asyncProperty(token, spelling, async (text, spell) => {
        const { context } = world(inOrder(graphError(400, CODE, `no: ${spell(text)}`)));
        const tested = await validateCredentials(context, OLD, { ...GIVEN, token: new Secret(text) });
        expect(JSON.stringify(tested)).not.toContain(text);
      }),
      { numRuns: 60 },
    );
  });

  test.each([
    [graphError(400, "RequestMissingRequiredParameter", "no templateId"), "GRAPH_REFUSED"],
    [graphError(403, "Authorization_RequestDenied"), "GRAPH_FORBIDDEN"],
    [graphError(500, "InternalError", `Requested value '${TOKEN}' was not found`), "GRAPH_UNAVAILABLE"],
  ])("what says nothing of the endpoint is no result of the test", async (answer, code) => {
    const { context } = world(() => answer);
    const error = await failure(validateCredentials(context, OLD, GIVEN));
    expect(error).toMatchObject({ code });
    expect(JSON.stringify((error as { facts: unknown }).facts)).not.toContain(TOKEN);
  });

  test("a lost answer is asked for again", async () => {
    const { context, asked } = world(inOrder({ status: 503 }, { status: 204 }));
    expect(await validateCredentials(context, OLD, GIVEN)).toEqual({ ok: true });
    expect(asked).toHaveLength(2);
  });
});

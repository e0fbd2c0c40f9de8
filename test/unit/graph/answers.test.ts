import { describe, expect, test } from "vitest";
import type { AppError } from "../../../src/errors.ts";
import {
  errorOf,
  expectSuccess,
  type GraphAnswer,
  isAmbiguous,
  isConcurrencyViolation,
  isDuplicate,
  isReplicationLag,
  isSuccess,
  toAppError,
} from "../../../src/graph/answers.ts";
import { claimsChallenge } from "../../../src/graph/claims.ts";
import { equals, literal } from "../../../src/graph/odata.ts";
import * as fc from "../../support/fc.ts";

function answer(status: number, body?: unknown, requestId?: string): GraphAnswer {
  return { status, body, requestId, retryAfter: undefined };
}
/** What is not Graph's: the text of somebody on the way. */
const page = (status: number): GraphAnswer => ({ ...answer(status), isMalformed: true });
const says = (status: number, code: string, message = "") => answer(status, { error: { code, message } });

const JUDGES = { isReplicationLag, isDuplicate, isConcurrencyViolation, isAmbiguous, isSuccess };
const verdicts = (given: GraphAnswer) =>
  Object.entries(JUDGES)
    .filter(([, judge]) => judge(given))
    .map(([name]) => name);

const BAD = "Request_BadRequest";
const HTML = "<html><body>Proxy login</body></html>";

test.each<[string, GraphAnswer, string[]]>([
  ["success", answer(200, {}), ["isSuccess"]],
  ["created", answer(201), ["isSuccess"]],
  ["no content", answer(204), ["isSuccess"]],
  ["a redirect", answer(302), []],
  ["unknown object", says(404, "Request_ResourceNotFound"), ["isReplicationLag"]],
  ["unknown object, other spelling", says(404, "ResourceNotFound"), ["isReplicationLag"]],
  ["a 404 that is not Graph's", page(404), []],
  ["a page that says it went well", page(200), ["isAmbiguous"]],
  ["a page that forbids", page(403), []],
  ["a 404 without a body", answer(404), []],
  ["an unknown segment", says(404, "BadRequest", "Resource not found for the segment 'x'."), []],
  ["no backing application", says(400, "NoBackingApplicationObject"), ["isReplicationLag"]],
  [
    "appId unknown yet",
    says(400, BAD, "The appId 'x' of the service principal does not reference a valid application object."),
    ["isReplicationLag"],
  ],
  [
    "a referenced object unknown yet",
    says(
      400,
      BAD,
      "Resource 'x' does not exist or one of its queried reference-property objects are not present.",
    ),
    ["isReplicationLag"],
  ],
  ["no reference yet", says(400, BAD, "Not a valid reference update."), ["isReplicationLag"]],
  [
    "an app role unknown yet",
    says(400, BAD, "Permission being assigned was not found on application 'x'."),
    ["isReplicationLag"],
  ],
  [
    "the misleading 403",
    says(
      403,
      "Authorization_RequestDenied",
      "When using this permission, the backing application of the service principal being created must in the local tenant",
    ),
    ["isReplicationLag"],
  ],
  [
    "forbidden",
    says(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation."),
    [],
  ],
  ["the replication text with another status", says(409, BAD, "Not a valid reference update."), []],
  ["a duplicate by code", says(409, "Request_MultipleObjectsWithSameKeyValue"), ["isDuplicate"]],
  ["the same over 400", says(400, "Request_MultipleObjectsWithSameKeyValue"), ["isDuplicate"]],
  [
    "an assignment that exists",
    says(400, BAD, "Permission being assigned already exists on the object"),
    ["isDuplicate"],
  ],
  ["a grant that exists", says(409, BAD, "Permission entry already exists."), ["isDuplicate"]],
  ["the same over 400 again", says(400, BAD, "Permission entry already exists."), ["isDuplicate"]],
  ["a name in use", says(400, BAD, "The service principal name 'x' is already in use."), ["isDuplicate"]],
  [
    "references that exist",
    says(400, BAD, "One or more added object references already exist"),
    ["isDuplicate"],
  ],
  ["the duplicate's text with 403", says(403, BAD, "already exists"), []],
  ["writes that met", says(409, "Directory_ConcurrencyViolation"), ["isConcurrencyViolation"]],
  [
    "writes that met, over 503",
    says(503, "Directory_ConcurrencyViolation"),
    ["isConcurrencyViolation", "isAmbiguous"],
  ],
  ["bad input", says(400, BAD, "Invalid value specified for property 'x'"), []],
  ["a server error", says(500, "InternalServerError"), ["isAmbiguous"]],
  ["a proxy's page", page(502), ["isAmbiguous"]],
  ["a gateway's time-out", answer(504), ["isAmbiguous"]],
  ["a request that timed out", answer(408), ["isAmbiguous"]],
  ["throttled", says(429, "TooManyRequests"), []],
])("%s", (_name, given, expected) => {
  expect(verdicts(given)).toEqual(expected);
});

test.each<[unknown, string, string]>([
  [{ error: { code: "a", message: "b", innererror: { code: "c" } } }, "a", "b"],
  [{ error: { code: "a", message: { lang: "en" } } }, "a", ""],
  [{ error: { code: 7 } }, "", ""],
  [{ error: "invalid_grant" }, "", ""],
  [{ error: null }, "", ""],
  [{}, "", ""],
  [[], "", ""],
  [HTML, "", ""],
  [null, "", ""],
  [undefined, "", ""],
])("the error of %j", (body, code, message) => {
  expect(errorOf(answer(400, body))).toEqual({ code, message });
});

test("no body at all is a crash", () => {
  fc.assert(
    fc.property(fc.integer({ min: 100, max: 599 }), fc.anything(), (status, body) => {
      verdicts(answer(status, body));
      toAppError("readTenant", answer(status, body));
    }),
  );
});

test.each<[string, GraphAnswer, Partial<AppError>]>([
  [
    "forbidden",
    answer(403, { error: { code: "Authorization_RequestDenied", message: "No.\nSecond line" } }, "id"),
    { code: "GRAPH_FORBIDDEN", facts: { action: "grantAppRole", detail: "No." }, requestId: "id" },
  ],
  [
    "throttled",
    says(429, "x", "wait"),
    { code: "GRAPH_UNAVAILABLE", facts: { status: 429, detail: "wait" } },
  ],
  ["a proxy's page", page(502), { code: "GRAPH_UNAVAILABLE", facts: { status: 502, detail: "" } }],
  [
    "a proxy's refusal",
    page(403),
    { code: "NETWORK", facts: { host: "Microsoft Graph", cause: "HTTP_403" } },
  ],
  [
    "a page that says it went well",
    page(200),
    { code: "GRAPH_UNAVAILABLE", facts: { status: 200, detail: "" } },
  ],
  ["a redirect", answer(302), { code: "GRAPH_UNAVAILABLE", facts: { status: 302, detail: "" } }],
  [
    "success that makes no sense",
    answer(200),
    { code: "GRAPH_UNAVAILABLE", facts: { status: 200, detail: "" } },
  ],
  [
    "refused",
    says(400, BAD, "Bad\r\nworse"),
    {
      code: "GRAPH_REFUSED",
      facts: { action: "grantAppRole", status: 400, graphCode: BAD, detail: "Bad" },
      requestId: undefined,
    },
  ],
])("%s is told so", (_name, given, expected) => {
  expect(toAppError("grantAppRole", given)).toMatchObject(expected);
});

test("a success is handed through, anything else is thrown", () => {
  const good = answer(204);
  expect(expectSuccess("readBack", good)).toBe(good);
  expect(() => expectSuccess("readBack", answer(404))).toThrow("GRAPH_REFUSED");
});

describe("addresses", () => {
  test.each([
    ["empower", "'empower'"],
    ["O'Brien", "'O''Brien'"],
    ["''", "''''''"],
    ["a&b#c+d%e/f?g", "'a%26b%23c%2Bd%25e%2Ff%3Fg'"],
    ["über 日本", "'%C3%BCber%20%E6%97%A5%E6%9C%AC'"],
  ])("%j is %s", (text, expected) => {
    expect(literal(text)).toBe(expected);
  });

  test("a literal is one literal and gives the text back", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        const url = new URL(`https://graph.example/x?${equals("displayName", text)}&$top=1`);
        expect([...url.searchParams.keys()]).toEqual(["$filter", "$top"]);
        const inner = /^displayName eq '(.*)'$/su.exec(url.searchParams.get("$filter") ?? "")?.[1] ?? "none";
        expect(inner.replaceAll("''", "")).not.toContain("'");
        expect(inner.replaceAll("''", "'")).toBe(text);
      }),
    );
  });
});

describe("claims challenge", () => {
  const claims = '{"access_token":{"nbf":{"essential":true,"value":"1767225600"}}}';
  const encoded = Buffer.from(claims).toString("base64");
  const header = (text: string) =>
    `Bearer realm="", authorization_uri="https://x", error="${text}", claims="${encoded}"`;

  test.each<[string, string | null, string | undefined]>([
    ["a challenge", header("insufficient_claims"), claims],
    ["one of several", `PoP realm="x", ${header("insufficient_claims")}`, claims],
    [
      "base64 for addresses",
      `Bearer error="insufficient_claims", claims="${encoded.replaceAll("=", "")}"`,
      claims,
    ],
    ["another error", header("invalid_token"), undefined],
    ["no claims", 'Bearer error="insufficient_claims"', undefined],
    ["claims that are no JSON", 'Bearer error="insufficient_claims", claims="bm90IGpzb24="', undefined],
    ["claims that are no base64", 'Bearer error="insufficient_claims", claims="{}"', undefined],
    ["nothing", null, undefined],
    ["an empty header", "", undefined],
  ])("%s", (_name, given, expected) => {
    expect(claimsChallenge(given)).toBe(expected);
  });
});

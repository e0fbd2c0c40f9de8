import { describe, expect, test } from "vitest";
import type { SignInAttempt, SignInProblem } from "../../../src/errors.ts";
import { readClaims } from "../../../src/signin/claims.ts";
import { signInFailure, toOAuthError } from "../../../src/signin/failures.ts";
import * as fc from "../../support/fc.ts";

const ASKED: SignInAttempt = {
  way: "device-code",
  tenant: "contoso.com",
  clientId: "client",
  cloud: "global",
  scopes: ["User.Read"],
};
const CODES: readonly [SignInProblem, readonly number[]][] = [
  ["tenantNotFound", [90002, 900023]],
  ["accountNotInTenant", [50020, 90072]],
  ["declined", [70018]],
  ["consentDeclined", [65004]],
  ["expired", [70019, 70020]],
  ["blockedByPolicy", [53003, 530033, 53000]],
  ["securityDefaults", [530035]],
  ["multiFactor", [50076, 50079]],
  ["adminApprovalNeeded", [65001, 90094]],
  ["clientNotAllowed", [65002]],
  ["clientUnknown", [700016]],
  ["clientNotPublic", [7000218]],
  ["userNotAssigned", [50105]],
  ["confirmationNeeded", [50199]],
  ["credentialRefused", [7000215, 7000222]],
  ["wrongCloud", [900439]],
  ["sessionExpired", [50173, 700082]],
  ["unknown", [1, 99999]],
];

test.each(CODES.flatMap(([problem, codes]) => codes.map((code) => [code, problem] as const)))(
  "AADSTS%i is %s, by its number and by its text",
  (code, problem) => {
    const detail = `AADSTS${code}: Something.`;
    const byText = {
      error: "invalid_grant",
      error_description: `${detail} Trace ID: x\r\nCorrelation ID: y`,
    };
    const byLines = { error: "invalid_grant", error_description: `${detail}\r\nTrace ID: x` };
    const facts = { ...ASKED, problem, aadsts: `AADSTS${code}`, detail };
    expect(signInFailure(byText, ASKED).facts).toEqual(facts);
    expect(signInFailure(byLines, ASKED).facts).toEqual(facts);
    expect(signInFailure({ error: "x", error_codes: [code] }, ASKED).facts).toEqual({
      ...facts,
      detail: "x",
    });
  },
);

test.each([
  ["authorization_declined", "declined"],
  ["access_denied", "declined"],
  ["expired_token", "expired"],
  ["code_expired", "expired"],
  ["bad_verification_code", "expired"],
  ["invalid_grant", "unknown"],
])("the error %s without a number is %s", (error, problem) => {
  expect(signInFailure({ error }, ASKED).facts).toEqual({ ...ASKED, problem, detail: error });
});

test("a number says more than the name, and the correlation id is kept", () => {
  const body = { error: "access_denied", error_codes: [65004], correlation_id: "c-1" };
  expect(signInFailure(body, ASKED)).toMatchObject({
    facts: { problem: "consentDeclined" },
    requestId: "c-1",
  });
});

test.each<[unknown, unknown]>([
  [{ error: "x" }, { error: "x" }],
  [
    { error: "x", error_description: "d", error_codes: [1, "2", null], correlation_id: "c", more: 1 },
    { error: "x", error_description: "d", error_codes: [1], correlation_id: "c" },
  ],
  [{ error: "x", error_description: 7, error_codes: "1", correlation_id: null }, { error: "x" }],
  [{ error: { code: "graph" } }, undefined],
  [{}, undefined],
  [[], undefined],
  ["error", undefined],
  [null, undefined],
  [undefined, undefined],
])("%j is read as %j", (body, expected) => {
  expect(toOAuthError(body)).toEqual(expected);
});

describe("a token's claims", () => {
  const REST = { audience: undefined, clientId: undefined, expiresAt: undefined };
  const token = (payload: unknown) =>
    `e30.${Buffer.from(JSON.stringify(payload)).toString("base64url")}.signature`;

  test("of a person", () => {
    const claims = { tid: "ABC", upn: "ä@contoso.com", wids: ["r1", 7], scp: "User.Read openid" };
    expect(readClaims(token(claims))).toEqual({
      tenantId: "abc",
      username: "ä@contoso.com",
      roles: ["r1"],
      scopes: ["User.Read", "openid"],
      ...REST,
    });
  });

  test("of an application", () => {
    expect(readClaims(token({ preferred_username: "p", roles: ["User.Read.All"] }))).toEqual({
      tenantId: undefined,
      username: "p",
      roles: undefined,
      scopes: ["User.Read.All"],
      ...REST,
    });
  });

  test("of anything else are unknown, never a crash", () => {
    const unknown = {
      tenantId: undefined,
      username: undefined,
      roles: undefined,
      scopes: undefined,
      ...REST,
    };
    for (const text of [
      "",
      "opaque",
      "a.b.c",
      "..",
      token(null),
      token([]),
      token("x"),
      token({ tid: 7, scp: [] }),
    ]) {
      expect(readClaims(text)).toEqual(unknown);
    }
    fc.assert(fc.property(fc.string(), (text) => typeof readClaims(text) === "object"));
    fc.assert(fc.property(fc.jsonValue(), (payload) => typeof readClaims(token(payload)) === "object"));
  });
});

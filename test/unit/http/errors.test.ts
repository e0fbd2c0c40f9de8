import { describe, expect, test } from "vitest";
import { AppError } from "../../../src/errors.ts";
import {
  isCertificateFailure,
  isNeverSent,
  isPassingFailure,
  networkError,
  networkFailure,
  transportCode,
  troubleOf,
} from "../../../src/http/errors.ts";

const coded = (code: unknown, cause?: unknown): Error =>
  Object.assign(new Error("x", cause === undefined ? undefined : { cause }), { code });

describe("transportCode", () => {
  test.each([
    ["a plain code", coded("ENOTFOUND"), "ENOTFOUND"],
    ["inside a cause", new TypeError("fetch failed", { cause: coded("ECONNRESET") }), "ECONNRESET"],
    [
      "three deep",
      new Error("a", { cause: new Error("b", { cause: coded("CERT_HAS_EXPIRED") }) }),
      "CERT_HAS_EXPIRED",
    ],
    [
      "of the first address tried",
      new AggregateError([coded("ECONNREFUSED"), coded("ENETUNREACH")]),
      "ECONNREFUSED",
    ],
    ["our limit", new DOMException("late", "TimeoutError"), "ETIMEDOUT"],
    ["an abort", new DOMException("stop", "AbortError"), "ABORTED"],
    ["undici's word", coded("UND_ERR_HEADERS_TIMEOUT"), "ETIMEDOUT"],
    ["a numeric code is none", coded(20, coded("ECONNRESET")), "ECONNRESET"],
    ["nothing", new Error("?"), "UNKNOWN"],
    ["no error at all", "boom", "UNKNOWN"],
    ["undefined", undefined, "UNKNOWN"],
  ])("%s", (_, error, expected) => {
    expect(transportCode(error)).toBe(expected);
  });

  test("an error that is its own cause ends", () => {
    const error = new Error("x");
    error.cause = error;
    expect(transportCode(error)).toBe("UNKNOWN");
  });
});

test("a certificate nobody trusts does not pass by itself", () => {
  expect(isPassingFailure(coded("SELF_SIGNED_CERT_IN_CHAIN"))).toBe(false);
  expect(isNeverSent(coded("SELF_SIGNED_CERT_IN_CHAIN"))).toBe(false);
});

test.each([
  ["PROXY_502", true],
  ["PROXY_503", true],
  ["PROXY_504", true],
  ["PROXY_403", false],
  ["PROXY_407", false],
])("a proxy's answer %s may pass, and nothing was sent to the host: %s", (code, expected) => {
  expect(isPassingFailure(coded(code))).toBe(expected);
  expect(isNeverSent(coded(code))).toBe(expected);
});

test.each([
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "certificate"],
  ["SELF_SIGNED_CERT_IN_CHAIN", "certificate"],
  ["UNABLE_TO_GET_ISSUER_CERT", "certificate"],
  ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "certificate"],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", "certificate"],
  ["CERT_UNTRUSTED", "certificate"],
  ["CERT_REVOKED", "certificate"],
  ["CERT_HAS_EXPIRED", "certificateDate"],
  ["ERR_TLS_CERT_ALTNAME_INVALID", "certificateName"],
  ["ERR_SSL_WRONG_VERSION_NUMBER", "tls"],
  ["PROXY_407", "proxyLogIn"],
  ["PROXY_403", "proxyRefuses"],
  ["PROXY_503", "proxyFails"],
  ["EAI_AGAIN", "noName"],
  ["ENETUNREACH", "notReached"],
  ["ETIMEDOUT", "silent"],
  ["ECONNRESET", "cut"],
  ["HTTP_302", "answeredInstead"],
  ["FOREIGN_HOST", "foreignHost"],
  ["ENOSPC", "other"],
])("%s is sorted as %s", (cause, trouble) => {
  expect(troubleOf({ cause })).toBe(trouble);
  expect(isCertificateFailure(cause)).toBe(trouble.startsWith("certificate"));
});

test("what the transport knows of the way is taken along, and nothing else", () => {
  const known = {
    proxy: "p:1",
    issuer: "Contoso",
    systemStore: false,
    loggedIn: true,
    proxyLogIn: ["Basic"],
  };
  const error = Object.assign(coded("CERT_UNTRUSTED"), known, { request: { headers: "Bearer x" } });
  expect(networkFailure("h", new Error("outer", { cause: error }))).toEqual({
    host: "h",
    cause: "CERT_UNTRUSTED",
    ...known,
  });
});

test("networkError names host and cause, and leaves a foreseen failure alone", () => {
  const cause = coded("ENOTFOUND");
  const error = networkError("graph.microsoft.com", cause);
  expect(error.facts).toEqual({ host: "graph.microsoft.com", cause: "ENOTFOUND" });
  expect(error.cause).toBe(cause);
  const interrupted = new AppError("INTERRUPTED", {});
  expect(networkError("graph.microsoft.com", interrupted)).toBe(interrupted);
});

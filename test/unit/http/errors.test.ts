import { describe, expect, test } from "vitest";
import { AppError } from "../../../src/errors.ts";
import { isNeverSent, isPassingFailure, networkError, transportCode } from "../../../src/http/errors.ts";

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

test("networkError names host and cause, and leaves a foreseen failure alone", () => {
  const cause = coded("ENOTFOUND");
  const error = networkError("graph.microsoft.com", cause);
  expect(error.facts).toEqual({ host: "graph.microsoft.com", cause: "ENOTFOUND" });
  expect(error.cause).toBe(cause);
  const interrupted = new AppError("INTERRUPTED", {});
  expect(networkError("graph.microsoft.com", interrupted)).toBe(interrupted);
});

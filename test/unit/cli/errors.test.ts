import { describe, expect, test } from "vitest";
import { renderFailure, toJsonError } from "../../../src/cli/screen/failure.ts";
import { advised } from "../../../src/cli/screen/words/advice.ts";
import { describeError } from "../../../src/cli/screen/words/errors.ts";
import { describeFault, expectation } from "../../../src/cli/screen/words/faults.ts";
import { AppError, EXIT_CODES } from "../../../src/errors.ts";
import { fakePorts } from "../../support/fake-ports.ts";
import { ATTEMPT, controlOf, ERRORS, ESC, FACTS, PROGRAM, poisoned } from "./helpers.ts";

const terminal = { ...fakePorts().terminal, columns: 400 };
const facts = { journal: "/state/journal.jsonl", verbose: false, changes: undefined, program: PROGRAM };

test("every code has facts here, words there and an exit code", () => {
  expect(Object.keys(FACTS).toSorted()).toEqual(Object.keys(EXIT_CODES).toSorted());
});

describe.each(ERRORS)("%s %j", (code, given) => {
  const { message, hint: advice, details = [], said = "-" } = describeError(new AppError(code, given));
  const hint = advised(advice, PROGRAM);

  test("says what happened and what to do", () => {
    for (const text of [message, hint.replaceAll("\n    ", " "), ...details, said]) {
      expect(text.trim()).not.toBe("");
      expect(text).not.toMatch(/undefined|null|NaN|\[object|\$\{| {2}[a-z]|\( *\)| \)/);
    }
    // The parser of the command line ends its sentences as it likes.
    if (code !== "USAGE") expect(message).toMatch(/[.:]$/);
    for (const line of hint.split("\n")) expect(line).toMatch(/[.):]$|^ {4}npx \.\//);
    expect(hint).not.toMatch(/:$/);
  });

  test("brings nothing from outside to the terminal", () => {
    const error = new AppError(code, poisoned(given), { requestId: poisoned("r-1") });
    const screen = renderFailure(error, terminal, { ...facts, journal: `/x${ESC}]0;a\u0007` });
    expect(controlOf(screen)).toEqual([]);
    expect(controlOf(JSON.stringify(toJsonError(error, PROGRAM)))).toEqual([]);
  });
});

test("what Microsoft said is shown, and once", () => {
  const error = new AppError("SIGN_IN_FAILED", {
    problem: "unknown",
    ...ATTEMPT,
    aadsts: "AADSTS50020",
    detail: "AADSTS50020: User account does not exist.",
  });
  expect(describeError(error).said).toBe("Microsoft says: AADSTS50020: User account does not exist.");
});

test("each action, sign-in problem and service problem has words of its own", () => {
  const messages = (["GRAPH_REFUSED", "ONE_TIME_PASSWORD_UNUSABLE"] as const).map((code) =>
    FACTS[code].map((given) => describeError(new AppError(code, given)).message),
  );
  expect(messages.map((list) => new Set(list).size)).toEqual([
    FACTS.GRAPH_REFUSED.length,
    new Set(FACTS.ONE_TIME_PASSWORD_UNUSABLE.map(({ reason }) => reason)).size,
  ]);
  const signIn = FACTS.SIGN_IN_FAILED.map(
    (given) => describeError(new AppError("SIGN_IN_FAILED", given)).message,
  );
  expect(new Set(signIn).size).toBeGreaterThanOrEqual(16);
});

test.each([
  [{ path: "a", found: "7", expected: "boolean" }, "a: is 7, must be true or false, without quotes"],
  [{ path: "a", expected: "text" }, "a: must be text in quotes"],
  [
    { path: "b", found: "1", expected: "knownKey", suggestion: "a" },
    'b: is no key of this file. Did you mean "a"?',
  ],
  [{ path: "c", found: "x", expected: { oneOf: ["a", "b"] } }, "c: is x, must be one of a, b"],
  [{ path: "d", expected: { schema: "too short" } }, "d: too short"],
  [
    { path: "e", found: "https://x/v2?access_token=abc&u=d", expected: "urlWithoutFragment" },
    "e: is https://x/v2?access_token=…&u=…, must have no # in it",
  ],
] as const)("the fault %j", (fault, text) => {
  expect(describeFault(fault).replaceAll(/ +/g, " ")).toBe(text);
});

test("what is expected is told without a value from outside", () => {
  expect(expectation({ oneOf: [`a${ESC}`] })).toBe("must be one of a�");
});

test("a failure is told in this order: sentence, hint, journal, Microsoft's words, request id", () => {
  const error = new AppError(
    "GRAPH_FORBIDDEN",
    { action: "grantAppRole", detail: "No." },
    { requestId: "r-1" },
  );
  const lines = renderFailure(error, terminal, facts)
    .split("\n")
    .filter((line) => line !== "");
  expect(lines).toEqual([
    "You are not allowed to grant the application permissions.",
    expect.stringMatching(/^Ask somebody with the role /),
    "Journal of this run, for support: /state/journal.jsonl",
    "Microsoft says: No.",
    "Request ID: r-1",
  ]);
});

test("a bug says that it is one, its stack only on demand and clean", () => {
  const bug = Object.assign(new TypeError(`x${ESC}[2J`), { stack: `TypeError: x\n    at ${ESC}[2Jhere` });
  const brief = renderFailure(bug, terminal, facts);
  expect(brief).toContain("This is a bug.");
  expect(brief).not.toContain("here");
  const long = renderFailure(bug, terminal, { ...facts, verbose: true });
  expect(long).toContain("here");
  expect([...controlOf(brief), ...controlOf(long)]).toEqual([]);
  expect(renderFailure({ secret: "x" }, terminal, facts)).not.toContain("secret");
});

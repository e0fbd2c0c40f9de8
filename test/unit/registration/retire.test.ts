import { describe, expect, test } from "vitest";
import { originOf } from "../../../src/registration/origin.ts";
import { chooseRetirements } from "../../../src/registration/retire.ts";
import type { JudgedSecret, SecretState } from "../../../src/registration/secrets.ts";
import { aCredential, guid } from "../../support/builders.ts";

const NOW = new Date("2026-11-20T12:00:00Z");

function secret(number: number, state: SecretState, start = "2026-03-01T00:00:00Z"): JudgedSecret {
  const endDateTime = state === "expired" ? "2026-06-01T00:00:00Z" : "2028-03-01T00:00:00Z";
  const name = state === "foreign" ? { displayName: "theirs" } : {};
  const credential = aCredential({ keyId: guid(number), startDateTime: start, endDateTime, ...name });
  return { credential, state, tagged: state === "delivered" };
}

const OLD = secret(1, "delivered", "2025-03-01T00:00:00Z");
const NEW = secret(2, "delivered");
const EXPIRED = secret(3, "expired");
const UNDELIVERED = secret(4, "undelivered");
const DOUBTFUL = secret(5, "doubtful");
const FOREIGN = secret(6, "foreign");
const ALL = [OLD, NEW, EXPIRED, UNDELIVERED, DOUBTFUL, FOREIGN];

const chosen = (judged: readonly JudgedSecret[], ...keyIds: string[]) =>
  chooseRetirements(judged, keyIds, NOW).secrets.map(({ credential, reason }) => [credential.keyId, reason]);

describe("without ids", () => {
  test("what ended, was never handed over, or has a successor", () => {
    expect(chosen(ALL)).toEqual([
      [guid(1), "superseded"],
      [guid(3), "expired"],
      [guid(4), "undelivered"],
    ]);
  });

  test("never the last one that was handed over, nor one of two that began together", () => {
    expect(chosen([NEW, DOUBTFUL, FOREIGN])).toEqual([]);
    expect(chosen([NEW, secret(7, "delivered")])).toEqual([]);
  });

  test("not one that the journal says was removed, though a list still shows it", () => {
    const removed: JudgedSecret = { ...NEW, state: "expired" };
    expect(chosen([removed])).toEqual([]);
    expect(chooseRetirements([removed], [guid(2)], NOW).gone).toEqual([guid(2)]);
  });
});

describe("with ids", () => {
  test("only those, in either letter case, each with its reason", () => {
    expect(chosen(ALL, guid(5).toUpperCase(), guid(1))).toEqual([
      [guid(1), "superseded"],
      [guid(5), "named"],
    ]);
  });

  test("the last one that was handed over is said to be that, also where all are named at once", () => {
    expect(chosen([NEW, FOREIGN], guid(2))).toEqual([[guid(2), "last"]]);
    expect(chosen([OLD, NEW], guid(1), guid(2))).toEqual([
      [guid(1), "superseded"],
      [guid(2), "last"],
    ]);
  });

  test("others' secrets are named and not among those that go; what is not there is said", () => {
    const retirement = chooseRetirements(ALL, [guid(6), guid(4), guid(99)], NOW);
    expect(retirement.foreign).toEqual([FOREIGN.credential]);
    expect(retirement.secrets.map(({ credential }) => credential.keyId)).toEqual([guid(4)]);
    expect(retirement.gone).toEqual([guid(99)]);
  });
});

test.each([
  [["{hostname}/a/b", "{hostname}/a"], ["https://x.example/a"], "https://x.example"],
  [["{hostname}/a"], ["https://other.example/z", "no URL"], undefined],
  [["https://fixed.example/a"], ["https://fixed.example/a"], undefined],
])("%j and %j: %s", (patterns, uris, origin) => {
  expect(originOf(patterns, uris)).toBe(origin);
});

import { describe, expect, test } from "vitest";
import {
  type HandoverEvidence,
  type JudgedSecret,
  judgeSecrets,
  planSecrets,
  type SecretEvidence,
  type SecretState,
} from "../../../src/registration/secrets.ts";
import type { PasswordCredential } from "../../../src/registration/types.ts";
import { aCredential, anApplication, desired, guid } from "../../support/builders.ts";

const KEY = guid(0xd000);
const TAG = `delivered-${KEY.slice(0, 8)}`;
const NAME = "empower (entra-app-registration 0badcafe)";
const HANDOVER: HandoverEvidence = { start: "01.03.2026", end: "01.03.2028" };
const toDate = (iso: string) => iso.slice(0, 10).split("-").toReversed().join(".");

interface Case {
  readonly secrets?: readonly PasswordCredential[];
  readonly tags?: readonly string[];
  readonly journal?: readonly SecretEvidence[];
  readonly handover?: HandoverEvidence;
  readonly now?: string;
}

function judge({ secrets = [aCredential()], tags = [], journal = [], handover, now }: Case) {
  return judgeSecrets(anApplication({ passwordCredentials: secrets, tags }), {
    journal,
    handover,
    toDate,
    now: new Date(now ?? "2026-06-01T00:00:00Z"),
  });
}

const states = (given: Case) => judge(given).map(({ state }) => state);
const wrote = (state: SecretEvidence["state"], more: Partial<SecretEvidence> = { keyId: KEY }) => [
  { secretName: NAME, state, ...more },
];
const handed = (at: string) => ({ at, endDateTime: "2028-05-31T00:00:00Z" });
const another = aCredential({
  keyId: guid(0xd001),
  displayName: "empower (entra-app-registration 0badbeef)",
});
const elsewhen = aCredential({ ...another, startDateTime: "2026-04-02T00:00:00Z" });

test.each<[string, Case, SecretState[]]>([
  ["nothing is known", {}, ["doubtful"]],
  ["our tag", { tags: [TAG] }, ["delivered"]],
  ["another secret's tag", { tags: ["delivered-ffffffff"] }, ["doubtful"]],
  ["the journal: delivered", { journal: wrote("delivered") }, ["delivered"]],
  ["the journal: issued", { journal: wrote("issued") }, ["undelivered"]],
  ["the journal: perhaps handed over", { journal: wrote("unclear") }, ["doubtful"]],
  ["the journal: an answer never came", { journal: wrote("open", {}) }, ["undelivered"]],
  ["the journal: removed, yet still there", { journal: wrote("removed") }, ["expired"]],
  [
    "the journal of another key with the same name",
    { journal: wrote("issued", { keyId: guid(9) }) },
    ["doubtful"],
  ],
  [
    "handed over a moment ago and not listed yet",
    { secrets: [], journal: wrote("delivered", { keyId: KEY, delivered: handed("2026-05-31T23:50:00Z") }) },
    ["delivered"],
  ],
  [
    "handed over and missing for longer: deleted",
    { secrets: [], journal: wrote("delivered", { keyId: KEY, delivered: handed("2026-05-31T23:40:00Z") }) },
    [],
  ],
  ["the journal of another name", { journal: [{ secretName: "x", state: "open" }] }, ["doubtful"]],
  ["the tag is stronger than the journal", { tags: [TAG], journal: wrote("issued") }, ["delivered"]],
  ["the hand-over file's dates", { handover: HANDOVER }, ["delivered"]],
  [
    "an unfinished journal, which has looked into the file, is stronger than its dates",
    { handover: HANDOVER, journal: wrote("issued") },
    ["undelivered"],
  ],
  [
    "the file's dates, where one that was handed over is gone",
    { handover: HANDOVER, tags: ["delivered-0a1b2c3d"] },
    ["doubtful"],
  ],
  ["a file with another start", { handover: { ...HANDOVER, start: "02.03.2026" } }, ["doubtful"]],
  ["a file with another end", { handover: { ...HANDOVER, end: "01.03.2027" } }, ["doubtful"]],
  [
    "two secrets with the file's dates",
    { secrets: [aCredential(), another], handover: HANDOVER },
    ["doubtful", "doubtful"],
  ],
  [
    "two with the file's dates, the journal knows one",
    { secrets: [aCredential(), another], handover: HANDOVER, journal: wrote("issued") },
    ["undelivered", "doubtful"],
  ],
  [
    "one of two with the file's dates",
    { secrets: [aCredential(), elsewhen], handover: HANDOVER },
    ["delivered", "doubtful"],
  ],
  [
    "a stranger's secret with the same dates names nobody",
    { secrets: [aCredential(), aCredential({ keyId: guid(9), displayName: "portal" })], handover: HANDOVER },
    ["delivered", "foreign"],
  ],
  ["expired", { now: "2028-03-01T00:00:00Z" }, ["expired"]],
  ["a second before", { now: "2028-02-29T23:59:59Z" }, ["doubtful"]],
  ["expired, although handed over", { now: "2029-01-01T00:00:00Z", tags: [TAG] }, ["expired"]],
  ["a stranger's", { secrets: [aCredential({ displayName: "portal" })], tags: [TAG] }, ["foreign"]],
  ["one without a name", { secrets: [aCredential({ displayName: undefined })] }, ["foreign"]],
  [
    "a stranger's, expired",
    { secrets: [aCredential({ displayName: "x" })], now: "2030-01-01T00:00:00Z" },
    ["foreign"],
  ],
  ["none", { secrets: [] }, []],
])("%s", (_name, given, expected) => {
  expect(states(given)).toEqual(expected);
});

test("a judgement says whether the tag is there", () => {
  expect(judge({ tags: [TAG] })[0]?.tagged).toBe(true);
  expect(judge({ journal: wrote("delivered") })[0]?.tagged).toBe(false);
});

describe("what to do", () => {
  const WANTED = desired();
  let number = 0;
  const secret = (state: SecretState, tagged = false): JudgedSecret => {
    number += 1;
    return { credential: aCredential({ keyId: guid(0xe000 + number) }), state, tagged };
  };
  const [delivered, marked] = [secret("delivered"), secret("delivered", true)];
  const [undelivered, doubtful, expired, foreign] = [
    secret("undelivered"),
    secret("doubtful"),
    secret("expired"),
    secret("foreign"),
  ];
  const issue = (reason: string, left: JudgedSecret[] = []) => ({
    kind: "issueSecret",
    displayName: "empower (entra-app-registration 1a2b3c4d)",
    endDateTime: "2028-03-01T12:00:00Z",
    reason,
    doubtful: left.map(({ credential }) => credential),
  });
  const remove = ({ credential: { keyId, displayName } }: JudgedSecret) => ({
    kind: "removeSecret",
    keyId,
    displayName,
  });
  const mark = ({ credential: { keyId } }: JudgedSecret) => ({ kind: "markDelivered", keyId });

  test.each<[string, JudgedSecret[], { newSecret?: boolean; keepDoubtful?: boolean }, object[]]>([
    ["none yet", [], {}, [issue("none")]],
    ["one is there", [marked], {}, []],
    ["one is there, its mark is not", [delivered], {}, [mark(delivered)]],
    ["one that was never handed over", [undelivered], {}, [remove(undelivered), issue("undelivered")]],
    ["the same beside a good one", [undelivered, marked], {}, [remove(undelivered)]],
    ["a doubtful one", [doubtful], {}, [issue("doubtful", [doubtful])]],
    ["a doubtful one that did arrive", [doubtful], { keepDoubtful: true }, [mark(doubtful)]],
    ["a doubtful one beside a good one", [doubtful, marked], {}, []],
    ["an expired one", [expired], {}, [issue("expired")]],
    ["a stranger's", [foreign], {}, [issue("none")]],
    ["asked for", [marked], { newSecret: true }, [issue("asked")]],
    ["asked for, the old one unmarked", [delivered], { newSecret: true }, [mark(delivered), issue("asked")]],
    ["asked for, none yet", [], { newSecret: true }, [issue("none")]],
    [
      "asked for, one doubtful and kept",
      [doubtful],
      { newSecret: true, keepDoubtful: true },
      [mark(doubtful), issue("asked")],
    ],
    [
      "everything at once",
      [undelivered, doubtful, expired, foreign],
      {},
      [remove(undelivered), issue("doubtful", [doubtful])],
    ],
  ])("%s", (_name, judged, options, steps) => {
    expect(planSecrets(WANTED, judged, { newSecret: false, keepDoubtful: false, ...options })).toEqual(steps);
  });

  test("never more than one new secret, never a stranger's or a live one removed", () => {
    const all = [delivered, marked, undelivered, doubtful, expired, foreign];
    for (let bits = 0; bits < 2 ** all.length * 4; bits += 1) {
      const judged = all.filter((_secret, index) => bits & (1 << index));
      const options = { newSecret: Boolean(bits & 64), keepDoubtful: Boolean(bits & 128) };
      const steps = planSecrets(WANTED, judged, options);
      const removed = steps.flatMap((step) => (step.kind === "removeSecret" ? [step.keyId] : []));
      expect(steps.filter(({ kind }) => kind === "issueSecret").length).toBeLessThanOrEqual(1);
      expect(removed).toEqual(judged.includes(undelivered) ? [undelivered.credential.keyId] : []);
      const live = [delivered, marked, ...(options.keepDoubtful ? [doubtful] : [])];
      const kept = judged.some((one) => live.includes(one));
      expect(steps.some(({ kind }) => kind === "issueSecret")).toBe(!kept || options.newSecret);
    }
  });
});

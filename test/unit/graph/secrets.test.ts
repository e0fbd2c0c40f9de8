import { describe, expect, test } from "vitest";
import { issueSecret, removeByName, removeSecret } from "../../../src/graph/secrets.ts";
import { guid } from "../../support/builders.ts";
import { type Asked, failure, graphError, methodAndPath, RESET, type Reply, world } from "./helpers.ts";

const APP = { objectId: guid(1), appId: guid(2), isNew: false };
const END = "2028-03-01T12:00:00Z";
const LIFETIME = "CredentialInvalidLifetimeAsPerAppPolicy";
const FORBIDDEN = "CredentialTypeNotAllowedAsPerAppPolicy";

interface Credential {
  keyId: string;
  displayName: string;
}

/** An application whose secrets are real: `first` answers to addPassword, in order, then success. */
function tenant({
  answers = [],
  act = () => true,
  credentials = [],
}: {
  answers?: readonly (Reply | undefined)[];
  /** Whether the secret is made although the answer is another one. */
  act?: (count: number) => boolean;
  credentials?: Credential[];
} = {}) {
  const secrets = [...credentials];
  const intents: string[] = [];
  const shortened: string[] = [];
  let adds = 0;
  const at = world((asked) => {
    if (asked.method === "GET") {
      return { status: 200, body: { id: APP.objectId, appId: APP.appId, passwordCredentials: secrets } };
    }
    const body = asked.body as {
      keyId?: string;
      passwordCredential?: { displayName: string; endDateTime: string };
    };
    if (methodAndPath(asked).endsWith("removePassword")) {
      const index = secrets.findIndex(({ keyId }) => keyId === body.keyId);
      if (index < 0) return graphError(400, "Request_BadRequest", "No password credential found");
      secrets.splice(index, 1);
      return { status: 204 };
    }
    adds += 1;
    const reply = answers[adds - 1];
    const { displayName = "", endDateTime = "" } = body.passwordCredential ?? {};
    const keyId = guid(0x100 + adds);
    if (reply === undefined || act(adds)) secrets.push({ keyId, displayName });
    const startDateTime = "2026-03-01T12:00:01Z";
    return reply ?? { status: 200, body: { keyId, secretText: `value-${adds}`, startDateTime, endDateTime } };
  });
  let names = 1;
  const issue = (endDateTime = END) =>
    issueSecret(at.context, APP, {
      displayName: "name-1",
      endDateTime,
      nextName: () => `name-${(names += 1)}`,
      intent: async (name) => void intents.push(`${name} before ${adds + 1}`),
      onShortened: (end) => void shortened.push(end),
    });
  const added = () => at.asked.filter((one) => methodAndPath(one).endsWith("addPassword")).map(endOf);
  return { ...at, secrets, intents, shortened, issue, added };
}

function endOf({ body }: Asked): string {
  return (body as { passwordCredential: { endDateTime: string } }).passwordCredential.endDateTime;
}

test("one request makes a secret, after its intent was noted", async () => {
  const { issue, intents, paths, secrets } = tenant();
  const issued = await issue();
  expect(issued).toMatchObject({
    keyId: guid(0x101),
    displayName: "name-1",
    startDateTime: "2026-03-01T12:00:01Z",
    endDateTime: END,
    abandoned: [],
  });
  expect(issued.secret.reveal()).toBe("value-1");
  expect(JSON.stringify(issued)).not.toContain("value-1");
  expect(intents).toEqual(["name-1 before 1"]);
  expect(paths()).toEqual([`POST /applications/${APP.objectId}/addPassword`]);
  expect(secrets).toHaveLength(1);
});

describe.each<[string, Reply]>([
  ["a broken line", RESET],
  ["a time-out of a gateway", { status: 504 }],
  ["a server error", graphError(500, "x")],
  ["writes that met", graphError(409, "Directory_ConcurrencyViolation")],
  ["half an answer", { status: 200, body: '{"keyId":"' }],
  ["no answer", { status: 204 }],
  ["an answer without the secret", { status: 200, body: { keyId: guid(9), endDateTime: END } }],
  [
    "an answer with an empty secret",
    { status: 200, body: { keyId: guid(9), endDateTime: END, secretText: "" } },
  ],
  ["a proxy's page", { status: 200, body: "<html>" }],
  ["an end that is no date", { status: 200, body: { keyId: guid(9), endDateTime: "soon", secretText: "x" } }],
])("%s", (_name, reply) => {
  test.each([true, false])("what was made (%s) is removed, and another name is used", async (made) => {
    const { issue, secrets, intents } = tenant({ answers: [reply, reply], act: () => made });
    const issued = await issue();
    expect(issued).toMatchObject({ displayName: "name-3", abandoned: ["name-1", "name-2"] });
    expect(issued.secret.reveal()).toBe("value-3");
    expect(secrets).toEqual([{ keyId: guid(0x103), displayName: "name-3" }]);
    expect(intents).toEqual(["name-1 before 1", "name-2 before 2", "name-3 before 3"]);
  });
});

test("without end it is given up, and nothing is left behind that was seen", async () => {
  const { issue, secrets, added } = tenant({
    answers: Array.from({ length: 20 }, (): Reply => ({ status: 503 })),
  });
  expect(await failure(issue())).toMatchObject({ code: "GRAPH_UNAVAILABLE" });
  expect(added()).toHaveLength(6);
  expect(secrets.map(({ displayName }) => displayName)).toEqual(["name-6"]);
});

test("where even the intent cannot be noted, nothing is asked for", async () => {
  const { context, asked } = world(() => ({ status: 200 }));
  const full = new Error("disk full");
  const request = {
    displayName: "x",
    endDateTime: END,
    nextName: () => "y",
    intent: () => Promise.reject(full),
    onShortened: () => undefined,
  };
  expect(await failure(issueSecret(context, APP, request))).toBe(full);
  expect(asked).toEqual([]);
});

describe("a policy", () => {
  const refusals = (count: number) => Array<Reply>(count).fill(graphError(400, LIFETIME, "too long"));
  /** The clock of the test begins on 2026-03-01T12:00:00Z; the steps are 365, 180, 90 and 30 days from then. */
  const STEPS = [
    "2027-03-01T12:00:00Z",
    "2026-08-28T12:00:00Z",
    "2026-05-30T12:00:00Z",
    "2026-03-31T12:00:00Z",
  ];

  test.each([1, 2, 3, 4])(
    "that refuses %i times shortens step by step, under the same name",
    async (count) => {
      const { issue, shortened, added, secrets } = tenant({ answers: refusals(count), act: () => false });
      const issued = await issue();
      expect(issued).toMatchObject({ displayName: "name-1", endDateTime: STEPS[count - 1], abandoned: [] });
      expect(shortened).toEqual(STEPS.slice(0, count));
      expect(added()).toEqual([END, ...STEPS.slice(0, count)]);
      expect(secrets).toHaveLength(1);
    },
  );

  test("that refuses all of them forbids secrets", async () => {
    const { issue, added } = tenant({ answers: refusals(5), act: () => false });
    expect(await failure(issue())).toMatchObject({
      code: "SECRETS_FORBIDDEN",
      facts: { appId: APP.appId, detail: "too long" },
    });
    expect(added()).toHaveLength(5);
  });

  test("never makes a life longer than the one asked for", async () => {
    const { issue, added } = tenant({ answers: refusals(3), act: () => false });
    await failure(issue("2026-06-15T00:00:00Z"));
    expect(added()).toEqual(["2026-06-15T00:00:00Z", ...STEPS.slice(2)]);
  });

  test("that bans secrets is told at once", async () => {
    const { issue, added, paths } = tenant({
      answers: [graphError(400, FORBIDDEN, "not here")],
      act: () => false,
    });
    expect(await failure(issue())).toMatchObject({
      code: "SECRETS_FORBIDDEN",
      facts: { appId: APP.appId, detail: "not here" },
    });
    expect([added().length, paths().length]).toEqual([1, 1]);
  });
});

test.each([
  [400, "GRAPH_REFUSED"],
  [403, "GRAPH_FORBIDDEN"],
  [404, "GRAPH_REFUSED"],
])("%i is told at once", async (status, code) => {
  const { issue, paths } = tenant({ answers: [graphError(status, "x")], act: () => false });
  expect(await failure(issue())).toMatchObject({ code });
  expect(paths()).toHaveLength(1);
});

test("an application of this run that is not known yet is waited for", async () => {
  const { context, waits, asked } = world((one, count) => {
    if (count === 1) return graphError(404, "Request_ResourceNotFound");
    if (one.method === "GET") return { status: 200, body: {} };
    return { status: 200, body: { keyId: guid(5), secretText: "s", endDateTime: END } };
  });
  const request = {
    displayName: "x",
    endDateTime: END,
    nextName: () => "y",
    intent: async () => undefined,
    onShortened: () => undefined,
  };
  const issued = await issueSecret(context, { ...APP, isNew: true }, request);
  expect(issued).toMatchObject({
    displayName: "x",
    abandoned: [],
    startDateTime: context.clock.now().toISOString(),
  });
  expect(waits.map(({ reason }) => reason)).toEqual(["replication", "replication"]);
  expect(asked.map(({ method }) => method)).toEqual(["POST", "GET", "GET", "POST"]);
});

describe("removing", () => {
  const two = [
    { keyId: guid(0x201), displayName: "ours" },
    { keyId: guid(0x202), displayName: "theirs" },
    { keyId: guid(0x203), displayName: "ours" },
  ];

  test("by name takes every secret of that name and no other", async () => {
    const { context, secrets } = tenant({ credentials: two });
    await removeByName(context, APP, "ours");
    expect(secrets.map(({ displayName }) => displayName)).toEqual(["theirs"]);
  });

  test("one that is gone already is fine", async () => {
    const { context } = tenant();
    await expect(removeSecret(context, APP, guid(9))).resolves.toBeUndefined();
  });

  test("one that is refused although it is there is a failure", async () => {
    const body = { id: APP.objectId, appId: APP.appId, passwordCredentials: two };
    const { context } = world(({ method }) =>
      method === "GET" ? { status: 200, body } : graphError(400, "x"),
    );
    expect(await failure(removeSecret(context, APP, guid(0x201)))).toMatchObject({ code: "GRAPH_REFUSED" });
  });

  test("a lost answer is looked into before it is sent again", async () => {
    const secrets = [...two];
    const { context, paths } = world((asked) => {
      if (asked.method === "GET") {
        return { status: 200, body: { id: APP.objectId, appId: APP.appId, passwordCredentials: secrets } };
      }
      secrets.shift();
      return RESET;
    });
    await removeSecret(context, APP, guid(0x201));
    expect(paths()).toEqual([
      `POST /applications/${APP.objectId}/removePassword`,
      `GET /applications/${APP.objectId}`,
    ]);
  });

  test.each([403, 500])("where nobody may look (%i), it fails", async (status) => {
    const { context } = world(() => graphError(status, "x"));
    await failure(removeByName(context, APP, "ours"));
  });
});

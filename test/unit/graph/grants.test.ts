import { expect, test } from "vitest";
import { applyGrants, permissionsOf } from "../../../src/graph/grants.ts";
import { grants } from "../../../src/registration/diff.ts";
import type { GrantStep, Json } from "../../../src/registration/plan.ts";
import type { ResolvedPermission } from "../../../src/registration/types.ts";
import { desired, guid, NOTHING } from "../../support/builders.ts";
import { batchOf, failure, graphError, RESET, type Reply, world } from "./helpers.ts";

const PRINCIPAL = guid(3);
const WANTED = desired().permissions;
const STEPS = grants(WANTED, NOTHING);
const names = (permissions: readonly ResolvedPermission[]) =>
  permissions.map(({ value }) => value).toSorted();
const ALL = names(WANTED);
const DENIED = graphError(403, "Authorization_RequestDenied", "Insufficient privileges");
const LAG = graphError(400, "Request_BadRequest", "Not a valid reference update.");
const TAKEN = graphError(409, "Request_MultipleObjectsWithSameKeyValue", "Permission entry already exists.");
const ASSIGNED = graphError(
  400,
  "Request_BadRequest",
  "Permission being assigned already exists on the object",
);

interface State {
  assignments: { id: string; appRoleId: string; resourceId: string }[];
  delegated: { id: string; resourceId: string; consentType: string; scope: string }[];
}

type Item = { method: string; url: string; body?: Json };
type ItemReply = Extract<Reply, { status: number }>;
/** What a write gets instead of the true answer, and whether it took effect. */
type Trouble = { reply: ItemReply | undefined; acts: boolean } | undefined;

/** A tenant that keeps what it grants; `trouble` comes between, by the count of the item's batch. */
function tenant(
  trouble: (item: Item, batch: number) => Trouble = () => undefined,
  start: Partial<State> = {},
) {
  const state: State = { assignments: [], delegated: [], ...start };
  let writes = 0;
  const act = ({ method, url, body }: Item): ItemReply => {
    const sent = body as Record<string, string>;
    if (url.endsWith("/appRoleAssignedTo")) {
      const { appRoleId = "", resourceId = "" } = sent;
      if (state.assignments.some((one) => one.appRoleId === appRoleId)) return ASSIGNED;
      state.assignments.push({ id: `a${state.assignments.length}`, appRoleId, resourceId });
      return { status: 201, body: {} };
    }
    if (method === "PATCH") {
      const grant = state.delegated.find(({ id }) => url.endsWith(id));
      if (!grant) return graphError(404, "Request_ResourceNotFound");
      grant.scope = sent["scope"] ?? "";
      return { status: 204 };
    }
    const { resourceId = "", consentType = "", scope = "" } = sent;
    if (state.delegated.some((one) => one.resourceId === resourceId)) return TAKEN;
    state.delegated.push({ id: `g${state.delegated.length}`, resourceId, consentType, scope });
    return { status: 201, body: {} };
  };
  const at = world((asked) => {
    const items = (asked.body as { requests: Item[] }).requests;
    if (items.every(({ method }) => method === "GET")) {
      return batchOf(asked, ({ url }) => ({
        status: 200,
        body: { value: url.includes("appRoleAssignments") ? state.assignments : state.delegated },
      }));
    }
    writes += 1;
    return batchOf(asked, (item) => {
      const between = trouble(item, writes);
      if (!between) return act(item);
      if (between.acts) act(item);
      return between.reply;
    });
  });
  return {
    ...at,
    state,
    writes: () => writes,
    apply: (steps = STEPS) => applyGrants(at.context, steps, PRINCIPAL),
  };
}

const isRole = ({ url }: Item) => url.endsWith("/appRoleAssignedTo");

test("everything is granted in one batch, and nothing is read", async () => {
  const { apply, asked, state, waits } = tenant();
  const { granted, refused } = await apply();
  expect([names(granted), refused]).toEqual([ALL, []]);
  expect([asked.length, waits]).toEqual([1, []]);
  expect(state.delegated).toMatchObject([{ consentType: "AllPrincipals", scope: "User.Read" }]);
  expect(state.assignments).toHaveLength(2);
});

test("what may not be granted is kept apart, with Graph's own words, and not tried again", async () => {
  const { apply, asked } = tenant((item) => (isRole(item) ? { reply: DENIED, acts: false } : undefined));
  const { granted, refused } = await apply();
  expect(names(granted)).toEqual(["User.Read"]);
  expect(names(refused.map(({ permission }) => permission))).toEqual([
    "GroupMember.Read.All",
    "User.Read.All",
  ]);
  expect(refused[0]?.error).toMatchObject({
    code: "GRAPH_FORBIDDEN",
    facts: { action: "grantAppRole", detail: "Insufficient privileges" },
  });
  expect(asked).toHaveLength(1);
});

test("an app role that is assigned already is granted", async () => {
  const taken = WANTED.filter(({ type }) => type === "Role").map(({ id, resource }) => ({
    id: `old-${id}`,
    appRoleId: id,
    resourceId: resource.id,
  }));
  const { apply, asked } = tenant(undefined, { assignments: taken });
  expect(names((await apply()).granted)).toEqual(ALL);
  expect(asked).toHaveLength(1);
});

test("a delegated grant that is there already is widened, and keeps what it had", async () => {
  const resourceId = WANTED[0]?.resource.id ?? "";
  const grant = { id: "old", resourceId, consentType: "AllPrincipals", scope: "openid Mail.Read" };
  const { apply, state } = tenant(undefined, { delegated: [grant] });
  expect(names((await apply()).granted)).toEqual(ALL);
  expect(state.delegated).toEqual([{ ...grant, scope: "openid Mail.Read User.Read" }]);
});

test.each<[string, ItemReply | undefined]>([
  ["an error", graphError(500, "x")],
  ["a time-out", { status: 504, body: {} }],
  ["nothing", undefined],
])("%s for every item: what took effect is not sent again", async (_name, reply) => {
  const { apply, state, writes } = tenant((item, batch) =>
    batch === 1 ? { reply, acts: !item.url.includes("oauth2") } : undefined,
  );
  expect(names((await apply()).granted)).toEqual(ALL);
  expect(writes()).toBe(2);
  expect([state.assignments.length, state.delegated.length]).toEqual([2, 1]);
});

test.each([true, false])("a batch whose answer is lost is looked into (it acted: %s)", async (acted) => {
  const inner = tenant();
  let lost = false;
  const { context } = world(async (asked) => {
    const items = (asked.body as { requests: (Item & { id: string })[] }).requests;
    const first = !lost && items.some(({ method }) => method !== "GET");
    if (first) lost = true;
    if (first && !acted) return RESET;
    const answer = await inner.graph.send({ method: "POST", path: "/$batch", body: asked.body as Json });
    return first ? RESET : { status: 200, body: answer.body };
  });
  const { granted, refused } = await applyGrants(context, STEPS, PRINCIPAL);
  expect([names(granted), refused]).toEqual([ALL, []]);
  expect(inner.writes()).toBe(1);
});

const MISLEADING = graphError(
  403,
  "Authorization_RequestDenied",
  "When using this permission, the backing application of the service principal being created must in the local tenant",
);

test.each([
  ["a reference", LAG],
  ["the misleading 403", MISLEADING],
  ["an unknown object", graphError(404, "Request_ResourceNotFound")],
])("what is not known yet is sent again until it is: %s", async (_name, reply) => {
  const { apply, waits, writes } = tenant((_item, batch) => (batch < 4 ? { reply, acts: false } : undefined));
  expect(names((await apply()).granted)).toEqual(ALL);
  expect(writes()).toBe(4);
  expect(waits.map(({ reason, ms }) => `${reason} ${ms}`)).toEqual([
    "replication 500",
    "replication 1000",
    "replication 2000",
  ]);
});

test.each<[string, ItemReply, string]>([
  ["not known", LAG, "NOT_REPLICATED"],
  ["failing", graphError(503, "x"), "GRAPH_UNAVAILABLE"],
])("%s for more than two minutes is given up", async (_name, reply, code) => {
  const { apply, clock } = tenant(() => ({ reply, acts: false }));
  const start = clock.now().getTime();
  expect(await failure(apply())).toMatchObject({ code });
  expect(clock.now().getTime() - start).toBeGreaterThan(120_000);
  expect(clock.now().getTime() - start).toBeLessThan(135_000);
});

test("anything else is a failure", async () => {
  const { apply, asked } = tenant(() => ({
    reply: graphError(400, "Request_BadRequest", "Invalid"),
    acts: false,
  }));
  expect(await failure(apply())).toMatchObject({ code: "GRAPH_REFUSED", facts: { detail: "Invalid" } });
  expect(asked).toHaveLength(1);
});

test("refused, granted and unclear in one batch are told apart", async () => {
  const [first] = WANTED.filter(({ type }) => type === "Role");
  const { apply, writes } = tenant((item, batch) => {
    if (JSON.stringify(item.body).includes(first?.id ?? "none")) return { reply: DENIED, acts: false };
    return batch === 1 && isRole(item) ? { reply: LAG, acts: false } : undefined;
  });
  const { granted, refused } = await apply();
  expect(names(refused.map(({ permission }) => permission))).toEqual([first?.value]);
  expect(names(granted)).toEqual(ALL.filter((name) => name !== first?.value));
  expect(writes()).toBe(2);
});

test("a step's permissions are those it adds", () => {
  const step: GrantStep = {
    kind: "grantDelegatedScopes",
    resource: desired().permissions[0]?.resource ?? { id: "", appId: "", displayName: "" },
    added: WANTED.slice(0, 1),
    scopes: ["openid", "User.Read"],
  };
  expect(names(permissionsOf(step))).toEqual(["User.Read"]);
});

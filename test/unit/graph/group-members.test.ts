import { describe, expect, test } from "vitest";
import { addMembers, fixedMembership, missingFrom } from "../../../src/graph/group-members.ts";
import { guid } from "../../support/builders.ts";
import { failure, graphError, inOrder, ORIGIN, RESET, world } from "./helpers.ts";

const GROUP = guid(1);
const THERE = graphError(400, "Request_BadRequest", "One or more added object references already exist.");
const ADDED = { status: 204 };
const ids = (count: number) => Array.from({ length: count }, (_one, index) => guid(100 + index));
const add = (userIds: readonly string[], isNew = false) => ({
  groupId: GROUP,
  userIds,
  isNew,
  origin: ORIGIN,
});
const address = (id: string) => `${ORIGIN}/v1.0/directoryObjects/${id}`;

describe("adding", () => {
  test("goes twenty at a time", async () => {
    const { context, asked } = world(inOrder(ADDED, ADDED, ADDED));
    await addMembers(context, add(ids(45)));
    const counts = asked.map(({ body }) => (body as Record<string, string[]>)["members@odata.bind"]?.length);
    expect(counts).toEqual([20, 20, 5]);
    expect(asked[0]).toMatchObject({ method: "PATCH", path: `/groups/${GROUP}` });
    expect(asked[2]?.body).toEqual({ "members@odata.bind": ids(45).slice(40).map(address) });
  });

  test("goes one by one where somebody is there by now, which is as good as done", async () => {
    const { context, asked } = world(inOrder(RESET, THERE, THERE, ADDED));
    await addMembers(context, add(ids(2)));
    expect(asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
      `PATCH /groups/${GROUP}`,
      `PATCH /groups/${GROUP}`,
      `POST /groups/${GROUP}/members/$ref`,
      `POST /groups/${GROUP}/members/$ref`,
    ]);
    expect(asked[3]?.body).toEqual({ "@odata.id": address(guid(101)) });
  });

  test("waits for a group that was just made, and not for one that is gone", async () => {
    const gone = graphError(404, "Request_ResourceNotFound");
    const seen = { status: 200, body: { id: GROUP } };
    const { context, asked } = world(inOrder(gone, gone, seen, seen, ADDED));
    await addMembers(context, add(ids(1), true));
    expect(asked).toHaveLength(5);
    const other = world(inOrder(gone));
    expect(await failure(addMembers(other.context, add(ids(1))))).toMatchObject({
      code: "GRAPH_REFUSED",
      facts: { action: "addMembers", status: 404 },
    });
  });

  test("is refused to whoever may not", async () => {
    const { context } = world(inOrder(graphError(403, "Authorization_RequestDenied", "No.")));
    expect(await failure(addMembers(context, add(ids(1))))).toMatchObject({
      code: "GRAPH_FORBIDDEN",
      facts: { action: "addMembers" },
    });
  });
});

describe("who is missing", () => {
  const page = (next: string | undefined, ...members: string[]) => ({
    status: 200,
    body: { value: members.map((id) => ({ id })), ...(next && { "@odata.nextLink": next }) },
  });

  test("is read no further than it takes", async () => {
    const next = `${ORIGIN}/v1.0/groups/${GROUP}/members?$skiptoken=x`;
    const { context, asked } = world(inOrder(page(next, guid(2), guid(3))));
    expect([...(await missingFrom(context, GROUP, [guid(2), guid(3)]))]).toEqual([]);
    expect(asked).toHaveLength(1);
    const all = world(inOrder(page(next, guid(2)), page(undefined, guid(3))));
    expect([...(await missingFrom(all.context, GROUP, [guid(3), guid(4)]))]).toEqual([guid(4)]);
    const none = world(inOrder());
    expect([...(await missingFrom(none.context, GROUP, []))]).toEqual([]);
  });

  test.each([
    [{}, undefined],
    [{ onPremisesSyncEnabled: null, groupTypes: null, mailEnabled: null }, undefined],
    [{ mailEnabled: true, groupTypes: ["Unified"] }, undefined],
    [{ mailEnabled: true, groupTypes: [] }, "mailEnabled"],
    [{ groupTypes: ["Unified", "DynamicMembership"], mailEnabled: true }, "dynamic"],
    [{ onPremisesSyncEnabled: true }, "onPremises"],
    [{ isAssignableToRole: true }, "roleAssignable"],
  ])("of a group %j: %s decides", async (facts, reason) => {
    const { context } = world(inOrder({ status: 200, body: { id: GROUP, ...facts } }));
    expect(await fixedMembership(context, GROUP)).toBe(reason);
  });
});

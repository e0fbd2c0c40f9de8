import { describe, expect, test } from "vitest";
import {
  adoptApplication,
  createApplication,
  createServicePrincipal,
  updateApplication,
} from "../../../src/graph/apply.ts";
import { guid } from "../../support/builders.ts";
import { failure, graphError, inOrder, RESET, world } from "./helpers.ts";

const TARGET = { objectId: guid(1), appId: guid(2), isNew: false };
const APPLICATION = { status: 200, body: { id: guid(1), appId: guid(2), displayName: "x" } };
const CREATE = {
  kind: "createApplication",
  uniqueName: "it's-ours",
  changes: [{ property: "web.redirectUris", from: null, to: ["https://x.example/"] }],
} as const;

describe("creating", () => {
  test("is one upsert under the unique name", async () => {
    const { context, asked } = world(inOrder({ ...APPLICATION, status: 201 }));
    expect(await createApplication(context, CREATE)).toMatchObject({ objectId: guid(1), appId: guid(2) });
    expect(asked).toMatchObject([
      {
        method: "PATCH",
        path: "/applications(uniqueName='it''s-ours')",
        body: { web: { redirectUris: ["https://x.example/"] } },
      },
    ]);
    expect(asked[0]?.headers.get("prefer")).toBe("create-if-missing");
  });

  test("stops where somebody else was faster", async () => {
    const { context } = world(inOrder({ status: 204 }));
    expect(await failure(createApplication(context, CREATE))).toMatchObject({ code: "CHANGED_MEANWHILE" });
  });

  test("finds what its own lost request made", async () => {
    const { context, paths } = world(inOrder(RESET, APPLICATION));
    expect(await createApplication(context, CREATE)).toMatchObject({ objectId: guid(1) });
    expect(paths().map((path) => path.split(" ")[0])).toEqual(["PATCH", "GET"]);
  });

  test("takes a 204 after a lost request for its own", async () => {
    const { context } = world(
      inOrder(RESET, graphError(404, "Request_ResourceNotFound"), { status: 204 }, APPLICATION),
    );
    expect(await createApplication(context, CREATE)).toMatchObject({ objectId: guid(1) });
  });
});

describe("a scope that changes", () => {
  const scope = { id: guid(3), value: "access", isEnabled: true, adminConsentDescription: "typed by hand" };
  const theirs = { id: guid(4), value: "theirs", isEnabled: true };
  const wanted = { ...scope, adminConsentDescription: "as the template says" };
  const step = {
    kind: "updateApplication",
    changes: [{ property: "api.oauth2PermissionScopes", from: [theirs, scope], to: [theirs, wanted] }],
  } as const;
  const bodies = [
    { api: { oauth2PermissionScopes: [theirs, { ...scope, isEnabled: false }] } },
    { api: { oauth2PermissionScopes: [theirs, wanted] } },
  ];

  test("is disabled first, and no other one", async () => {
    const { context, asked } = world(inOrder({ status: 204 }, { status: 204 }));
    await updateApplication(context, TARGET, step);
    expect(asked.map(({ body }) => body)).toEqual(bodies);
  });

  test("is waited for where a replica still has it enabled", async () => {
    const late = graphError(400, "CannotDeleteOrUpdateEnabledEntitlement");
    const { context, asked, waits } = world(inOrder({ status: 204 }, late, { status: 204 }));
    await updateApplication(context, TARGET, step);
    expect(asked.map(({ body }) => body)).toEqual([...bodies, bodies[1]]);
    expect(waits).toMatchObject([{ reason: "replication" }]);
  });

  test("that is added or enabled takes one request", async () => {
    const { context, asked } = world(inOrder({ status: 204 }));
    const from = [theirs, { ...scope, isEnabled: false }];
    const changes = [{ property: "api.oauth2PermissionScopes", from, to: [theirs, wanted] }];
    await updateApplication(context, TARGET, { kind: "updateApplication", changes });
    expect(asked.map(({ body }) => body)).toEqual([bodies[1]]);
  });
});

test("the client ID is put into the identifier URI, and into nothing of the customer's", async () => {
  const { context, asked } = world(inOrder({ status: 204 }));
  await updateApplication(context, TARGET, {
    kind: "exposeApi",
    changes: [
      { property: "identifierUris", from: [], to: ["api://x.example/{appId}"] },
      { property: "displayName", from: "a", to: "our {appId} app" },
    ],
  });
  expect(asked[0]?.body).toEqual({
    identifierUris: [`api://x.example/${guid(2)}`],
    displayName: "our {appId} app",
  });
});

describe("adopting", () => {
  const step = {
    kind: "adoptApplication",
    objectId: guid(1),
    displayName: "x",
    uniqueName: "ours",
    tags: ["theirs", "ours"],
  } as const;

  test.each([
    ["name and tags", step, inOrder({ status: 204 }), [{ uniqueName: "ours", tags: step.tags }]],
    ["the tags alone", { ...step, uniqueName: undefined }, inOrder({ status: 204 }), [{ tags: step.tags }]],
    [
      "the tags alone where the name is refused",
      step,
      inOrder(graphError(400, "Request_BadRequest"), { status: 204 }),
      [{ uniqueName: "ours", tags: step.tags }, { tags: step.tags }],
    ],
  ])("sets %s", async (_name, given, handler, bodies) => {
    const { context, asked } = world(handler);
    await adoptApplication(context, TARGET, given);
    expect(asked.map(({ body }) => body)).toEqual(bodies);
  });

  test("is refused to whoever may not", async () => {
    const { context } = world(inOrder(graphError(403, "Authorization_RequestDenied")));
    expect(await failure(adoptApplication(context, TARGET, step))).toMatchObject({ code: "GRAPH_FORBIDDEN" });
  });
});

test.each([
  ["made", [{ status: 201, body: { id: guid(3), appId: guid(2), tags: [] } }]],
  [
    "there already",
    [
      graphError(409, "Request_MultipleObjectsWithSameKeyValue"),
      { status: 200, body: { id: guid(3), appId: guid(2) } },
    ],
  ],
  ["made, the answer lost", [RESET, { status: 200, body: { id: guid(3), appId: guid(2) } }]],
])("the service principal is %s", async (_name, replies) => {
  const { context } = world(inOrder(...replies));
  const step = { kind: "createServicePrincipal", tags: [] } as const;
  expect(await createServicePrincipal(context, TARGET, step)).toMatchObject({ id: guid(3) });
});

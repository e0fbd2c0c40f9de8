import { describe, expect, test } from "vitest";
import { createGroup, findGroups, searchGroups } from "../../../src/graph/groups.ts";
import { toNewGroup } from "../../../src/registration/groups.ts";
import { guid } from "../../support/builders.ts";
import { batchOf, failure, graphError, inOrder, methodAndPath, ORIGIN, RESET, world } from "./helpers.ts";

const SALES = { id: guid(1), displayName: "Sales" };
const QUIET = new AbortController().signal;
const page = (...value: object[]) => ({ status: 200, body: { value } });

describe("finding", () => {
  test("names and object IDs in one batch; a name may be many groups, and an ID none", async () => {
    const { context, asked } = world((request) =>
      batchOf(request, ({ url }) => {
        if (url.startsWith(`/groups/${guid(9)}`)) return graphError(404, "Request_ResourceNotFound");
        if (url.startsWith(`/groups/${guid(1)}`)) return { status: 200, body: SALES };
        return page(SALES, { id: guid(2), displayName: "sales" });
      }),
    );
    const found = await findGroups(context, ["Sales", guid(1).toUpperCase(), guid(9)]);
    expect(found).toEqual([[SALES, { id: guid(2), displayName: "sales" }], [SALES], []]);
    expect(asked).toHaveLength(1);
  });

  test.each([
    ["O'Brien", "'O''Brien'"],
    ["' or displayName ne '", "''' or displayName ne '''"],
    ['R&D #1 +50% / \\ "x"', "'R&D #1 +50% / \\ \"x\"'"],
    ["x".repeat(256), `'${"x".repeat(256)}'`],
  ])("%s stays one text in the filter", async (name, literal) => {
    const urls: string[] = [];
    const { context } = world((request) =>
      batchOf(request, ({ url }) => {
        urls.push(url);
        return page();
      }),
    );
    await findGroups(context, [name]);
    const { searchParams } = new URL(urls[0] ?? "", ORIGIN);
    expect([...searchParams]).toEqual([
      ["$filter", `displayName eq ${literal}`],
      ["$select", "id,displayName"],
    ]);
  });

  test("more than a batch takes are asked in two", async () => {
    const { context, asked } = world((request) => batchOf(request, () => page()));
    const found = await findGroups(
      context,
      Array.from({ length: 23 }, (_one, index) => `G${index}`),
    );
    expect([asked.length, found.length]).toEqual([2, 23]);
  });

  test("what may not be read is a refusal, not nothing", async () => {
    const { context } = world((request) =>
      batchOf(request, () => graphError(403, "Authorization_RequestDenied")),
    );
    expect(await failure(findGroups(context, ["Sales"]))).toMatchObject({
      code: "GRAPH_FORBIDDEN",
      facts: { action: "readGroups" },
    });
  });
});

describe("searching", () => {
  test.each([
    ["sal", '"displayName:sal"'],
    ['say "hi" \\ OR', '"displayName:say \\"hi\\" \\\\ OR"'],
    ['x" OR "mail:a', '"displayName:x\\" OR \\"mail:a"'],
    ["R&D #1+%", '"displayName:R&D #1+%"'],
  ])("%s stays one clause, with the headers that Graph wants", async (typed, clause) => {
    const { context, asked } = world(inOrder(page(SALES)));
    expect(await searchGroups(context, typed, QUIET)).toEqual({ groups: [SALES], more: false });
    const [request] = asked;
    expect(new URL(request?.url ?? "").searchParams.get("$search")).toBe(clause);
    expect([request?.headers.get("ConsistencyLevel"), request?.headers.get("Prefer")]).toEqual([
      "eventual",
      "legacySearch=false",
    ]);
  });

  test("an object ID, also behind a name, is read by itself", async () => {
    const { context, paths } = world(inOrder({ status: 200, body: SALES }, graphError(404, "x")));
    expect(await searchGroups(context, `Sales  ${guid(1)}`, QUIET)).toEqual({ groups: [SALES], more: false });
    expect(await searchGroups(context, guid(2).toUpperCase(), QUIET)).toEqual({ groups: [], more: false });
    expect(paths()).toEqual([`GET /groups/${guid(1)}`, `GET /groups/${guid(2)}`]);
  });

  test("signs alone find nothing and are not asked for; more than fit is said", async () => {
    const { context, asked } = world(
      inOrder({ status: 200, body: { value: [SALES], "@odata.nextLink": `${ORIGIN}/v1.0/groups?x` } }),
    );
    expect(await searchGroups(context, ' "-& ', QUIET)).toEqual({ groups: [], more: false });
    expect(asked).toHaveLength(0);
    expect(await searchGroups(context, "s", QUIET)).toEqual({ groups: [SALES], more: true });
  });

  test("is given up as soon as it is no longer wanted", async () => {
    const leaving = new AbortController();
    const { context, asked } = world(() => new Promise(() => undefined));
    const searching = failure(searchGroups(context, "sal", leaving.signal));
    await expect.poll(() => asked.length).toBe(1);
    leaving.abort(new Error("typing goes on"));
    expect(await searching).toMatchObject({ message: "typing goes on" });
  });
});

describe("making", () => {
  const NEW = toNewGroup("Sales", "1a2b3c4d", 1);
  const ME = { status: 200, body: { id: guid(7) } };
  const OWNED = {
    displayName: "Sales",
    description: "Made with entra-app-registration (run 1a2b3c4d)",
    mailEnabled: false,
    mailNickname: "sales-1a2b3c4d-1",
    securityEnabled: true,
  };

  test("a security group that the signed-in person owns", async () => {
    const { context, asked } = world(inOrder(ME, { status: 201, body: SALES }));
    expect(await createGroup(context, NEW, ORIGIN)).toEqual(SALES);
    expect(asked[1]).toMatchObject({
      method: "POST",
      path: "/groups",
      body: { ...OWNED, "owners@odata.bind": [`${ORIGIN}/v1.0/directoryObjects/${guid(7)}`] },
    });
  });

  test("after a lost answer it is looked for before it is made again", async () => {
    const found = world(inOrder(ME, RESET, page(SALES)));
    expect(await createGroup(found.context, NEW, ORIGIN)).toEqual(SALES);
    expect(found.asked.at(-1)?.path).toContain("mailNickname eq 'sales-1a2b3c4d-1'");
    const lost = world(inOrder(ME, { status: 504 }, page(), { status: 201, body: SALES }));
    expect(await createGroup(lost.context, NEW, ORIGIN)).toEqual(SALES);
    expect(lost.asked.map(methodAndPath)).toEqual(["GET /me", "POST /groups", "GET /groups", "POST /groups"]);
  });

  test("whoever owns it by themselves is not named a second time", async () => {
    const twice = graphError(400, "Request_BadRequest", "Request contains a property with duplicate values.");
    const { context, asked } = world(inOrder(ME, twice, page(), { status: 201, body: SALES }));
    expect(await createGroup(context, NEW, ORIGIN)).toEqual(SALES);
    expect(asked.at(-1)?.body).toEqual(OWNED);
  });

  test("its nickname taken by a first attempt of this run is that group", async () => {
    const taken = graphError(
      400,
      "Request_BadRequest",
      "Another object with the same value for property mailNickname already exists.",
    );
    const { context } = world(inOrder(ME, taken, page(SALES)));
    expect(await createGroup(context, NEW, ORIGIN)).toEqual(SALES);
  });

  test("an application that signed in by itself owns nothing", async () => {
    const { context, asked } = world(inOrder(graphError(400, "BadRequest"), { status: 201, body: SALES }));
    await createGroup(context, NEW, ORIGIN);
    expect(asked[1]?.body).toEqual(OWNED);
  });

  test("a refusal says what was refused", async () => {
    const { context } = world(inOrder(ME, graphError(403, "Authorization_RequestDenied", "No.")));
    expect(await failure(createGroup(context, NEW, ORIGIN))).toMatchObject({
      code: "GRAPH_FORBIDDEN",
      facts: { action: "createGroup", detail: "No." },
    });
  });
});

test.each([
  ["Vertrieb Köln & Bonn", "vertrieb-ko-ln-bonn-1a2b3c4d-2"],
  ["東京", "group-1a2b3c4d-2"],
  ["@()\\[]\";:<>, '", "group-1a2b3c4d-2"],
  ["x".repeat(256), `${"x".repeat(40)}-1a2b3c4d-2`],
])("the mail nickname of %s is one that Entra takes", (name, nickname) => {
  const made = toNewGroup(name, "1a2b3c4d", 2);
  expect(made.mailNickname).toBe(nickname);
  expect(made.mailNickname).toMatch(/^[a-z0-9-]{1,64}$/);
});

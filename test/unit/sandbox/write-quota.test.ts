import { expect, test } from "vitest";
import { newTenant } from "../../../src/sandbox/index.ts";
import { ListIndex } from "../../../src/sandbox/list-index.ts";
import { errorOf, valueOf } from "./helpers.ts";
import { assign, type Provisioned, provisionable } from "./provisioning-helpers.ts";

const QUOTA = { writes: 3000, windowMs: 150_000 };
const PERCENTAGE = "x-ms-throttle-limit-percentage";

function manyPeople(count: number) {
  const state = newTenant();
  for (let index = 0; index < count; index += 1) {
    const digits = index.toString(16).padStart(12, "0");
    state.users.push({
      id: `20000000-0000-4000-8000-${digits}`,
      displayName: `Person ${index}`,
      userPrincipalName: `person${index}@contoso.com`,
      mail: null,
      userType: "Member",
    });
  }
  return state;
}

/** Assigns twenty people in one batch; the answers' statuses and percentages. */
async function batch(tenant: Provisioned, first: number, size = 20) {
  const people = tenant.sandbox.state.users.slice(first, first + size);
  const requests = people.map(({ id }, index) => ({
    id: String(index),
    method: "POST",
    url: `/servicePrincipals/${tenant.principalId}/appRoleAssignedTo`,
    headers: { "Content-Type": "application/json" },
    body: {
      principalId: id,
      resourceId: tenant.principalId,
      appRoleId: "18d14569-c3bd-439b-9a66-3a2aee01d14f",
    },
  }));
  const { body } = await tenant.graph("POST", "/$batch", { requests });
  return body["responses"] as { status: number; headers: Record<string, string> }[];
}

test("without one, thousands are assigned, listed page by page, and none twice", async () => {
  const tenant = await provisionable({}, { state: manyPeople(5000) });
  for (let first = 0; first < 5000; first += 20) {
    expect((await batch(tenant, first)).every(({ status }) => status === 201)).toBe(true);
  }
  const again = await batch(tenant, 0, 1);
  expect(again[0]?.status).toBe(400);
  let path: string | undefined = `/servicePrincipals/${tenant.principalId}/appRoleAssignedTo?$top=999`;
  const seen = new Set<unknown>();
  while (path !== undefined) {
    const page: Awaited<ReturnType<typeof tenant.graph>> = await tenant.graph("GET", path);
    for (const { id } of valueOf(page)) seen.add(id);
    path = (page.body["@odata.nextLink"] as string | undefined)?.replace(/^.*v1\.0/, "");
  }
  expect(seen.size).toBe(5000);
  // The cost of one does not grow with the number: generous for a slow machine, far below what scans take.
}, 120_000);

test("beyond the quota writes are refused, each item for itself, and the window slides", async () => {
  const tenant = await provisionable(
    { writeQuota: { writes: 50, windowMs: 10_000 } },
    { state: manyPeople(200) },
  );
  // Making the application was one write.
  const first = await batch(tenant, 0);
  expect(first.map(({ headers }) => headers[PERCENTAGE])).toEqual(first.map(() => undefined));
  tenant.clock.move(5000);
  const second = await batch(tenant, 20);
  expect(second.map(({ headers }) => headers[PERCENTAGE]).at(-1)).toBe("0.8");
  const third = await batch(tenant, 40);
  expect(third.map(({ status }) => status)).toEqual([...Array(9).fill(201), ...Array(11).fill(429)]);
  expect(Number(third[9]?.headers[PERCENTAGE])).toBe(1);
  expect(Number(third.at(-1)?.headers[PERCENTAGE])).toBeGreaterThan(1);
  expect(Number(third[9]?.headers["Retry-After"])).toBe(5);
  tenant.clock.move(5000);
  expect((await batch(tenant, 60, 5)).map(({ status }) => status)).toEqual([201, 201, 201, 201, 201]);
});

test("another who writes uses it up as well; reads and the provisioning service do not", async () => {
  const tenant = await provisionable(
    { writeQuota: { writes: 30, windowMs: 10_000 }, otherWriter: 2 },
    { state: manyPeople(100) },
  );
  await batch(tenant, 0, 5);
  tenant.clock.move(9000);
  const answers = await batch(tenant, 5, 10);
  // Six of ours by then and eighteen of others.
  expect(answers.map(({ status }) => status)).toEqual([...Array(6).fill(201), ...Array(4).fill(429)]);
  const read = await tenant.graph("GET", "/users");
  expect([read.status, read.headers.get(PERCENTAGE)]).toEqual([200, null]);
  expect((await tenant.graph("POST", `${tenant.path}/jobs`, { templateId: "scim" })).status).toBe(201);
  const single = await assign(tenant, String(tenant.sandbox.state.users[50]?.id));
  expect([single.status, errorOf(single).code]).toEqual([429, "TooManyRequests"]);
  expect(Number(single.headers.get(PERCENTAGE))).toBeGreaterThanOrEqual(1);
});

test("3,000 in 150 seconds at an even pace are never refused", async () => {
  const tenant = await provisionable({ writeQuota: QUOTA }, { state: manyPeople(4000) });
  let highest = 0;
  for (let first = 0; first < 4000; first += 19) {
    const answers = await batch(tenant, first, 19);
    expect(answers.every(({ status }) => status === 201)).toBe(true);
    highest = Math.max(highest, ...answers.map(({ headers }) => Number(headers[PERCENTAGE] ?? 0)));
    tenant.clock.move(1000);
  }
  expect(highest).toBeGreaterThan(0.9);
  expect(highest).toBeLessThan(1);
}, 120_000);

test("an index follows its list, whoever changes it", () => {
  const index = new ListIndex<{ id: string }>(({ id }) => id);
  const list = [{ id: "a" }, { id: "b" }];
  const [first = { id: "" }] = list;
  expect(index.find(list, "b")).toBe(list[1]);
  list.push({ id: "c" });
  expect(index.find(list, "c")).toBe(list[2]);
  list.splice(0, 1);
  expect(index.find(list, "a")).toBeUndefined();
  list.unshift(first);
  expect(index.find(list, "a")).toBe(first);
  ListIndex.remove(list, first, [index]);
  expect([index.find(list, "a"), list.length]).toEqual([undefined, 2]);
  expect(index.find([{ id: "x" }], "x")).toEqual({ id: "x" });
});

import { expect, test } from "vitest";
import { world } from "./helpers.ts";

test("quotes, percent signs and slashes arrive as they were meant, page after page", async () => {
  const tenant = world();
  const displayName = "100 % O'Brien & Söhne #1 + more";
  for (let count = 0; count < 3; count += 1) {
    expect((await tenant.graph("POST", "/applications", { displayName })).status).toBe(201);
  }
  const literal = encodeURIComponent(`displayName eq '${displayName.replaceAll("'", "''")}'`);
  const first = await tenant.graph("GET", `/applications?$filter=${literal}&$select=id&$top=2&$count=true`);
  expect(first.body).toMatchObject({ "@odata.count": 3, value: [{}, {}] });
  const next = new URL(String(first.body["@odata.nextLink"]));
  const second = await tenant.graph("GET", `${next.pathname.replace("/v1.0", "")}${next.search}`);
  expect(second.body["value"]).toHaveLength(1);
  const uniqueName = encodeURIComponent("a/b ''c'' 50%").replaceAll("'", "%27");
  const prefer = { Prefer: "create-if-missing" };
  const created = await tenant.graph(
    "PATCH",
    `/applications(uniqueName='${uniqueName}')`,
    { displayName },
    prefer,
  );
  expect([created.status, created.body["uniqueName"]]).toEqual([201, "a/b 'c' 50%"]);
});

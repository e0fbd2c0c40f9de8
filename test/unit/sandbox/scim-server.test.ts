import { expect, test } from "vitest";
import { scimServer } from "../../support/scim-server.ts";

const URL_ONE = "https://scim.vendor.example/one/scim";
const USER = ["urn:ietf:params:scim:schemas:core:2.0:User"];

async function send(
  server: Awaited<ReturnType<typeof scimServer>>,
  method: string,
  url: string,
  body?: unknown,
  token = "good",
) {
  const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/scim+json" };
  return await server.fetch(
    new Request(url, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }),
  );
}

test("the server of others keeps what it is sent, each endpoint for itself, and wants its token", async () => {
  const custom = "urn:ietf:params:scim:schemas:extension:2.0:Custom";
  const server = await scimServer({
    token: "good",
    extensions: { [custom]: [{ name: "folders", multiValued: true }] },
  });
  expect((await send(server, "GET", `${URL_ONE}/Users`, undefined, "bad")).status).toBe(401);
  const person = {
    schemas: [...USER, custom],
    userName: "a@b.c",
    active: true,
    emails: [{ type: "work", value: "a@b.c" }],
    [custom]: { folders: ["x", "y"] },
  };
  const made = await send(server, "POST", `${URL_ONE}/Users`, person);
  expect(made.status).toBe(201);
  const { id } = (await made.json()) as { id: string };
  expect((await send(server, "POST", `${URL_ONE}/Users`, person)).status).toBe(409);
  const filter = encodeURIComponent('userName eq "a@b.c"');
  const found = (await (await send(server, "GET", `${URL_ONE}/Users?filter=${filter}`)).json()) as {
    totalResults: number;
  };
  expect(found.totalResults).toBe(1);
  const patch = {
    schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
    Operations: [
      { op: "Replace", path: "active", value: false },
      { op: "Add", path: `${custom}:folders`, value: ["z"] },
      { op: "Replace", path: 'emails[type eq "work"].value', value: "new@b.c" },
    ],
  };
  expect((await send(server, "PATCH", `${URL_ONE}/Users/${id}`, patch)).status).toBe(200);
  expect(server.at(URL_ONE).users).toMatchObject([
    { userName: "a@b.c", active: false, emails: [{ type: "work", value: "new@b.c" }] },
  ]);
  expect(server.at("https://other.example/scim").users).toEqual([]);
  expect(server.requests.map(({ method, status }) => `${method} ${status}`)).toEqual([
    "GET 401",
    "POST 201",
    "POST 409",
    "GET 200",
    "PATCH 200",
  ]);
});

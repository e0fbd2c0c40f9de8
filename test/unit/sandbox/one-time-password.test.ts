import { expect, test } from "vitest";
import type { OneTimePasswordMode } from "../../../src/sandbox/index.ts";
import { form, world } from "./helpers.ts";

const SERVICE = "https://once.example/";
const JSON_ONLY = { Accept: "application/json" };
const LINK = /^https:\/\/once\.example\/snappass[0-9a-f]{32}~[A-Za-z0-9_-]{43}%3D$/;

function using(oneTimePassword: OneTimePasswordMode = "1.6.2") {
  const tenant = world({ oneTimePassword });
  const store = async (fields: Record<string, string> = {}, headers: Record<string, string> = JSON_ONLY) =>
    await tenant.send(SERVICE, { ...form({ password: "s3cret", ttl: "Week", ...fields }), headers });
  const head = async (link: unknown) => (await tenant.send(String(link), { method: "HEAD" })).status;
  const inPage = (html: string) => /id="password-link" value="([^"]+)"/.exec(html)?.[1] ?? "";
  return { tenant, store, head, inPage };
}

test("a link can be looked at, opened once, and not after its time", async () => {
  const { tenant, store, head } = using();
  const { body } = await store();
  expect(body).toEqual({ link: expect.stringMatching(LINK), ttl: 604_800 });
  const link = String(body["link"]);
  expect([await head(link), await head(link), await head(link.split("~")[0])]).toEqual([200, 200, 200]);
  expect(JSON.stringify(tenant.sandbox.state)).not.toContain("s3cret");
  const opened = await tenant.send(link, { method: "POST" });
  expect(opened.text).toContain(">s3cret</textarea>");
  expect([await head(link), (await tenant.send(link, { method: "POST" })).status]).toEqual([404, 404]);
  const other = String((await store({ ttl: "hour" })).body["link"]);
  tenant.clock.move(3_600_000);
  expect(await head(other)).toBe(404);
});

test("a damaged key opens nothing and still uses the link up", async () => {
  const { tenant, store, head } = using();
  const link = String((await store()).body["link"]);
  const damaged = link.replace(/~./, link.includes("~A") ? "~B" : "~A");
  expect((await tenant.send(damaged, { method: "POST" })).status).toBe(500);
  expect(await head(link)).toBe(404);
});

test("JSON comes to those who ask for nothing else", async () => {
  const { store, inPage } = using();
  for (const Accept of ["*/*", "text/html", "application/json, text/plain, */*"]) {
    const answer = await store({}, { Accept });
    expect([answer.headers.get("Content-Type"), inPage(answer.text)]).toEqual([
      expect.stringContaining("text/html"),
      expect.stringMatching(LINK),
    ]);
  }
});

test.each([[{ ttl: "Fortnight" }], [{ ttl: "" }], [{ ttl: "Month" }], [{ password: "" }]])(
  "%j is refused with a page",
  async (fields) => {
    const answer = await using().store(fields);
    expect([answer.status, answer.headers.get("Content-Type")]).toEqual([
      400,
      expect.stringContaining("text/html"),
    ]);
  },
);

test.each([
  ["a+b", "a b"],
  ["a%41b", "aAb"],
  ["a%zz%", "a%zz%"],
  ["a&b", "a"],
])("a raw body %s is stored as %s", async (raw, stored) => {
  const { tenant } = using();
  const headers = { ...JSON_ONLY, "Content-Type": "application/x-www-form-urlencoded" };
  const { body } = await tenant.send(SERVICE, { method: "POST", headers, body: `password=${raw}&ttl=Day` });
  expect(tenant.sandbox.reveal(String(body["link"]))).toBe(stored);
});

test("JSON bodies and bytes that are no UTF-8 are refused, other methods too", async () => {
  const { tenant } = using();
  const send = async (type: string, body: string | Uint8Array<ArrayBuffer>) =>
    (await tenant.send(SERVICE, { method: "POST", headers: { "Content-Type": type }, body })).status;
  expect(await send("application/json", '{"password":"a","ttl":"Week"}')).toBe(400);
  expect(
    await send("application/x-www-form-urlencoded", Buffer.from("password=\u00e9&ttl=Week", "latin1")),
  ).toBe(400);
  const put = await tenant.send(SERVICE, { method: "PUT" });
  expect([put.status, put.headers.get("Allow")]).toEqual([405, "GET, HEAD, OPTIONS, POST"]);
  expect((await tenant.send(`${SERVICE}api/v2/passwords`, { method: "POST" })).status).toBe(404);
});

test.each<[OneTimePasswordMode, string[]]>([
  ["1.6.2", ["Two Weeks", "Week", "Day", "Hour"]],
  ["1.5.0", ["Two Weeks", "Week", "Day", "Hour"]],
  ["1.4.1", ["Week", "Day", "Hour"]],
  ["month", ["Month", "Two Weeks", "Week", "Day", "Hour"]],
])("the form of %s offers %j", async (mode, lifetimes) => {
  const page = await using(mode).tenant.send(SERVICE);
  expect([...page.text.matchAll(/<option value="([^"]+)"/g)].map(([, value]) => value)).toEqual(lifetimes);
});

test("1.5.0 answers with a page; on 1.4.1 a look is enough to burn the link", async () => {
  const newer = using("1.5.0");
  const kept = newer.inPage((await newer.store()).text);
  expect([await newer.head(kept), await newer.head(kept)]).toEqual([200, 200]);
  const older = using("1.4.1");
  expect((await older.store({ ttl: "Two Weeks" })).status).toBe(400);
  const burnt = older.inPage((await older.store()).text);
  expect([await older.head(burnt), await older.head(burnt)]).toEqual([200, 404]);
});

test("faults look as they do in the wild", async () => {
  await expect(using("down").store()).rejects.toMatchObject({ code: "ECONNRESET" });
  const failing = using("failing");
  expect([(await failing.store()).status, (await failing.tenant.send(SERVICE)).status]).toEqual([500, 200]);
  const redirects = await using("redirects").store();
  expect([redirects.status, redirects.headers.get("Location")]).toEqual([302, "https://once.example/login"]);
  expect((await using("httpLink").store()).body["link"]).toMatch(/^http:/);
  expect((await using("foreignLink").store()).body["link"]).toMatch(/^https:\/\/127\.0\.0\.1:5000\//);
  expect((await using("unencrypted").store()).body["link"]).not.toContain("~");
  expect((await using("wrongTtl").store()).body["ttl"]).toBe(3600);
  const login = await using("loginPage").store();
  expect([login.status, login.text.includes("password-link")]).toEqual([200, false]);
  const lost = using("notStored");
  expect(await lost.head((await lost.store()).body["link"])).toBe(404);
});

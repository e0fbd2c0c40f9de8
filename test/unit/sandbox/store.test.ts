import { join } from "node:path";
import { expect, test } from "vitest";
import type { Files } from "../../../src/ports/index.ts";
import { newTenant } from "../../../src/sandbox/index.ts";
import { sandboxStore } from "../../../src/sandbox/store.ts";
import { provisionable, withJob } from "./provisioning-helpers.ts";

const FOLDER = join("/", "somewhere", "sandbox");

function filesWith(content: Record<string, string>) {
  const written = new Map(Object.entries(content));
  const files: Files = {
    read: async (path) => {
      const text = await Promise.resolve(written.get(path));
      if (text === undefined) throw Object.assign(new Error("no such file"), { code: "ENOENT" });
      if (text === "forbidden") throw Object.assign(new Error("forbidden"), { code: "EACCES" });
      return new TextEncoder().encode(text);
    },
    chunks: () => {
      throw new Error("not used");
    },
    writeAtomic: async (path, text) => {
      await Promise.resolve(written.set(path, text));
    },
    append: async () => await Promise.reject(new Error("not used")),
    rename: async () => await Promise.reject(new Error("not used")),
    remove: async () => await Promise.reject(new Error("not used")),
    list: async () => await Promise.resolve([]),
    ensureFolder: async () => await Promise.resolve(),
    isReadableByOthers: async () => false,
  };
  return files;
}

test("a tenant is kept and found again, and there is none at first", async () => {
  const store = sandboxStore(filesWith({}), FOLDER);
  expect(await store.load()).toBeUndefined();
  const tenant = newTenant();
  await store.save(tenant);
  expect(await store.load()).toEqual(tenant);
});

test.each(["forbidden", "not json", "[]", '{"schemaVersion":2}', '{"schemaVersion":1,"tenantId":"x"}'])(
  "%s is not mistaken for no tenant",
  async (text) => {
    const path = join(FOLDER, "state.json");
    const store = sandboxStore(filesWith({ [path]: text }), FOLDER);
    await expect(store.load()).rejects.toMatchObject({ code: "DISK", facts: { path } });
  },
);

test("a tenant of an older version, without provisioning, works on", async () => {
  const tenant = newTenant();
  Reflect.deleteProperty(tenant, "provisioning");
  Reflect.deleteProperty(tenant, "scimTargets");
  const bare = ["id", "displayName", "userPrincipalName", "mail", "userType"];
  for (const user of tenant.users) {
    for (const name of Object.keys(user)) if (!bare.includes(name)) Reflect.deleteProperty(user, name);
  }
  for (const group of tenant.groups) Reflect.deleteProperty(group, "members");
  const store = sandboxStore(filesWith({}), FOLDER);
  await store.save(tenant);
  const state = await store.load();
  if (state === undefined) throw new Error("the tenant was not kept");
  const later = await provisionable({}, { state });
  const job = await withJob(later, { SyncAll: "true" });
  await later.graph("POST", `${job}/start`);
  expect((await later.graph("GET", job)).body["status"]).toMatchObject({
    code: "Active",
    lastExecution: { state: "Succeeded", countExported: tenant.users.length + tenant.groups.length },
  });
});

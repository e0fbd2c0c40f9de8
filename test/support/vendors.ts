import { randomUUID } from "node:crypto";
import { createSandbox, EXAMPLE } from "../../src/sandbox/index.ts";
import { fakeClock } from "./fake-ports.ts";
import { runInProcess, type TestTenant } from "./run.ts";
import { type ScimServer, type ScimServerOptions, scimServer } from "./scim-server.ts";

export interface Product {
  readonly tenant: TestTenant;
  readonly server: ScimServer;
  readonly setUp: (
    flags: readonly string[],
    tokens: Readonly<Record<string, string>>,
  ) => ReturnType<typeof runInProcess>;
}

/**
 * A fresh tenant, and a vendor's server that takes one token at each address.
 *
 * @param flags of every run.
 */
export async function productOf(
  template: string,
  options: ScimServerOptions,
  flags: readonly string[] = [],
): Promise<Product> {
  const server = await scimServer(options);
  const clock = fakeClock(new Date("2026-11-20T12:00:00Z"));
  const sandbox = createSandbox({
    clock,
    ids: { uuid: randomUUID },
    behaviour: { deviceCodeIntervalSeconds: 0 },
    scimFetch: server.fetch,
  });
  const tenant = { ...sandbox, clock };
  let folder: string | undefined;
  return {
    tenant,
    server,
    setUp: async (more, environment) => {
      const argv = ["scim", "setup", "--template", template, "--yes", "--no-input", ...flags, ...more];
      const run = await runInProcess([...argv, "--tenant-id", EXAMPLE.tenantId], tenant, {
        environment,
        ...(folder !== undefined && { folder }),
      });
      folder = run.folder;
      clock.advance(60_000);
      return run;
    },
  };
}

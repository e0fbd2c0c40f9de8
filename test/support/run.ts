import { randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../src/cli/program.ts";
import { ResultDocument } from "../../src/cli/screen/result-document.ts";
import type { Fetch, Processes } from "../../src/ports/index.ts";
import { type Behaviour, createSandbox, EXAMPLE, type Sandbox } from "../../src/sandbox/index.ts";
import { type FakeClock, type FakePorts, type FakePortsOptions, fakeClock, fakePorts } from "./fake-ports.ts";

/** A simulated tenant with the clock that it shares with the program. */
export interface TestTenant extends Sandbox {
  readonly clock: FakeClock;
}

/** A fresh tenant in which signing in takes no time. */
export function testTenant(behaviour: Partial<Behaviour> = {}): TestTenant {
  const clock = fakeClock(new Date("2026-11-20T12:00:00Z"));
  const sandbox = createSandbox({
    clock,
    ids: { uuid: randomUUID },
    behaviour: { deviceCodeIntervalSeconds: 0, ...behaviour },
  });
  return { ...sandbox, clock };
}

export interface TestRun {
  readonly exitCode: number;
  readonly ports: FakePorts;
  readonly stdout: string;
  readonly stderr: string;
  /** The current folder; give it to a second run to go on in it. */
  readonly folder: string;
  /** The hand-over file, where there is one. */
  readonly info: Record<string, string> | undefined;
}

export interface TestRunOptions extends Omit<FakePortsOptions, "fetch"> {
  /** Stands between the program and the tenant. */
  readonly through?: (fetch: Fetch) => Fetch;
  readonly signal?: AbortSignal;
  /** Which processes there are; the real ones unless given. */
  readonly processes?: Processes;
}

/** What an unattended run needs to know. */
export const UNATTENDED = [
  "--yes",
  "--no-input",
  "--tenant-id",
  EXAMPLE.tenantId,
  "--hostname",
  "https://app.contoso.com",
];

/** Runs the whole program in this process against a simulated tenant; whatever it prints for programs is as promised. */
export async function runInProcess(
  argv: readonly string[],
  tenant: TestTenant,
  { through = (fetch) => fetch, signal, processes, ...options }: TestRunOptions = {},
): Promise<TestRun> {
  const ports: FakePorts = {
    ...fakePorts({ ...options, fetch: through(tenant.fetch) }),
    clock: tenant.clock,
    ids: { uuid: randomUUID },
    ...(processes && { processes }),
  };
  const exitCode = await run(argv, {
    makePorts: () => ports,
    signal: signal ?? new AbortController().signal,
    version: "0.0.0",
  });
  if (argv.includes("--json")) for (const text of ports.said.results) ResultDocument.parse(JSON.parse(text));
  const file = join(ports.folder, "AppRegistrationInfo.json");
  return {
    exitCode,
    ports,
    stdout: ports.said.results.join("\n"),
    stderr: ports.said.notes.join("\n"),
    folder: ports.folder,
    info: existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Record<string, string>) : undefined,
  };
}

/** What must be true of a tenant after every run that ended well, however it got there. */
export function census(tenant: Pick<Sandbox, "state" | "reveal">, made: Pick<TestRun, "info">) {
  const link = made.info?.["clientSecret"];
  return { ...tally(tenant, made), linkOpens: link !== undefined && tenant.reveal(link) !== undefined };
}

/** The census without opening the link, which can be done once only. */
export function tally({ state }: Pick<Sandbox, "state">, { info }: Pick<TestRun, "info">) {
  const [application] = state.applications;
  const secrets = application?.passwordCredentials ?? [];
  return {
    applications: state.applications.length,
    servicePrincipals: state.servicePrincipals.length,
    redirectUris: application?.web.redirectUris,
    appRoles: state.appRoleAssignments.length,
    delegated: state.oauth2PermissionGrants.map(({ scope }) => scope),
    secrets: secrets.length,
    delivered: secrets.filter(({ keyId }) => application?.tags.includes(`delivered-${keyId.slice(0, 8)}`))
      .length,
    clientId: info?.["clientId"] === application?.appId,
  };
}

/** The census of a tenant in which everything went right. */
export const COMPLETE = {
  applications: 1,
  servicePrincipals: 1,
  redirectUris: [
    "https://app.contoso.com/empower/identityservice/signin-oidc",
    "https://app.contoso.com/empower/identityservice/grants",
    "https://app.contoso.com/empower/identityservice",
  ],
  appRoles: 2,
  delegated: ["User.Read"],
  secrets: 1,
  delivered: 1,
  clientId: true,
  linkOpens: true,
};

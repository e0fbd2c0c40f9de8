import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import type { Fetch, Files } from "../../src/ports/index.ts";
import { nodeFiles } from "../../src/ports/node/files.ts";
import { EXAMPLE } from "../../src/sandbox/index.ts";
import { temporaryFolder } from "../support/fake-ports.ts";
import { runInProcess, type TestRun, type TestTenant, testTenant } from "../support/run.ts";

/** How a run ends before its time. */
export interface Crash {
  /** The request it happens at, from 0; a run with fewer ends well. */
  readonly at: number;
  /** Whether the service still acts on that request. */
  readonly acts: boolean;
  /** Killed, or without a network from then on. */
  readonly way: "killed" | "cutOff";
}

export type Folder = "work" | "elsewhere";
export const FOLDERS: readonly Folder[] = ["work", "elsewhere"];

const TENANT = ["--no-input", "--tenant-id", EXAMPLE.tenantId];
const HOSTNAME = ["--hostname", "https://app.contoso.com"];

/** The commands, each with what it has to be told to run unattended. */
const COMMANDS = {
  register: ["register", "--yes", ...TENANT, ...HOSTNAME],
  verify: ["verify", ...TENANT, ...HOSTNAME],
  rotate: ["secret", "rotate", "--yes", ...TENANT, ...HOSTNAME],
  retire: ["secret", "retire", "--yes", ...TENANT],
  remove: ["remove", "--yes", ...TENANT],
} as const;

/** What `register` and `verify` are both told. */
const COMPARED = ["--no-group-sync", "--mails-online", "--no-implicit-flow"];

export interface Run {
  readonly kind: "run";
  readonly command: keyof typeof COMMANDS;
  readonly flags: readonly string[];
  readonly folder: Folder;
  readonly crash: Crash | undefined;
}

/** One thing that happens to a registration. */
export type Step =
  | Run
  | { readonly kind: "drift"; readonly drift: keyof typeof DRIFTS; readonly which: number }
  | { readonly kind: "lose"; readonly what: "journal" | Folder };

type Application = TestTenant["state"]["applications"][number];

/** What others do to the registration in the portal. */
export const DRIFTS = {
  "redirect URI added": ({ web }: Application) => void web.redirectUris.push("https://other.contoso.com/cb"),
  "redirect URIs removed": ({ web }: Application) => void web.redirectUris.splice(0),
  "secret deleted": ({ passwordCredentials }: Application, which: number) =>
    void passwordCredentials.splice(which % Math.max(1, passwordCredentials.length), 1),
  "tag removed": ({ tags }: Application, which: number) =>
    void tags.splice(which % Math.max(1, tags.length), 1),
  "app renamed": (application: Application) => {
    application.displayName = "something else";
  },
  "consent removed": (_application: Application, which: number, { state }: TestTenant) =>
    void state.appRoleAssignments.splice(which % Math.max(1, state.appRoleAssignments.length), 1),
  "delegated consent removed": (_application: Application, _which: number, { state }: TestTenant) =>
    void state.oauth2PermissionGrants.splice(0),
} as const;

/**
 * A registration, everything that happened to it, and everything that anybody was told of it. What must hold
 * after every single run is checked after every single run.
 */
export class Story {
  readonly tenant = testTenant();
  private readonly root = temporaryFolder();
  /** The hash of every secret that a link in a hand-over file opened to. */
  private readonly handedOver = new Set<string>();
  private readonly links = new Set<string>();
  /** All that the runs said. */
  private said = "";
  private runs = 0;

  async tell(next: Step): Promise<void> {
    if (next.kind === "run") await this.run(next);
    if (next.kind === "lose") this.lose(next.what);
    const { application } = this;
    if (next.kind === "drift" && application) DRIFTS[next.drift](application, next.which, this.tenant);
  }

  /** Runs a command once, and checks what it may do and what it may leave. */
  async run(step: Run): Promise<{ exitCode: number; stdout: string } | undefined> {
    const before = { state: structuredClone(this.tenant.state), delivered: this.secrets().delivered };
    const expected = this.expectedExits(step);
    const run = await this.start(step);
    for (const name of FOLDERS) this.openLink(name);
    if (run) {
      this.said += run.stdout + run.stderr;
      expect(run.stderr).not.toMatch(/This is a bug/);
      expect(expected, run.stderr).toContain(run.exitCode);
    }
    const { command, flags } = step;
    if (command === "verify" || flags.includes("--dry-run")) expect(this.tenant.state).toEqual(before.state);
    if (command !== "remove" && command !== "retire")
      expect(this.secrets().delivered).toEqual(expect.arrayContaining(before.delivered));
    this.checkOnce();
    if (run?.exitCode === 0 && !flags.includes("--dry-run")) {
      this.checkEnded(command, before.delivered);
      // A run that was cut off may have left something to note.
      if (command === "register" && !step.crash) await this.verify(step);
    }
    return run;
  }

  /** Right after a registration there is nothing to find. */
  private async verify(registered: Run): Promise<void> {
    const flags = registered.flags.filter((flag) => COMPARED.includes(flag));
    const run = await this.run({ ...registered, command: "verify", flags });
    expect(run?.exitCode, run?.stdout).toBe(0);
  }

  /** The exit codes with which a command may end as things are. */
  private expectedExits({ command, flags, crash }: Run): number[] {
    const isThere = this.application !== undefined;
    const { deletedItems, servicePrincipals } = this.tenant.state;
    const isDeleted = deletedItems.some(({ type }) => type === "application");
    const needsChoice = !isThere && isDeleted && !flags.includes("--deleted");
    const ends = {
      register: needsChoice ? [2] : [0],
      verify: isThere ? [0, 3] : [2],
      // An app without its enterprise application cannot use a secret.
      rotate: isThere && servicePrincipals.length > 0 ? [0] : [2],
      retire: isThere ? [0] : [2],
      // Whose marks were taken off it stays until its name is typed.
      remove: this.isMarked ? [0] : [2],
    }[command];
    return crash ? [...ends, 4, 6, 8] : ends;
  }

  private async start({ command, flags, folder, crash: end }: Run): Promise<TestRun | undefined> {
    const path = join(this.root, folder);
    mkdirSync(path, { recursive: true });
    const disk = mortalDisk();
    return new Promise<TestRun | undefined>((resolve, reject) => {
      const kill = (): void => void disk.die().then(() => resolve(undefined));
      runInProcess([...COMMANDS[command], ...flags], this.tenant, {
        folder: path,
        files: disk.files,
        // A run that is killed here leaves its process behind: ours.
        processes: { id: process.pid, startedAt: this.runs++, isRunning: () => false },
        ...(end && { through: crashing(end, kill) }),
      }).then(resolve, reject);
    });
  }

  /** Whatever happened: nothing is there twice. */
  private checkOnce(): void {
    const { applications, servicePrincipals } = this.tenant.state;
    expect(applications.length).toBeLessThanOrEqual(1);
    expect(servicePrincipals.length).toBeLessThanOrEqual(1);
    const { appRoles, delegated } = this.grants();
    expect(new Set(appRoles).size).toBe(appRoles.length);
    expect(delegated.length).toBeLessThanOrEqual(1);
  }

  /** What a run leaves that came to its end. */
  private checkEnded(command: Run["command"], before: readonly string[]): void {
    const { delivered, untold } = this.secrets();
    if (command === "register" || command === "rotate" || command === "retire") expect(untold).toEqual([]);
    if (command === "register") expect(delivered.length).toBeGreaterThan(0);
    if (command === "rotate") expect(delivered.length).toBeGreaterThan(before.length);
    if (command === "retire" && before.length > 0) expect(delivered.length).toBeGreaterThan(0);
    if (command === "remove") {
      const { applications, servicePrincipals } = this.tenant.state;
      expect({ applications, servicePrincipals }).toEqual({ applications: [], servicePrincipals: [] });
    }
  }

  private openLink(folder: Folder): void {
    const file = join(this.root, folder, "AppRegistrationInfo.json");
    if (!existsSync(file)) return;
    const link = (JSON.parse(readFileSync(file, "utf8")) as Record<string, string>)["clientSecret"] ?? "";
    // It opens once.
    if (this.links.has(link)) return;
    this.links.add(link);
    const value = this.tenant.reveal(link);
    if (value !== undefined) this.handedOver.add(createHash("sha256").update(value).digest("hex"));
  }

  private lose(what: "journal" | Folder): void {
    const path =
      what === "journal"
        ? join(this.root, "home/.local/state/entra-app-registration")
        : join(this.root, what, "AppRegistrationInfo.json");
    rmSync(path, { recursive: true, force: true });
  }

  get application(): Application | undefined {
    return this.tenant.state.applications[0];
  }

  /** Whether the application, where there is one, has every mark of its creation. */
  private get isMarked(): boolean {
    const { application } = this;
    return !application || application.tags.includes(application.uniqueName ?? "");
  }

  /** The consent of the registration. */
  grants() {
    const { servicePrincipals, appRoleAssignments, oauth2PermissionGrants } = this.tenant.state;
    const id = servicePrincipals[0]?.id;
    return {
      appRoles: appRoleAssignments
        .filter(({ principalId }) => principalId === id)
        .map(({ appRoleId }) => appRoleId),
      delegated: oauth2PermissionGrants.filter(({ clientId }) => clientId === id).map(({ scope }) => scope),
    };
  }

  /** The key ids of the live secrets that somebody has a link to, and of those that nobody was told of. */
  secrets(): { delivered: string[]; untold: string[] } {
    const { secretHashes } = this.tenant.state;
    const live = this.application?.passwordCredentials ?? [];
    const isDelivered = (keyId: string) => this.handedOver.has(secretHashes[keyId] ?? "");
    const wasSaid = (keyId: string, name: string | null) =>
      this.said.includes(keyId) || this.said.includes(name ?? keyId);
    return {
      delivered: live.map(({ keyId }) => keyId).filter(isDelivered),
      untold: live
        .filter(({ keyId, displayName }) => !isDelivered(keyId) && !wasSaid(keyId, displayName))
        .map(({ keyId }) => keyId),
    };
  }
}

/** Files that a killed run can no longer write to: what it had begun is finished, nothing else is begun. */
function mortalDisk(): { files: Partial<Files>; die: () => Promise<void> } {
  const begun = new Set<Promise<unknown>>();
  let isDead = false;
  const unlessDead = <Value>(work: () => Promise<Value>): Promise<Value> => {
    if (isDead) return new Promise(() => undefined);
    const working = work().finally(() => begun.delete(working));
    begun.add(working);
    return working;
  };
  return {
    files: {
      writeAtomic: (path, text) => unlessDead(() => nodeFiles.writeAtomic(path, text)),
      append: (path, text) => unlessDead(() => nodeFiles.append(path, text)),
      rename: (from, to) => unlessDead(() => nodeFiles.rename(from, to)),
      remove: (path) => unlessDead(() => nodeFiles.remove(path)),
    },
    die: async () => {
      isDead = true;
      await Promise.allSettled(begun);
    },
  };
}

function crashing({ at, acts, way }: Crash, onKill: () => void): (fetch: Fetch) => Fetch {
  let count = 0;
  return (fetch) => async (request) => {
    const index = count;
    count += 1;
    if (index < at) return fetch(request);
    if (index === at && acts) await fetch(request);
    if (way === "cutOff") throw Object.assign(new Error("socket hang up"), { code: "ECONNRESET" });
    onKill();
    return new Promise(() => undefined);
  };
}

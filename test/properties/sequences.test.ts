import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Fetch, Files } from "../../src/ports/index.ts";
import { nodeFiles } from "../../src/ports/node/files.ts";
import { temporaryFolder } from "../support/fake-ports.ts";
import {
  runInProcess,
  type TestRun,
  type TestTenant,
  tally,
  testTenant,
  UNATTENDED,
} from "../support/run.ts";

/** How a run ends before its time. */
interface Crash {
  /** The request it happens at, from 0; a run with fewer ends well. */
  readonly at: number;
  /** Whether the service still acts on that request. */
  readonly acts: boolean;
  /** Killed, or without a network from then on. */
  readonly way: "killed" | "cutOff";
}

type Folder = "work" | "elsewhere";

/** One thing that happens to a registration. */
type Step =
  | {
      readonly kind: "run";
      readonly argv: readonly string[];
      readonly folder: Folder;
      readonly crash: Crash | undefined;
    }
  | { readonly kind: "drift"; readonly drift: keyof typeof DRIFTS; readonly which: number }
  | { readonly kind: "lose"; readonly what: "journal" | Folder };

type Application = TestTenant["state"]["applications"][number];

/** What others do to the registration in the portal. */
const DRIFTS = {
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

const FOLDERS: readonly Folder[] = ["work", "elsewhere"];

/** Flags that a run may carry. Other commands (`verify`, `rotate`, `remove`) join in here. */
const COMMANDS: readonly (readonly string[])[] = [
  [],
  [],
  ["--new-secret"],
  ["--no-group-sync"],
  ["--mails-online"],
  ["--no-implicit-flow"],
  ["--dry-run"],
];

const crash = fc.record<Crash>({
  at: fc.nat({ max: 22 }),
  acts: fc.boolean(),
  way: fc.constantFrom("killed", "cutOff"),
});
const step = fc.oneof<fc.WeightedArbitrary<Step>[]>(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("run" as const),
      argv: fc.constantFrom(...COMMANDS),
      folder: fc.constantFrom(...FOLDERS),
      crash: fc.option(crash, { nil: undefined, freq: 2 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("drift" as const),
      drift: fc.constantFrom(...(Object.keys(DRIFTS) as (keyof typeof DRIFTS)[])),
      which: fc.nat({ max: 3 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("lose" as const),
      what: fc.constantFrom("journal" as const, ...FOLDERS),
    }),
  },
);

/** A registration, everything that happened to it, and everything that anybody was told of it. */
class Story {
  readonly tenant = testTenant();
  readonly root = temporaryFolder();
  /** Every link that stood in a hand-over file. */
  readonly links = new Set<string>();
  /** All that the runs said. */
  said = "";
  private runs = 0;

  async tell(next: Step): Promise<void> {
    if (next.kind === "run") await this.run(next);
    if (next.kind === "lose") this.lose(next.what);
    const [application] = this.tenant.state.applications;
    if (next.kind === "drift" && application) DRIFTS[next.drift](application, next.which, this.tenant);
  }

  async run({ argv, folder, crash: end }: Extract<Step, { kind: "run" }>): Promise<string> {
    const path = join(this.root, folder);
    mkdirSync(path, { recursive: true });
    const disk = mortalDisk();
    const run = await new Promise<TestRun | undefined>((resolve, reject) => {
      const kill = (): void => void disk.die().then(() => resolve(undefined));
      runInProcess([...UNATTENDED, ...argv], this.tenant, {
        folder: path,
        files: disk.files,
        // A run that is killed here leaves its process behind: ours.
        processes: { id: process.pid, startedAt: this.runs++, isRunning: () => false },
        ...(end && { through: crashing(end, kill) }),
      }).then(resolve, reject);
    });
    for (const name of FOLDERS) this.readLink(name);
    if (!run) return "";
    this.said += run.stdout + run.stderr;
    expect(run.stderr).not.toMatch(/This is a bug/);
    expect(end ? [0, 4, 6, 8] : [0], run.stderr).toContain(run.exitCode);
    return run.stdout;
  }

  readLink(folder: Folder): void {
    const file = join(this.root, folder, "AppRegistrationInfo.json");
    if (!existsSync(file)) return;
    this.links.add((JSON.parse(readFileSync(file, "utf8")) as Record<string, string>)["clientSecret"] ?? "");
  }

  lose(what: "journal" | Folder): void {
    const path =
      what === "journal"
        ? join(this.root, "home/.local/state/entra-app-registration")
        : join(this.root, what, "AppRegistrationInfo.json");
    rmSync(path, { recursive: true, force: true });
  }

  /** The key ids of the live secrets, and of those among them that somebody has a link to. */
  secrets() {
    const { applications, secretHashes } = this.tenant.state;
    const live = applications[0]?.passwordCredentials ?? [];
    const values = [...this.links].map((link) => this.tenant.reveal(link)).filter((value) => value);
    const hashes = values.map((value) => createHash("sha256").update(String(value)).digest("hex"));
    return {
      delivered: live.filter(({ keyId }) => hashes.includes(secretHashes[keyId] ?? "")),
      untold: live.filter(
        ({ keyId, displayName }) =>
          !hashes.includes(secretHashes[keyId] ?? "") &&
          !this.said.includes(keyId) &&
          !this.said.includes(displayName ?? keyId),
      ),
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

test("whatever happened before, one more run makes it right", { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
      const story = new Story();
      for (const next of steps) await story.tell(next);
      // By then a list that does not show a secret means that somebody deleted it.
      story.tenant.clock.advance(20 * 60_000);
      const plain = { kind: "run", argv: [], folder: "work", crash: undefined } as const;
      await story.run(plain);
      const { applications, servicePrincipals, appRoles, delegated } = tally(story.tenant, {
        info: undefined,
      });
      expect({ applications, servicePrincipals, appRoles, delegated }).toEqual({
        applications: 1,
        servicePrincipals: 1,
        appRoles: 2,
        delegated: [expect.stringContaining("User.Read")],
      });
      expect(await story.run(plain)).toMatch(/Nothing to do/);
      const { delivered, untold } = story.secrets();
      expect(untold).toEqual([]);
      expect(delivered.length).toBeGreaterThan(0);
    }),
    { numRuns: 240 },
  );
});

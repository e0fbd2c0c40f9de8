import { AppError, isAppError } from "../../../errors.ts";
import { assignMany, type RefusedAssignment } from "../../../graph/assign-many.ts";
import type { GraphContext } from "../../../graph/batch.ts";
import { withoutSecret } from "../../../graph/redact.ts";
import {
  createJob,
  type ProvisioningTarget,
  restartJob,
  startJob,
  writeCredentials,
} from "../../../graph/synchronization.ts";
import type { JournalIds } from "../../../journal/journal.ts";
import type { ProvisioningStepKind } from "../../../provisioning/plan-provisioning.ts";
import type { Job } from "../../../provisioning/types.ts";
import type { Group } from "../../../registration/groups.ts";
import type { AppRole } from "../../../registration/types.ts";
import type { MadeApplication } from "../../beside.ts";
import { during, journaled, type RunContext, stopIfInterrupted } from "../../context.ts";
import type { Task } from "../../events.ts";
import type { Principal, ProvisioningResult } from "../../provisioner.ts";
import { together } from "../../together.ts";
import { type Endpoint, requireConnection, requireSaved, warnOfAnyToken } from "../connection.ts";
import { awaitRestarted, awaitSwitched } from "../switched.ts";
import { type Arrivals, awaitArrivals } from "./arrivals.ts";
import { changeMappings, type Mappings, mappingsOf, warnOfLost } from "./mappings.ts";
import { proveProvisioning } from "./prove.ts";
import { toApplied } from "./result.ts";
import { roleToAssign } from "./role-to-assign.ts";
import type { ProvisioningWork } from "./work.ts";

/**
 * Carries the plan of one application's provisioning out. What does not need each other goes side by side; the
 * connection is tried before any of it is saved, and one user goes before all the others.
 *
 * @throws AppError CONNECTION_REFUSED where nothing was saved; PROVISIONING_FAILED where it was not started.
 */
export async function applyProvisioning(
  context: RunContext,
  graph: GraphContext,
  work: ProvisioningWork,
  made: MadeApplication,
  groups: Promise<readonly Group[]>,
): Promise<ProvisioningResult> {
  const applying = new Applying(context, graph, work, made);
  return applying.run(groups);
}

class Applying {
  readonly #context: RunContext;
  readonly #graph: GraphContext;
  readonly #work: ProvisioningWork;
  readonly #made: MadeApplication;
  readonly #target: ProvisioningTarget;
  /** The same after credentials were saved, of which the job hears after a while. */
  readonly #saved: ProvisioningTarget;
  readonly #ids: JournalIds;

  constructor(context: RunContext, graph: GraphContext, work: ProvisioningWork, made: MadeApplication) {
    this.#context = context;
    this.#graph = graph;
    this.#work = work;
    this.#made = made;
    const { servicePrincipalId, target } = made;
    const isNewJob = target.isNew || work.current?.job === undefined;
    this.#target = { servicePrincipalId, isNew: isNewJob };
    this.#saved = { servicePrincipalId, isNew: isNewJob || work.token !== undefined };
    this.#ids = { objectId: target.objectId, appId: target.appId, servicePrincipalId };
  }

  async run(groups: Promise<readonly Group[]>): Promise<ProvisioningResult> {
    const over = new AbortController();
    const role = this.#has("assign")
      ? roleToAssign(this.#context, this.#graph, { made: this.#made, wanted: this.#work.role }, over.signal)
      : Promise.resolve(undefined);
    // Whoever needs it hears of its failure.
    role.catch(() => undefined);
    try {
      return await this.#carryOut(role, groups);
    } finally {
      over.abort();
    }
  }

  async #carryOut(
    role: Promise<AppRole | undefined>,
    groups: Promise<readonly Group[]>,
  ): Promise<ProvisioningResult> {
    const { token, desired, proofUser } = this.#work;
    const creating = this.#job();
    const endpoint = token && { tenantUrl: desired.tenantUrl, token, job: () => creating };
    const [, job] = await together(this.#test(endpoint), creating);
    this.#stopIfInterrupted();
    const probing = endpoint && warnOfAnyToken(this.#context, this.#graph, this.#target, endpoint);
    const [{ mappings, mappingsFile }, assigned] = await together(
      this.#mappings(job),
      this.#assign(role, groups),
      this.#save().then(() => this.#requireSaved(job)),
      probing,
    );
    this.#stopIfInterrupted();
    const reading = warnOfLost(this.#context, this.#graph, this.#target, {
      jobId: job.id,
      mappings,
      desired,
    });
    const [proof] = await together(this.#prove(job, mappings), reading);
    if (!this.#has("start") && !this.#has("restart")) {
      const done = { assigned, mappingsFile, proof: undefined, arrivals: undefined };
      return toApplied(this.#work, this.#target, job, done);
    }
    this.#stopIfInterrupted();
    await this.#start(job);
    const [after, arrivals] = await together(this.#readBack(job), this.#arrivals(proof !== undefined));
    const proved = proof && proofUser && { user: proofUser.name, result: proof };
    return toApplied(this.#work, this.#target, after, { assigned, mappingsFile, proof: proved, arrivals });
  }

  #has(kind: ProvisioningStepKind): boolean {
    return this.#work.steps.includes(kind);
  }

  #stopIfInterrupted(): void {
    stopIfInterrupted(this.#context.signal);
  }

  #journaled<Value>(task: Task, jobId: string | undefined, run: () => Promise<Value>): Promise<Value> {
    const intent = { event: "intent", step: task, ...this.#ids, jobId } as const;
    return journaled(this.#context, task, intent, run);
  }

  async #test(endpoint: Endpoint | undefined): Promise<void> {
    if (endpoint) await requireConnection(this.#context, this.#graph, this.#target, endpoint);
  }

  async #job(): Promise<Job> {
    const there = this.#work.current?.job;
    if (there) return there;
    const { displayName } = this.#work;
    const { appId } = this.#made.target;
    const job = await this.#journaled("createJob", undefined, async () => {
      // Whether the application is new, not the job: of an older one somebody else may have made it meanwhile.
      const target = { ...this.#target, isNew: this.#made.target.isNew };
      const created = await createJob(this.#graph, target);
      if (!created) throw new AppError("NOT_PROVISIONABLE", { displayName, appId });
      return created;
    });
    return job;
  }

  async #save(): Promise<void> {
    const { token, desired, current } = this.#work;
    if (!token) return;
    const saved = current?.credentials;
    await this.#journaled("writeCredentials", current?.job?.id, () =>
      writeCredentials(this.#graph, this.#target, {
        tenantUrl: desired.tenantUrl,
        token,
        scope: desired.scope,
        notification: desired.notification ?? saved?.notification,
        deleteThreshold: saved?.deleteThreshold,
        kept: saved?.kept ?? [],
      }),
    );
  }

  /** Graph has dropped credentials and answered with success: what is saved is tried as well. */
  async #requireSaved(job: Job): Promise<void> {
    if (!this.#work.token) return;
    const { tenantUrl } = this.#work.desired;
    await requireSaved(this.#context, this.#quiet(), this.#saved, { job, tenantUrl }, () => this.#save());
  }

  async #mappings(job: Job): Promise<{ mappings: Mappings; mappingsFile: string | undefined }> {
    const mappings = await mappingsOf(this.#graph, this.#work, this.#target, job);
    this.#stopIfInterrupted();
    if (mappings.changes.length === 0) return { mappings, mappingsFile: undefined };
    const { appId } = this.#made.target;
    const mappingsFile = await this.#journaled("changeMappings", job.id, () =>
      changeMappings(this.#context, this.#graph, this.#target, { job, mappings, appId }),
    );
    return { mappings, mappingsFile };
  }

  async #assign(
    role: Promise<AppRole | undefined>,
    groups: Promise<readonly Group[]>,
  ): Promise<readonly Principal[]> {
    const { users, assigned } = this.#work;
    const chosen = (await groups).map((group): Principal => ({ ...group, kind: "Group" }));
    const wanted = [...users, ...chosen].filter(({ id }) => assigned.get(id)?.isProvisioned !== true);
    if (wanted.length === 0) return [];
    const appRole = await role;
    if (!appRole) throw new TypeError("assignments that the plan does not know");
    const { servicePrincipalId } = this.#made;
    const writes = wanted.map(({ id }) => ({
      principalId: id,
      appRoleId: appRole.id,
      replaces: assigned.get(id)?.replaced ?? [],
    }));
    const refused: RefusedAssignment[] = [];
    await this.#journaled("assign", undefined, async () => {
      await assignMany(this.#graph, writes, {
        servicePrincipalId,
        clock: this.#context.ports.clock,
        signal: this.#context.signal,
        isNew: true,
        onRefused: (one) => refused.push(one),
      });
      const [first] = refused;
      if (first) throw first.error;
    });
    return wanted;
  }

  async #prove(job: Job, { ruleId }: Mappings) {
    const { proofUser: user, displayName } = this.#work;
    if (!user || !this.#has("provisionOnDemand")) return undefined;
    const input = { target: this.#saved, jobId: job.id, ruleId, user, displayName, ids: this.#ids };
    return proveProvisioning(this.#context, this.#quiet(), input);
  }

  /** Graph without the token in its answers, for those that tell what the vendor answered to it. */
  #quiet(): GraphContext {
    const { token } = this.#work;
    return token ? withoutSecret(this.#graph, token) : this.#graph;
  }

  async #start({ id }: Job): Promise<void> {
    const isFirst = this.#work.current?.job?.lastCycle === undefined;
    if (this.#has("restart")) {
      await this.#journaled(isFirst ? "startProvisioning" : "restartProvisioning", id, () =>
        restartJob(this.#graph, this.#saved, id, "asPortal").catch((error: unknown) => {
          // What never ran has nothing to forget.
          if (!isFirst || !isAppError(error, "GRAPH_REFUSED")) throw error;
          return startJob(this.#graph, this.#saved, id);
        }),
      );
    } else {
      await this.#journaled("startProvisioning", id, () => startJob(this.#graph, this.#saved, id));
    }
  }

  async #readBack(job: Job): Promise<Job> {
    return during(this.#context, "readBack", async () => {
      const { clock } = this.#context.ports;
      const after = this.#has("restart")
        ? await awaitRestarted(this.#graph, clock, this.#saved, job)
        : await awaitSwitched(this.#graph, clock, this.#saved, job, "on");
      return after.job;
    }).catch((error: unknown) => {
      if (!isAppError(error)) throw error;
      this.#context.report({ kind: "readBackFailed" });
      return job;
    });
  }

  /** The first user arrived on demand; the vendor's own list says whether it has come to stay. */
  async #arrivals(isProved: boolean): Promise<Arrivals | undefined> {
    const { token, readsUsers, desired } = this.#work;
    if (!token || !readsUsers || !isProved) return undefined;
    return during(this.#context, "awaitArrivals", () =>
      awaitArrivals(this.#context, { tenantUrl: desired.tenantUrl, token }),
    );
  }
}

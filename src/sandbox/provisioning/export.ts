import type { SourceObject } from "../../provisioning/types.ts";
import { isRecord } from "../world.ts";
import { resourcesOf, type ScimAnswer, sendScim, statusName, Unreachable } from "./connection.ts";
import { changesOf, flows, held, newEntry } from "./entries.ts";
import { EndpointLost, ExportFailed, type Outcome, type Run, type Step, type Subject } from "./outcome.ts";
import { readPath } from "./scim-path.ts";
import { groupSource, userSource } from "./source.ts";
import type { Entry, TargetValue } from "./state.ts";
import {
  type Change,
  MappingFailed,
  type Prepared,
  targetValues,
  toPatch,
  toResource,
} from "./target-values.ts";

/** Brings one user or group in step with what it is at the endpoint. */
export async function synchronize(run: Run, subject: Subject): Promise<Outcome> {
  const attempt = new Attempt(run, subject);
  try {
    return await attempt.carryOut();
  } catch (error) {
    if (error instanceof MappingFailed || error instanceof ExportFailed) return attempt.failed(error);
    throw error;
  }
}

class Attempt {
  readonly #run: Run;
  readonly #subject: Subject;
  readonly #steps: Step[] = [];
  readonly #displayName: string;
  #action: Outcome["action"] = "other";
  #changes: readonly Change[] = [];

  constructor(run: Run, subject: Subject) {
    this.#run = run;
    this.#subject = subject;
    const { people, groups } = run.scope;
    this.#displayName = (people.get(subject.id) ?? groups.get(subject.id))?.displayName ?? "";
  }

  async carryOut(): Promise<Outcome> {
    const { kind, id } = this.#subject;
    const { job, mappings, scope } = this.#run;
    const entry = job.entries[id];
    const prepared = mappings[kind];
    const object = kind === "User" ? scope.people.get(id) : scope.groups.get(id);
    if (prepared === undefined)
      return this.#skipped("NotSupported", `The mapping of ${kind}s is switched off.`);
    if (object === undefined) return await this.#remove(entry);
    this.#step("import", "EntryImportAdd", `Received ${kind} '${this.#displayName}' from Microsoft Entra ID`);
    if (!this.#isInScope()) {
      if (entry?.targetId === undefined) return this.#outOfScope();
      return kind === "User"
        ? await this.#disable(entry, entry.targetId, prepared)
        : await this.#remove(entry);
    }
    const values = targetValues(
      prepared,
      this.#source(prepared, false),
      (objectId) => job.entries[objectId]?.targetId,
    );
    const isTrusted = entry?.targetId !== undefined && !this.#run.looksAgain;
    const known = isTrusted ? entry : await this.#match(prepared, values);
    if (known?.targetId === undefined) return await this.#create(prepared, values);
    return await this.#update(prepared, values, known, known.targetId);
  }

  /** What could not be made or sent is tried again with the next cycle. */
  failed({ code, message }: { readonly code: string; readonly message: string }): Outcome {
    const { job } = this.#run;
    const { kind, id } = this.#subject;
    const entry = (job.entries[id] ??= newEntry(kind));
    entry.escrow = code;
    this.#step("export", "EntryExport", message, "failure");
    return this.#outcome("failure", { code, reason: message });
  }

  #isInScope(): boolean {
    const { scope } = this.#run;
    const { id, kind } = this.#subject;
    const isActive = scope.people.get(id)?.["accountEnabled"] !== false;
    const isAssigned = scope.assigned.has(id);
    const isEntitled = scope.entitled.has(id);
    const text = (truth: boolean) => (truth ? "True" : "False");
    const isKnown = this.#run.job.entries[id]?.targetId !== undefined;
    // Somebody who is disabled and was never there is not made; somebody who is there is switched off.
    const isIn = isEntitled && (isActive || isKnown);
    this.#steps.push({
      name: "EntrySynchronizationScoping",
      provisioningStepType: "scoping",
      status: isIn ? "success" : "skipped",
      description: `Determine if ${kind} in scope by evaluating against each scoping filter`,
      details: {
        "Active in the source system": text(isActive),
        "Assigned to the application": text(isAssigned),
        ...(kind === "User" ? { "User has the required role": text(isEntitled) } : {}),
        "Scoping filter evaluation passed": "True",
      },
    });
    return isIn;
  }

  #outOfScope(): Outcome {
    delete this.#run.job.entries[this.#subject.id];
    return this.#skipped(
      "NotEffectivelyEntitled",
      "The object is not assigned to the application with a role that counts, or is not active in the source system.",
    );
  }

  #source(prepared: Prepared, isOutOfScope: boolean): SourceObject {
    const { scope } = this.#run;
    const { id } = this.#subject;
    const person = scope.people.get(id);
    if (person !== undefined)
      return userSource(person, prepared.reads, scope.roles.get(id) ?? [], isOutOfScope);
    const group = scope.groups.get(id);
    return group === undefined ? {} : groupSource(group);
  }

  /** Looks for somebody at the endpoint, by one matching attribute after another. */
  async #match(
    { mapping, definitions }: Prepared,
    values: ReadonlyMap<string, TargetValue>,
  ): Promise<Entry | undefined> {
    const { kind } = this.#subject;
    const matching = mapping.attributeMappings
      .filter(({ matchingPriority }) => matchingPriority >= 1)
      .toSorted((one, other) => one.matchingPriority - other.matchingPriority);
    for (const { targetAttributeName: target } of matching) {
      const value = values.get(target);
      if (typeof value !== "string") {
        throw new ExportFailed("MissingMatchingAttribute", `The matching attribute ${target} has no value.`);
      }
      const filter = encodeURIComponent(`${target} eq "${value.replaceAll(/["\\]/g, "\\$&")}"`);
      const answer = await this.#send(
        "GET",
        `/${kind}s?${kind === "Group" ? "excludedAttributes=members&" : ""}filter=${filter}`,
      );
      const found = resourcesOf(answer);
      if (found === undefined) throw unexpected(answer);
      if (found.length > 1)
        throw new ExportFailed("DuplicateTargetEntries", `More than one ${kind} has that ${target}.`);
      const [one] = found;
      if (one !== undefined) {
        this.#step("matching", "EntryMatch", `Found ${kind} '${value}' in customappsso`);
        const atTarget = [...definitions.keys()].flatMap((name): [string, TargetValue][] => {
          const read = held(readPath(one, name));
          return read === undefined ? [] : [[name, read]];
        });
        return { ...newEntry(kind), targetId: String(one["id"]), values: Object.fromEntries(atTarget) };
      }
    }
    this.#step("matching", "EntryMatch", `${kind} was not found in customappsso`);
    return undefined;
  }

  async #create(prepared: Prepared, values: ReadonlyMap<string, TargetValue>): Promise<Outcome> {
    const { kind } = this.#subject;
    this.#action = "create";
    if (!flows(prepared, "Add")) return this.#skipped("SkippedByFlowTypes", "Creating is switched off.");
    this.#changes = [...values].map(([target, after]) => ({ target, before: undefined, after }));
    const answer = await this.#send("POST", `/${kind}s`, toResource(kind, values));
    if (answer.status === 409)
      throw new ExportFailed("DuplicateTargetEntries", "The target has such an object already.");
    const { id } = isRecord(answer.body) ? answer.body : {};
    if (answer.status !== 201 || typeof id !== "string") throw unexpected(answer);
    this.#remember(id, values);
    this.#step("export", "EntryExportAdd", `${kind} '${this.#displayName}' was created in customappsso`);
    return this.#outcome("success", undefined, id);
  }

  async #update(
    prepared: Prepared,
    values: ReadonlyMap<string, TargetValue>,
    entry: Entry,
    targetId: string,
  ): Promise<Outcome> {
    const { kind } = this.#subject;
    const changes = changesOf(prepared, values, entry);
    this.#changes = changes;
    const isSwitchedOff =
      changes.length === 1 && changes[0]?.target === "active" && changes[0].after === false;
    this.#action = isSwitchedOff ? "disable" : "update";
    if (changes.length === 0) {
      this.#remember(targetId, new Map(Object.entries(entry.values)));
      return this.#skipped("RedundantExport", "The object is in step already.", targetId);
    }
    if (!flows(prepared, "Update"))
      return this.#skipped("SkippedByFlowTypes", "Updating is switched off.", targetId);
    await this.#patch(targetId, changes);
    this.#remember(targetId, new Map([...Object.entries(entry.values), ...values]));
    this.#step("export", "EntryExportUpdate", `${kind} '${this.#displayName}' was updated in customappsso`);
    return this.#outcome("success", undefined, targetId);
  }

  /** Whoever left the scope is switched off, as far as something is mapped that can say so. */
  async #disable(entry: Entry, targetId: string, prepared: Prepared): Promise<Outcome> {
    this.#action = "disable";
    if (this.#run.keepsOutOfScope || !flows(prepared, "Delete")) {
      return this.#skipped("SkippedByFlowTypes", "Whoever leaves the scope is left alone.", targetId);
    }
    const values = targetValues(prepared, this.#source(prepared, true), () => undefined);
    const active = values.get("active");
    if (entry.disabled || active !== false) {
      return this.#skipped("RedundantExport", "The object is in step already.", targetId);
    }
    const changes = [{ target: "active", before: entry.values["active"], after: active }];
    this.#changes = changes;
    await this.#patch(targetId, changes);
    this.#remember(targetId, new Map([...Object.entries(entry.values), ["active", active]]), true);
    this.#step("export", "EntryExportUpdate", `User '${this.#displayName}' was disabled in customappsso`);
    return this.#outcome("success", undefined, targetId);
  }

  async #remove(entry: Entry | undefined): Promise<Outcome> {
    const { kind, id } = this.#subject;
    const { job, mappings } = this.#run;
    const prepared = mappings[kind];
    this.#action = "delete";
    const targetId = entry?.targetId;
    if (targetId === undefined) return this.#outOfScope();
    if (prepared === undefined || !flows(prepared, "Delete")) {
      return this.#skipped("SkippedByFlowTypes", "Deleting is switched off.", targetId);
    }
    const answer = await this.#send("DELETE", `/${kind}s/${encodeURIComponent(targetId)}`);
    if (answer.status !== 204 && answer.status !== 404) throw unexpected(answer);
    delete job.entries[id];
    this.#step("export", "EntryExportDelete", `${kind} was deleted in customappsso`);
    return this.#outcome("success", undefined, targetId);
  }

  async #patch(targetId: string, changes: readonly Change[]): Promise<void> {
    const { kind, id } = this.#subject;
    const path = `/${kind}s/${encodeURIComponent(targetId)}`;
    const answer = await this.#send("PATCH", path, toPatch(changes, this.#run.isConform));
    // Somebody deleted it there: the next cycle looks for it again.
    if (answer.status === 404) delete this.#run.job.entries[id];
    if (answer.status !== 200 && answer.status !== 204) throw unexpected(answer);
  }

  async #send(method: string, path: string, body?: unknown): Promise<ScimAnswer> {
    const { world, endpoint } = this.#run;
    let answer: ScimAnswer;
    try {
      answer = await sendScim(world, endpoint, method, path, body);
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      throw new EndpointLost("SystemForCrossDomainIdentityManagementServiceUnavailable", error.message);
    }
    if (answer.status === 401 || answer.status === 403) {
      throw new EndpointLost(
        "SystemForCrossDomainIdentityManagementInvalidCredentials",
        `The endpoint did not accept the secret token: ${statusName(answer.status)}.`,
      );
    }
    return answer;
  }

  #remember(targetId: string, values: ReadonlyMap<string, TargetValue>, disabled = false): void {
    const { kind, id } = this.#subject;
    this.#run.job.entries[id] = {
      kind,
      targetId,
      values: Object.fromEntries(values),
      disabled,
      escrow: undefined,
    };
  }

  #step(
    type: Step["provisioningStepType"],
    name: string,
    description: string,
    status: Step["status"] = "success",
  ): void {
    this.#steps.push({ name, provisioningStepType: type, status, description, details: {} });
  }

  #skipped(code: string, reason: string, targetId?: string): Outcome {
    if (code === "RedundantExport") this.#step("export", "EntryExportUpdate", reason, "skipped");
    return this.#outcome("skipped", { code, reason }, targetId);
  }

  #outcome(status: Outcome["status"], error: Outcome["error"], targetId?: string): Outcome {
    return {
      subject: this.#subject,
      displayName: this.#displayName,
      action: this.#action,
      status,
      error,
      steps: this.#steps,
      changes: this.#changes,
      targetId,
    };
  }
}

function unexpected({ status }: ScimAnswer): ExportFailed {
  return new ExportFailed(
    "SystemForCrossDomainIdentityManagementServiceIncompatible",
    `The endpoint answered in an unexpected way: ${statusName(status)}.`,
  );
}

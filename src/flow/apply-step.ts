import {
  type ApplicationTarget,
  adoptApplication,
  createApplication,
  createServicePrincipal,
  setTags,
  updateApplication,
  updateServicePrincipal,
} from "../graph/apply.ts";
import type { GraphContext } from "../graph/batch.ts";
import { removeSecret } from "../graph/secrets.ts";
import { toDeliveredTag } from "../registration/names.ts";
import type { GrantStep, Step, StepOf } from "../registration/plan.ts";
import { journaled, type RunContext } from "./context.ts";

/** What the steps so far have made or found. */
export interface Progress {
  target: ApplicationTarget | undefined;
  servicePrincipalId: string | undefined;
  tags: readonly string[];
}

/** Makes one write that is neither consent nor a new secret, with its intent and outcome in the journal. */
export async function applyStep(
  context: RunContext,
  { graph }: { readonly graph: GraphContext },
  progress: Progress,
  step: Exclude<
    Step,
    GrantStep | StepOf<"issueSecret" | "instantiateApplication" | "createGroup" | "addMembers">
  >,
): Promise<void> {
  const { target } = progress;
  const ids = target ? { objectId: target.objectId, appId: target.appId } : {};
  const run = <Value>(
    work: () => Promise<Value>,
    outcome?: (value: Value) => { objectId?: string; appId?: string },
  ) => journaled(context, step.kind, { event: "intent", step: step.kind, ...ids }, work, outcome);

  if (step.kind === "createApplication") {
    const created = await run(
      () => createApplication(graph, step),
      ({ objectId, appId }) => ({ objectId, appId }),
    );
    progress.target = { objectId: created.objectId, appId: created.appId, isNew: true };
    progress.tags = created.tags;
    return;
  }
  if (!target) throw new TypeError(`${step.kind} without an application`);
  switch (step.kind) {
    case "adoptApplication":
      await run(() => adoptApplication(graph, target, step));
      progress.tags = step.tags;
      break;
    case "updateApplication":
    case "exposeApi":
      await run(() => updateApplication(graph, target, step));
      break;
    case "createServicePrincipal":
      progress.servicePrincipalId = (await run(() => createServicePrincipal(graph, target, step))).id;
      break;
    case "updateServicePrincipal":
      await run(() => updateServicePrincipal(graph, step));
      break;
    case "removeSecret":
      await run(() => removeSecret(graph, target, step.keyId));
      await context.journal.record({ event: "removedSecret", objectId: target.objectId, keyId: step.keyId });
      break;
    case "markDelivered":
      progress.tags = [...new Set([...progress.tags, toDeliveredTag(step.keyId)])];
      await run(() => setTags(graph, target, progress.tags));
      break;
  }
}

import { AppError } from "../errors.ts";
import { removeSecret } from "../graph/secrets.ts";
import type { StepOf } from "../registration/plan.ts";
import { chooseRetirements, type Retirement } from "../registration/retire.ts";
import { confirmPlan } from "./confirm.ts";
import { journaled, type RunContext, stopIfInterrupted } from "./context.ts";
import type { RetireResult } from "./events.ts";
import type { ListSecretsInput } from "./list-secrets.ts";
import { type Located, locate } from "./locate.ts";
import { judge, sayDoubtful } from "./plan-registration.ts";
import { CHANGING_SCOPES, READING_SCOPES } from "./sign-in.ts";
import { checkUnattended, missingTenant } from "./unattended.ts";

export interface RetireInput extends ListSecretsInput {
  /** Empty: those that nobody should be using any more. */
  readonly keyIds: readonly string[];
  readonly yes: boolean;
  readonly dryRun: boolean;
}

/**
 * Removes client secrets that this tool made, after showing them, and never anybody else's.
 *
 * @throws AppError SECRETS_FOREIGN where a secret was named that this tool did not make.
 */
export async function retireSecrets(context: RunContext, input: RetireInput): Promise<RetireResult> {
  checkUnattended(context, missingTenant(input.known), input);
  const located = await locate(context, input, input.dryRun ? READING_SCOPES : CHANGING_SCOPES);
  const { tenant, current } = located;
  const { application } = current;
  const { displayName, appId, objectId } = application;
  const judged = await judge(context, { ...input, tenantId: tenant.id }, application);
  const now = context.ports.clock.now();
  const chosen = chooseRetirements(judged, input.keyIds, now);
  if (chosen.foreign.length > 0) throw new AppError("SECRETS_FOREIGN", { appId, secrets: chosen.foreign });

  const steps = chosen.secrets.map(
    ({ credential: { keyId, displayName: name }, reason }) =>
      ({ kind: "removeSecret", keyId, displayName: name, reason }) as const,
  );
  const removed = steps.map(({ keyId }) => keyId);
  const staying = judged.filter(({ credential }) => !removed.includes(credential.keyId));
  sayDoubtful(context, staying);
  const ended = (outcome: RetireResult["outcome"]): RetireResult => ({
    outcome,
    tenant,
    displayName,
    appId,
    objectId,
    plan: { steps },
    handover: undefined,
    waiting: [],
    consentPage: undefined,
    gone: chosen.gone,
    left: staying.filter(({ state }) => state === "delivered").length,
  });
  if (steps.length === 0) return ended("nothingToDo");
  context.report({
    kind: "plan",
    proposal: {
      plan: { steps },
      tenant,
      displayName,
      current: application,
      clients: [],
      delivery: undefined,
      handoverFile: undefined,
      proofs: [],
      obstacles: [],
      now,
    },
  });
  if (input.dryRun) return ended("planned");
  await confirmRetirement(context, input.yes, chosen);
  for (const step of steps) {
    stopIfInterrupted(context.signal);
    await retire(context, located, step);
  }
  return ended("retired");
}

/** The yes; and one more, by itself, for the last secret that the vendor has. */
async function confirmRetirement(context: RunContext, yes: boolean, { secrets }: Retirement): Promise<void> {
  const last = secrets.find(({ reason }) => reason === "last")?.credential;
  const asks = last && !yes ? context.questions : undefined;
  if (asks && !(await asks.retireLast(last?.displayName ?? ""))) throw new AppError("DECLINED", {});
  await confirmPlan(context, yes);
}

async function retire(
  context: RunContext,
  { graph, current: { application } }: Located,
  { keyId }: StepOf<"removeSecret">,
): Promise<void> {
  const { objectId, appId } = application;
  const intent = { event: "intent", step: "retireSecret", objectId, appId, keyId } as const;
  await journaled(context, "retireSecret", intent, () =>
    removeSecret(graph, { objectId, appId, isNew: false }, keyId),
  );
  await context.journal.record({ event: "removedSecret", objectId, keyId });
}

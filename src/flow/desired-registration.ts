import { AppError } from "../errors.ts";
import { toDesired } from "../registration/desired.ts";
import type { DesiredRegistration, ResourceApi } from "../registration/types.ts";
import type { KnownValues } from "../settings/known-values.ts";
import { sha256 } from "../sha256.ts";
import type { Template } from "../template/schema.ts";
import type { Answers } from "./answers.ts";
import type { RunContext } from "./context.ts";

/**
 * The registration that template, settings and answers ask for, in the words of this tenant.
 *
 * @throws AppError PERMISSION_UNKNOWN
 */
export function desiredRegistration(
  { runId, ports }: Pick<RunContext, "runId" | "ports">,
  { template, known }: { readonly template: Template; readonly known: KnownValues },
  apis: readonly ResourceApi[],
  answers: Answers,
): DesiredRegistration {
  const { groupSync, implicitFlow, secretLifetime } = known;
  const now = ports.clock.now();
  const resolved = toDesired({
    template,
    ...answers,
    groupSync,
    implicitFlow,
    secretLifetime,
    runId,
    now,
    apis,
    sha256,
  });
  if (resolved.ok) return resolved.desired;
  throw new AppError("PERMISSION_UNKNOWN", { api: resolved.api, permissions: resolved.unknown });
}

import { AppError } from "../errors.ts";
import { toDesired } from "../registration/desired.ts";
import type { DesiredRegistration, ResourceApi } from "../registration/types.ts";
import type { KnownValues } from "../settings/known-values.ts";
import { LONGEST_REDIRECT_URI } from "../settings/values.ts";
import { sha256 } from "../sha256.ts";
import type { Template } from "../template/schema.ts";
import type { Answers } from "./answers.ts";
import type { RunContext } from "./context.ts";

/**
 * The registration that template, settings and answers ask for, in the words of this tenant.
 *
 * @throws AppError PERMISSION_UNKNOWN, VALUES_INVALID
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
    inputs: answers.inputs,
    groupSync,
    implicitFlow,
    secretLifetime,
    runId,
    now,
    apis,
    sha256,
  });
  if (resolved.ok) return checked(resolved.desired, answers.hostname);
  throw new AppError("PERMISSION_UNKNOWN", { api: resolved.api, permissions: resolved.unknown });
}

/** A host name can be good and still too long for what the template puts behind it. */
function checked(desired: DesiredRegistration, hostname: string): DesiredRegistration {
  const all = [...desired.redirectUris, ...desired.spaRedirectUris, ...desired.publicClientRedirectUris];
  if (all.every(({ length }) => length <= LONGEST_REDIRECT_URI)) return desired;
  const fault = { path: "--hostname", found: hostname, expected: "urlForRedirect" } as const;
  throw new AppError("VALUES_INVALID", { faults: [fault] });
}

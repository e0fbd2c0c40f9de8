import { chooseLifetime, readForm, type ServiceProfile, tryService } from "../delivery/service.ts";
import { AppError, isAppError } from "../errors.ts";
import type { KnownValues } from "../settings/known-values.ts";
import type { Template } from "../template/schema.ts";
import { during, type RunContext } from "./context.ts";

/** The one-time-password services of a run, tried before anything is created. */
export interface Services {
  /** Those that may be used, best first. */
  readonly candidates: readonly string[];
  /** Whether the template names them; a host it does not know is asked about and tried after the yes. */
  readonly trusted: boolean;
  /** The first that works; rejects with ONE_TIME_PASSWORD_UNUSABLE where none does. */
  readonly ready: Promise<ServiceProfile>;
}

/** Starts trying the services at once, beside everything else that happens before the question. */
export function prepareServices(
  context: RunContext,
  template: Template,
  known: Pick<KnownValues, "oneTimePasswordService">,
  options: { readonly dryRun: boolean },
): Services {
  const { services } = template.oneTimePassword;
  const chosen = known.oneTimePasswordService;
  const candidates = chosen === undefined ? services : [chosen];
  const trusted = chosen === undefined || services.some((service) => sameHost(service, chosen));
  const check = options.dryRun || !trusted ? readForm : tryForm;
  const ready = firstThatWorks(context, candidates, check);
  // Looked at only where the plan issues a secret; until then a failure is nobody's problem.
  ready.catch(() => undefined);
  return { candidates, trusted, ready };
}

/** Tries an unknown service with a throw-away value, once the person said yes to it. */
export async function tryUntrusted(context: RunContext, profile: ServiceProfile): Promise<ServiceProfile> {
  return during(context, "oneTimePasswordService", () => tryService(context.ports, profile));
}

type Check = (ports: RunContext["ports"], service: URL) => Promise<ServiceProfile>;

const tryForm: Check = async (ports, service) => tryService(ports, await readForm(ports, service));

async function firstThatWorks(
  context: RunContext,
  candidates: readonly string[],
  check: Check,
): Promise<ServiceProfile> {
  let failure: unknown;
  for (const [index, candidate] of candidates.entries()) {
    try {
      const profile = await check(context.ports, new URL(candidate));
      const [first = candidate] = candidates;
      if (index > 0) context.report({ kind: "serviceReplaced", from: first, to: candidate });
      return profile;
    } catch (error) {
      if (!isAppError(error, "ONE_TIME_PASSWORD_UNUSABLE") && !isAppError(error, "NETWORK")) throw error;
      failure ??= error;
    }
  }
  throw failure;
}

function sameHost(one: string, other: string): boolean {
  return new URL(one).host === new URL(other).host;
}

/**
 * The longest life a service offers a link, up to the wanted one, in seconds.
 *
 * @throws AppError ONE_TIME_PASSWORD_UNUSABLE where even its shortest is longer.
 */
export function linkLifetime(profile: ServiceProfile, mostSeconds: number): number {
  const chosen = chooseLifetime(profile, mostSeconds);
  if (chosen === undefined) {
    throw new AppError("ONE_TIME_PASSWORD_UNUSABLE", {
      service: profile.service.origin,
      reason: "wrongLifetime",
    });
  }
  return chosen;
}

import { chooseLifetime, readForm, type ServiceProfile, tryService } from "../delivery/service.ts";
import { isAppError } from "../errors.ts";
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
  readonly ready: Promise<Ready>;
}

interface Ready {
  readonly profile: ServiceProfile;
  /** The service that should have been used, where it cannot be. */
  readonly insteadOf: string | undefined;
}

/** Starts trying the services at once, beside everything else that happens before the question. */
export function prepareServices(
  context: RunContext,
  template: Template,
  known: Pick<KnownValues, "oneTimePasswordService">,
  options: { readonly dryRun: boolean },
): Services {
  const services = template.oneTimePassword?.services ?? [];
  const chosen = known.oneTimePasswordService;
  const candidates = chosen === undefined ? services : [chosen];
  const trusted = chosen === undefined || services.some((service) => sameHost(service, chosen));
  const check = options.dryRun || !trusted ? readForm : tryForm;
  const ready = firstThatWorks(context, candidates, check);
  // Looked at only where the plan issues a secret; until then a failure is nobody's problem.
  ready.catch(() => undefined);
  return { candidates, trusted, ready };
}

/** Waits for the service and says so where it is another one than the first choice. */
export async function readyService(context: RunContext, services: Services): Promise<ServiceProfile> {
  const { profile, insteadOf } = await during(context, "oneTimePasswordService", () => services.ready);
  if (insteadOf !== undefined) {
    context.report({ kind: "serviceReplaced", from: insteadOf, to: profile.service.href });
  }
  return profile;
}

/** Where a secret will go, as a plan says it. */
export function toDelivery(profile: ServiceProfile, { trusted }: Services, linkLifetimeSeconds: number) {
  return {
    service: profile.service.origin,
    lifetimeSeconds: chooseLifetime(profile, linkLifetimeSeconds),
    isTrusted: trusted,
  };
}

/** The services of a template that may be offered where the first one fails. */
export function otherServices(template: Template, profile: ServiceProfile | undefined): string[] {
  return (template.oneTimePassword?.services ?? []).filter(
    (service) => new URL(service).origin !== profile?.service.origin,
  );
}

/** Tries an unknown service with a throw-away value, once the person said yes to it. */
export async function tryUntrusted(context: RunContext, profile: ServiceProfile): Promise<ServiceProfile> {
  const { ports, signal } = context;
  return during(context, "oneTimePasswordService", () =>
    tryService(ports, profile, { signal, onWait: (wait) => context.report({ kind: "wait", wait }) }),
  );
}

type Check = (ports: RunContext["ports"], service: URL) => Promise<ServiceProfile>;

const tryForm: Check = async (ports, service) => tryService(ports, await readForm(ports, service));

async function firstThatWorks(
  context: RunContext,
  candidates: readonly string[],
  check: Check,
): Promise<Ready> {
  let failure: unknown;
  for (const [index, candidate] of candidates.entries()) {
    try {
      const profile = await check(context.ports, new URL(candidate));
      return { profile, insteadOf: index > 0 ? candidates[0] : undefined };
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

const HOUR_SECONDS = 3600;

/** How long a link may work at most: not longer than the secret behind it, an hour at least. */
export function noLongerThan(secretEnd: Date, wantedSeconds: number, now: Date): number {
  const left = Math.floor((secretEnd.getTime() - now.getTime()) / 1000);
  return Math.max(HOUR_SECONDS, Math.min(wantedSeconds, left));
}

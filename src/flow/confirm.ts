import type { ServiceProfile } from "../delivery/service.ts";
import { AppError } from "../errors.ts";
import type { RunContext } from "./context.ts";
import type { GoAheadWith } from "./questions.ts";
import { type Services, tryUntrusted } from "./service.ts";

/** The one yes to a plan. @throws AppError DECLINED */
export async function confirmPlan(
  { questions }: RunContext,
  yes: boolean,
  about?: GoAheadWith,
): Promise<void> {
  if (!yes && questions && !(await questions.goAhead(about))) throw new AppError("DECLINED", {});
}

/**
 * The yes to a plan that hands a secret over; and for a host that the vendor does not name, a question of
 * its own before it is tried.
 */
export async function confirmDelivery(
  context: RunContext,
  yes: boolean,
  services: Services | undefined,
  profile: ServiceProfile | undefined,
): Promise<ServiceProfile | undefined> {
  const isForeign = profile !== undefined && services !== undefined && !services.trusted;
  const asks = isForeign && !yes ? context.questions : undefined;
  if (asks && !(await asks.trustService(profile?.service.host ?? ""))) throw new AppError("DECLINED", {});
  await confirmPlan(context, yes);
  return isForeign ? tryUntrusted(context, profile) : profile;
}

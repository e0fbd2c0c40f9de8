import { outsider, signedInPerson } from "../personas.ts";
import type { World } from "../world.ts";
import { clientName } from "./clients.ts";
import { SignInError } from "./errors.ts";
import { REFUSALS, type RefusalRow } from "./refusal-rows.ts";

export { REFUSALS };

/** A reason not to give a token. */
export type Refusal = keyof typeof REFUSALS;

/** Whether `outcome` is a refusal at all, and whether the device code endpoint says it already. */
export function refusalAt(outcome: string): "start" | "token" | undefined {
  if (!isRefusal(outcome)) return undefined;
  const { atStart = false }: RefusalRow = REFUSALS[outcome];
  return atStart ? "start" : "token";
}

export function isRefusal(outcome: string): outcome is Refusal {
  return Object.hasOwn(REFUSALS, outcome);
}

/** The error that says so, filled in for the tenant, the client and whoever signs in. */
export function refusal(world: World, outcome: Refusal, clientId: string): SignInError {
  const { error, aadsts, text, suberror, claims = false }: RefusalRow = REFUSALS[outcome];
  const { tenantId, tenantName } = world.state;
  const outside = outsider(world.behaviour.persona);
  const values = new Map(
    Object.entries({
      tenantId,
      tenantName,
      clientId,
      clientName: clientName(world, clientId),
      account: outside?.address ?? signedInPerson(world).userPrincipalName,
      identityProvider: outside?.identityProvider ?? `https://sts.windows.net/${tenantId}/`,
      now: world.clock.now().toISOString(),
    }),
  );
  const filled = text.replace(/\{(\w+)\}/g, (hole, name: string) => values.get(name) ?? hole);
  const more = {
    ...(suberror === undefined ? {} : { suberror }),
    ...(claims ? { claims: policyClaims(world) } : {}),
  };
  const status = aadsts === 7000218 ? 401 : 400;
  return new SignInError(error, aadsts, filled, { status, more });
}

/** What a new sign-in must ask for, so that the policy is looked at again. */
function policyClaims(world: World): string {
  return JSON.stringify({
    access_token: { capolids: { essential: true, values: [world.ids.uuid()] } },
  });
}

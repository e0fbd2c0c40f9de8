import type { KnownValues } from "../settings/known-values.ts";
import type { Template } from "../template/schema.ts";
import type { RunContext } from "./context.ts";
import type { SecretList } from "./events.ts";
import { locate } from "./locate.ts";
import { judge } from "./plan-registration.ts";
import { READING_SCOPES } from "./sign-in.ts";

export interface ListSecretsInput {
  readonly template: Template;
  readonly known: KnownValues;
  /** Absolute; where a hand-over file of an earlier run may be. */
  readonly outputFolder: string;
}

/** All client secrets of a registration, ours and others', with what is known of each. Reads only. */
export async function listSecrets(context: RunContext, input: ListSecretsInput): Promise<SecretList> {
  const { tenant, current } = await locate(context, input, READING_SCOPES);
  const { displayName, appId, objectId } = current.application;
  const secrets = await judge(context, { ...input, tenantId: tenant.id }, current.application);
  return { tenant, displayName, appId, objectId, secrets, now: context.ports.clock.now() };
}

import { AppError, isAppError } from "../../errors.ts";
import { type ProvisioningState, stateOf } from "../../provisioning/state.ts";
import type { Job } from "../../provisioning/types.ts";
import type { KnownValues } from "../../settings/known-values.ts";
import { fill } from "../../template/placeholders.ts";
import type { Template } from "../../template/schema.ts";
import type { RunContext } from "../context.ts";
import { type Located, locateAll } from "../locate.ts";
import { together } from "../together.ts";
import { type LocatedProvisioning, requireJob, withProvisioning } from "./locate.ts";

export interface StandingsInput {
  /** One for each application that is meant; never empty. */
  readonly templates: readonly Template[];
  readonly known: KnownValues;
}

/** What a command cannot do without: the job alone, or one that has credentials. */
export type Need = "job" | "credentials";

/** One of several that is not that far yet. */
export interface LeftOut {
  readonly outcome: "notReady";
  readonly tenant: { readonly id: string; readonly displayName: string };
  readonly displayName: string;
  /** Which of the product's several it is. */
  readonly key: string | undefined;
  readonly state: ProvisioningState | "notRegistered";
  readonly appId: string | undefined;
  readonly objectId: string | undefined;
  readonly job: undefined;
}

/** How one stands before anything is done about it. */
export type Standing = Ready | { readonly result: LeftOut; readonly failure: AppError | undefined };

/** One that has what is needed. */
export interface Ready {
  readonly located: LocatedProvisioning;
  readonly key: string | undefined;
  readonly job: Job;
  readonly state: ProvisioningState;
}

/**
 * How the jobs of the applications that are meant stand. Reads only.
 *
 * @throws AppError what stands in the way of the first, where all are left out; and what `locate` throws.
 */
export async function readStandings(
  context: RunContext,
  input: StandingsInput,
  need: Need,
  scopes: readonly string[],
): Promise<Standing[]> {
  const found = await locateAll(context, input, scopes);
  const first = found.find((located) => located !== undefined);
  if (!first) throw new TypeError("neither found nor missed");
  const standings = await together(
    ...found.map(async (located, index): Promise<Standing> => {
      const { key, displayName: name = "" } = input.templates[index]?.application ?? {};
      if (located) return standingOf(context, located, key, need);
      const { tenant, appName } = first;
      const displayName = fill(name, { appName });
      return { result: { ...NOT_THERE, tenant, displayName, key }, failure: undefined };
    }),
  );
  if (standings.some((standing) => "located" in standing)) return standings;
  const failures = standings.flatMap((standing) => ("failure" in standing && standing.failure) || []);
  throw failures[0] ?? new TypeError("left out without a reason");
}

const NOT_THERE = {
  outcome: "notReady",
  state: "notRegistered",
  appId: undefined,
  objectId: undefined,
  job: undefined,
} as const;

async function standingOf(
  context: RunContext,
  found: Located,
  key: string | undefined,
  need: Need,
): Promise<Standing> {
  const { tenant } = found;
  const { displayName, appId, objectId } = found.current.application;
  const leftOut = (state: ProvisioningState, failure: AppError): Standing => ({
    result: { ...NOT_THERE, tenant, displayName, key, appId, objectId, state },
    failure,
  });
  try {
    const located = await withProvisioning(context, found);
    const job = requireJob(located);
    const state = stateOf(located.provisioning);
    if (need === "credentials" && state === "incomplete") {
      const failure = new AppError("PROVISIONING_MISSING", { displayName, appId, lacks: "credentials" });
      return leftOut(state, failure);
    }
    return { located, key, job, state };
  } catch (error) {
    const isMissing =
      isAppError(error, "PROVISIONING_MISSING") || isAppError(error, "REGISTRATION_INCOMPLETE");
    if (!isMissing) throw error;
    return leftOut("notSetUp", error);
  }
}

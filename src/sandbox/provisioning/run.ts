import type { ServicePrincipal } from "../state.ts";
import type { World } from "../world.ts";
import { isConform, savedEndpoint } from "./connection.ts";
import { schemaOf } from "./jobs.ts";
import { type Run } from "./outcome.ts";
import { scopeOf } from "./scope.ts";
import { type JobState, provisioningOf } from "./state.ts";
import { type Prepared, prepare } from "./target-values.ts";

/**
 * Makes everything ready for a cycle or an on-demand run; undefined where there are no credentials.
 *
 * @param isOnDemand the flag for RFC conform requests does not act in these.
 */
export function newRun(
  world: World,
  principal: ServicePrincipal,
  job: JobState,
  isOnDemand: boolean,
): Run | undefined {
  const { credentials } = provisioningOf(world, principal.id);
  const endpoint = savedEndpoint(world, principal.id, credentials);
  if (credentials === undefined || endpoint === undefined) return undefined;
  const saved = /^true$/i.test(credentials.values["SyncAll"] ?? "");
  // From all to assigned counts from a restart on; the other way round at once.
  const syncsAll = saved || job.syncsAll === true;
  const settings = credentials.values["SkipOutOfScopeDeletions"] ?? "";
  return {
    world,
    job,
    endpoint,
    // So do a first cycle, and one after a change of the mappings or a restart.
    looksAgain: isOnDemand || job.initial,
    isConform: !isOnDemand && isConform(endpoint),
    scope: scopeOf(world, principal, syncsAll),
    mappings: { User: mappingOf(job, "User"), Group: mappingOf(job, "Group") },
    keepsOutOfScope: /^true$/i.test(settings),
    syncsAll,
  };
}

function mappingOf(job: JobState, kind: "User" | "Group"): Prepared | undefined {
  const { synchronizationRules, directories } = schemaOf(job);
  const [rule] = synchronizationRules;
  const mapping = rule?.objectMappings.find(({ sourceObjectName }) => sourceObjectName === kind);
  if (rule === undefined || mapping?.enabled !== true) return undefined;
  const target = directories.find(({ name }) => name === rule.targetDirectoryName);
  const object = target?.objects.find(({ name }) => name === mapping.targetObjectName);
  return prepare(mapping, object?.attributes ?? []);
}

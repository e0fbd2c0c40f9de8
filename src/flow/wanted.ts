import type { Wanted } from "../graph/read.ts";
import { toUniqueName } from "../registration/names.ts";
import type { KnownValues } from "../settings/known-values.ts";
import { sha256 } from "../sha256.ts";
import { fill } from "../template/placeholders.ts";
import type { Template } from "../template/schema.ts";

/** How the application of a run is recognised: by `--app-id`, else by what its name makes. */
export function toWanted(template: Template, { appId }: Pick<KnownValues, "appId">, appName: string): Wanted {
  if (appId !== undefined) return { appId };
  return {
    uniqueName: toUniqueName(template.name, appName, sha256),
    displayName: fill(template.application.displayName, { appName }),
  };
}

/** The APIs whose permissions a template asks for, each once. */
export function apisOf({ application }: Template): string[] {
  return [...new Set(application.permissions.map(({ api }) => api))];
}

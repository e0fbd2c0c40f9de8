import type { Wanted } from "../graph/read.ts";
import { uniqueNameOf } from "../registration/desired.ts";
import type { KnownValues } from "../settings/known-values.ts";
import { sha256 } from "../sha256.ts";
import { fill } from "../template/placeholders.ts";
import type { Template } from "../template/schema.ts";

/** How the application of a run is recognised: by `--app-id`, else by what its name makes. */
export function toWanted(template: Template, { appId }: Pick<KnownValues, "appId">, appName: string): Wanted {
  if (appId !== undefined) return { appId };
  return {
    uniqueName: uniqueNameOf(template, appName, sha256),
    displayName: fill(template.application.displayName, { appName }),
  };
}

/** The APIs whose permissions templates ask for, each once. */
export function apisOf(...templates: readonly Template[]): string[] {
  const permissions = templates.flatMap(({ application }) => application.permissions);
  return [...new Set(permissions.map(({ api }) => api))];
}

import type { GroupFilling, NewGroup } from "./groups.ts";
import type { SecretStep } from "./secrets.ts";
import type { ResolvedPermission } from "./types.ts";

/** A plain JSON value, as it goes to Graph and as the screen shows it. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** One property that changes; `property` is a path such as `web.redirectUris`. */
export interface Change {
  readonly property: string;
  readonly from: Json;
  readonly to: Json;
}

/** One write. Every step carries what it needs, so that the screen and `apply` read the same value. */
export type Step =
  | { readonly kind: "createApplication"; readonly uniqueName: string; readonly changes: readonly Change[] }
  /** Makes an application and its service principal from the non-gallery template, and marks it as ours. */
  | {
      readonly kind: "instantiateApplication";
      readonly uniqueName: string;
      readonly displayName: string;
    }
  | {
      readonly kind: "adoptApplication";
      readonly objectId: string;
      readonly displayName: string;
      readonly uniqueName: string | undefined;
      readonly tags: readonly string[];
    }
  | { readonly kind: "updateApplication"; readonly changes: readonly Change[] }
  /** Apart from the others, because the URI holds the client ID and Graph wants the scopes to exist first. */
  | { readonly kind: "exposeApi"; readonly changes: readonly Change[] }
  | {
      readonly kind: "createServicePrincipal";
      readonly tags: readonly string[];
      /** It came with its application from a template, and only so can it be provisioned: a deleted one is restored. */
      readonly restores?: boolean;
    }
  | { readonly kind: "updateServicePrincipal"; readonly id: string; readonly changes: readonly Change[] }
  | { readonly kind: "createGroup"; readonly group: NewGroup }
  | ({ readonly kind: "addMembers" } & GroupFilling)
  | GrantStep
  | SecretStep;

export type GrantStep =
  | {
      readonly kind: "grantDelegatedScopes";
      readonly resource: ResolvedPermission["resource"];
      readonly added: readonly ResolvedPermission[];
      /** The grant to widen; absent where there is none yet. */
      readonly grantId?: string;
      /** The whole new list: Graph replaces it. */
      readonly scopes: readonly string[];
    }
  | { readonly kind: "grantAppRole"; readonly permission: ResolvedPermission };

/** Whether a step is about a group: those are done beside the application. */
export function isGroupStep(step: Step): step is StepOf<"createGroup" | "addMembers"> {
  return step.kind === "createGroup" || step.kind === "addMembers";
}

/** Whether a step gives consent. */
export function isGrant(step: Step): step is GrantStep {
  return step.kind === "grantAppRole" || step.kind === "grantDelegatedScopes";
}

export type StepOf<Kind extends Step["kind"]> = Extract<Step, { kind: Kind }>;

/** The writes of one run, in the order in which they are made. */
export interface Plan {
  readonly steps: readonly Step[];
}

/** The body of a POST or PATCH: `web.redirectUris` becomes `{ web: { redirectUris } }`. */
export function toBody(changes: readonly Change[]): { [key: string]: Json } {
  const body: { [key: string]: Json } = {};
  for (const { property, to } of changes) {
    const [first = property, second] = property.split(".", 2);
    if (second === undefined) body[first] = to;
    else body[first] = { ...(body[first] as { [key: string]: Json } | undefined), [second]: to };
  }
  return body;
}

/** Puts a value where the plan wrote a placeholder such as `{appId}`, at any depth. */
export function fillIn(value: Json, placeholder: string, text: string): Json {
  if (typeof value === "string") return value.replaceAll(placeholder, text);
  if (Array.isArray(value)) return value.map((item: Json) => fillIn(item, placeholder, text));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value as { [key: string]: Json }).map(([key, item]) => [
      key,
      fillIn(item, placeholder, text),
    ]),
  );
}

import { adoptionTags } from "./names.ts";
import type { Change, GrantStep, Json, Plan, Step } from "./plan.ts";
import { type JudgedSecret, planSecrets } from "./secrets.ts";
import type {
  Application,
  AppRole,
  CurrentRegistration,
  DesiredRegistration,
  ExposedApi,
  PermissionScope,
  RequiredResourceAccess,
  ResolvedPermission,
} from "./types.ts";

export interface DiffOptions {
  /** The application is somebody else's until now and gets our mark. */
  readonly adopt: boolean;
  /** Redirect URIs that the person agreed to remove. */
  readonly removeRedirectUris: readonly string[];
  readonly newSecret: boolean;
  readonly keepDoubtful: boolean;
}

/**
 * The writes that turn the current registration into the desired one, and nothing more: what the template
 * does not speak of stays as the customer has it.
 */
export function diff(
  desired: DesiredRegistration,
  current: CurrentRegistration,
  secrets: readonly JudgedSecret[],
  options: DiffOptions,
): Plan {
  const { application, servicePrincipal } = current;
  const steps: Step[] = [];
  if (!application) {
    steps.push(...creation(desired));
  } else {
    if (options.adopt) steps.push(adoption(desired, application));
    const changes = applicationChanges(desired, application, options);
    if (changes.length > 0) steps.push({ kind: "updateApplication", changes });
  }
  const exposed = desired.exposedApi && exposeApiChanges(desired.exposedApi, application);
  if (exposed && exposed.length > 0) steps.push({ kind: "exposeApi", changes: exposed });

  if (!application && desired.isNonGallery) {
    // It comes with its service principal, which carries the tags already.
  } else if (!servicePrincipal) {
    const restores = application?.applicationTemplateId !== undefined;
    steps.push({
      kind: "createServicePrincipal",
      tags: desired.servicePrincipalTags,
      ...(restores && { restores }),
    });
  } else {
    const tags = union(servicePrincipal.tags, desired.servicePrincipalTags);
    const changes = changed("tags", servicePrincipal.tags, tags);
    if (changes.length > 0) steps.push({ kind: "updateServicePrincipal", id: servicePrincipal.id, changes });
  }
  steps.push(...grants(desired.permissions, current), ...planSecrets(desired, secrets, options));
  return { steps };
}

/** Redirect URIs that have one of the template's paths on another host: an earlier address of the product. */
export function staleRedirectUris(
  desired: DesiredRegistration,
  application: Application | undefined,
): readonly string[] {
  const pathOf = (uri: string) => (URL.canParse(uri) ? new URL(uri).pathname : undefined);
  const paths = new Set(desired.redirectUris.map(pathOf));
  return (application?.web.redirectUris ?? []).filter(
    (uri) => !desired.redirectUris.includes(uri) && paths.has(pathOf(uri)),
  );
}

/** Entra makes a non-gallery application with its service principal and takes nothing but a name for it. */
function creation(desired: DesiredRegistration): Step[] {
  const { uniqueName, displayName, isNonGallery } = desired;
  if (!isNonGallery) return [{ kind: "createApplication", uniqueName, changes: newApplication(desired) }];
  const changes = newApplication(desired).filter(
    ({ property }) => !["displayName", "tags", "signInAudience"].includes(property),
  );
  return [
    { kind: "instantiateApplication", uniqueName, displayName },
    ...(changes.length > 0 ? [{ kind: "updateApplication", changes } as const] : []),
  ];
}

function newApplication(desired: DesiredRegistration): Change[] {
  const { exposedApi, permissions, implicitGrantSettings } = desired;
  const some = (property: string, list: readonly unknown[]): [string, Json][] =>
    list.length > 0 ? [[property, toJson(list)]] : [];
  const properties: [string, Json][] = [
    ["displayName", desired.displayName],
    ["signInAudience", desired.signInAudience],
    ["tags", [desired.uniqueName]],
    ...some("web.redirectUris", desired.redirectUris),
    ...(implicitGrantSettings
      ? [["web.implicitGrantSettings", { ...implicitGrantSettings }] as [string, Json]]
      : []),
    ...some("spa.redirectUris", desired.spaRedirectUris),
    ...some("publicClient.redirectUris", desired.publicClientRedirectUris),
    ...some("appRoles", desired.appRoles),
    ...some("requiredResourceAccess", requiredResourceAccess([], permissions)),
  ];
  if (exposedApi) {
    properties.push(
      ["api.requestedAccessTokenVersion", exposedApi.requestedAccessTokenVersion],
      ["api.oauth2PermissionScopes", toJson(exposedApi.oauth2PermissionScopes)],
    );
  }
  return properties.map(([property, to]) => ({ property, from: null, to }));
}

/** A unique name can be set once, while there is none; the tag is our mark either way. */
function adoption(desired: DesiredRegistration, application: Application): Step {
  return {
    kind: "adoptApplication",
    objectId: application.objectId,
    displayName: application.displayName,
    uniqueName: application.uniqueName === undefined ? desired.uniqueName : undefined,
    tags: union(application.tags, adoptionTags(application, desired.uniqueName)),
  };
}

function applicationChanges(
  desired: DesiredRegistration,
  {
    displayName,
    signInAudience,
    web,
    spa,
    publicClient,
    appRoles,
    api,
    requiredResourceAccess: required,
  }: Application,
  { removeRedirectUris }: Pick<DiffOptions, "removeRedirectUris">,
): Change[] {
  const redirectUris = union(
    web.redirectUris.filter((uri) => !removeRedirectUris.includes(uri)),
    desired.redirectUris,
  );
  const { exposedApi } = desired;
  return [
    ...changed("displayName", displayName, desired.displayName),
    ...changed("signInAudience", signInAudience, desired.signInAudience),
    ...changed("web.redirectUris", web.redirectUris, redirectUris),
    ...changed(
      "web.implicitGrantSettings",
      { ...web.implicitGrantSettings },
      { ...(desired.implicitGrantSettings ?? web.implicitGrantSettings) },
    ),
    ...changed("spa.redirectUris", spa.redirectUris, union(spa.redirectUris, desired.spaRedirectUris)),
    ...changed(
      "publicClient.redirectUris",
      publicClient.redirectUris,
      union(publicClient.redirectUris, desired.publicClientRedirectUris),
    ),
    ...changed("appRoles", toJson(appRoles), toJson(mergedRoles(desired.appRoles, appRoles))),
    ...changed(
      "requiredResourceAccess",
      toJson(required),
      toJson(requiredResourceAccess(required, desired.permissions)),
    ),
    ...(exposedApi
      ? [
          ...changed(
            "api.requestedAccessTokenVersion",
            api.requestedAccessTokenVersion,
            exposedApi.requestedAccessTokenVersion,
          ),
          ...changed(
            "api.oauth2PermissionScopes",
            toJson(api.oauth2PermissionScopes),
            toJson(scopes(exposedApi, api.oauth2PermissionScopes)),
          ),
        ]
      : []),
  ];
}

/** Everything of the exposed API that needs the client ID or existing scopes. */
function exposeApiChanges(exposedApi: ExposedApi, application: Application | undefined): Change[] {
  const currentScopes = application?.api.oauth2PermissionScopes ?? [];
  const wantedScopes = scopes(exposedApi, currentScopes);
  const currentUris = application?.identifierUris ?? [];
  const uris = exposedApi.identifierUris.map((uri) =>
    application ? uri.replaceAll("{appId}", application.appId) : uri,
  );
  const current = application?.api.preAuthorizedApplications ?? [];
  const idOf = (value: string) => wantedScopes.find((scope) => scope.value === value)?.id ?? "";
  const merged = new Map(current.map((client) => [client.appId, client.delegatedPermissionIds]));
  for (const client of exposedApi.preAuthorizedApplications) {
    merged.set(client.appId, union(merged.get(client.appId) ?? [], client.scopes.map(idOf)));
  }
  const clients = [...merged].map(([appId, ids]) => ({ appId, delegatedPermissionIds: [...ids] }));
  const changes = [
    ...changed("identifierUris", currentUris, union(currentUris, uris)),
    ...changed("api.preAuthorizedApplications", toJson(current), toJson(clients)),
  ];
  if (changes.length === 0) return [];
  // The scopes go along: Graph checks the clients against the scopes of the same request.
  return [
    ...changes,
    { property: "api.oauth2PermissionScopes", from: toJson(wantedScopes), to: toJson(wantedScopes) },
  ];
}

/** The wanted scopes beside the customer's own; one that exists keeps its id, for clients know it by that. */
function scopes(exposedApi: ExposedApi, current: readonly PermissionScope[]): PermissionScope[] {
  const wanted = exposedApi.oauth2PermissionScopes.map((scope) => ({
    ...scope,
    id: current.find(({ value }) => value === scope.value)?.id ?? scope.id,
  }));
  const others = current.filter(({ value }) => !wanted.some((scope) => scope.value === value));
  return [...others, ...wanted];
}

/** The wanted roles beside those that are there; one that exists keeps its id, for assignments know it by that. */
function mergedRoles(wanted: readonly AppRole[], current: readonly AppRole[]): AppRole[] {
  const known = wanted.map((role) => ({
    ...role,
    id: current.find(({ value }) => value === role.value)?.id ?? role.id,
  }));
  return [...current.filter(({ value }) => !known.some((role) => role.value === value)), ...known];
}

function requiredResourceAccess(
  current: readonly RequiredResourceAccess[],
  permissions: readonly ResolvedPermission[],
): RequiredResourceAccess[] {
  const byApi = new Map(current.map((api) => [api.resourceAppId, [...api.resourceAccess]]));
  for (const { resource, id, type } of permissions) {
    const access = byApi.get(resource.appId) ?? [];
    if (!access.some((item) => item.id === id && item.type === type)) access.push({ id, type });
    byApi.set(resource.appId, access);
  }
  return [...byApi].map(([resourceAppId, resourceAccess]) => ({ resourceAppId, resourceAccess }));
}

/** The admin consent for exactly the permissions of the template that are not granted yet. */
export function grants(
  permissions: readonly ResolvedPermission[],
  current: Pick<CurrentRegistration, "delegatedGrants" | "appRoleAssignments">,
): GrantStep[] {
  const steps: GrantStep[] = [];
  const delegated = permissions.filter(({ type }) => type === "Scope");
  const resources = new Map(delegated.map(({ resource }) => [resource.id, resource]));
  for (const resource of resources.values()) {
    const grant = current.delegatedGrants.find(({ resourceId }) => resourceId === resource.id);
    const added = delegated.filter(
      (permission) => permission.resource.id === resource.id && !grant?.scopes.includes(permission.value),
    );
    if (added.length === 0) continue;
    steps.push({
      kind: "grantDelegatedScopes",
      resource,
      added,
      ...(grant && { grantId: grant.id }),
      scopes: union(
        grant?.scopes ?? [],
        added.map(({ value }) => value),
      ),
    });
  }
  for (const permission of permissions.filter(({ type }) => type === "Role")) {
    const granted = current.appRoleAssignments.some(
      ({ resourceId, appRoleId }) => resourceId === permission.resource.id && appRoleId === permission.id,
    );
    if (!granted) steps.push({ kind: "grantAppRole", permission });
  }
  return steps;
}

function union(current: readonly string[], added: readonly string[]): string[] {
  return [...new Set([...current, ...added])];
}

/** A change where the two differ; the order within a list means nothing to Entra. */
function changed(property: string, from: Json, to: Json): Change[] {
  return canonical(from) === canonical(to) ? [] : [{ property, from, to }];
}

/** The same text for values that mean the same. */
export function canonical(value: Json): string {
  if (Array.isArray(value)) {
    const items: readonly Json[] = value;
    return `[${items.map(canonical).toSorted().join()}]`;
  }
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value as { [key: string]: Json }).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join()}}`;
}

/** The plain interfaces of this folder are JSON by construction; only the index signature is missing. */
function toJson(value: unknown): Json {
  return value as Json;
}

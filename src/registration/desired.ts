import { endOf, type Lifetime } from "../settings/lifetime.ts";
import { fill, inputValues } from "../template/placeholders.ts";
import type { AddOn, Template } from "../template/schema.ts";
import { toSecretName, toUniqueName } from "./names.ts";
import type { DesiredRegistration, ExposedApi, ResolvedPermission, ResourceApi } from "./types.ts";

/** Shows the app under Enterprise applications (Graph: `servicePrincipal` `tags`). */
export const SERVICE_PRINCIPAL_TAGS: readonly string[] = ["WindowsAzureActiveDirectoryIntegratedApp"];

export interface DesiredInputs {
  readonly template: Template;
  /** The add-ons that were chosen. */
  readonly addOns: readonly AddOn[];
  readonly appName: string;
  /** The vendor app's such as `https://app.example.com`; empty where the template needs none. */
  readonly hostname: string;
  /** The template's own inputs, by name. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly groupSync: boolean;
  readonly implicitFlow: boolean;
  readonly secretLifetime: Lifetime;
  /** Eight hexadecimal digits that name this run. */
  readonly runId: string;
  readonly now: Date;
  readonly apis: readonly ResourceApi[];
  readonly sha256: (text: string) => string;
}

/** The registration that template and answers ask for, or the permissions the tenant does not know. */
export function toDesired(
  inputs: DesiredInputs,
): { ok: true; desired: DesiredRegistration } | { ok: false; api: string; unknown: string[] } {
  const { template, appName } = inputs;
  const resolved = toPermissions(inputs);
  if (!resolved.ok) return resolved;
  const { permissions } = resolved;

  const uniqueName = uniqueNameOf(template, appName, inputs.sha256);
  const values = toValues(inputs);
  const filled = (platform: { readonly redirectUris: readonly string[] } | undefined) =>
    (platform?.redirectUris ?? []).map((uri) => fill(uri, values));
  const {
    web,
    spa,
    publicClient,
    appRoles = [],
    clientSecret,
    displayName,
    signInAudience,
  } = template.application;
  const exposedApi = toExposedApi(inputs.addOns, values, uniqueName, inputs.sha256);
  return {
    ok: true,
    desired: {
      uniqueName,
      displayName: fill(displayName, values),
      signInAudience,
      redirectUris: filled(web),
      spaRedirectUris: filled(spa),
      publicClientRedirectUris: filled(publicClient),
      implicitGrantSettings:
        web && !inputs.implicitFlow
          ? { enableAccessTokenIssuance: false, enableIdTokenIssuance: false }
          : web?.implicitGrantSettings,
      appRoles: appRoles.map((role) => ({
        ...role,
        id: toGuid(inputs.sha256(`${uniqueName}/role/${role.value}`)),
        isEnabled: true,
      })),
      isNonGallery: template.application.origin === "nonGallery",
      permissions,
      ...(exposedApi && { exposedApi }),
      servicePrincipalTags: SERVICE_PRINCIPAL_TAGS,
      secret: clientSecret && {
        name: toSecretName(clientSecret.displayName, inputs.runId),
        end: endOf(inputs.secretLifetime, inputs.now),
      },
    },
  };
}

/** The key by which a later run finds an application of a template. */
export function uniqueNameOf(
  { name, application }: Template,
  appName: string,
  sha256: (text: string) => string,
): string {
  return toUniqueName(name, fill(application.displayName, { appName }), sha256);
}

/** What the placeholders of a template stand for before the application exists. */
export function toValues({
  appName,
  hostname,
  inputs,
}: Pick<DesiredInputs, "appName" | "hostname" | "inputs">): Record<string, string> {
  return {
    appName,
    hostname,
    host: hostname === "" ? "" : new URL(hostname).host,
    ...inputValues(inputs),
  };
}

/** The permissions of a template as the tenant has them, or those it does not know. */
export function toPermissions({
  template,
  groupSync,
  apis,
}: Pick<DesiredInputs, "template" | "groupSync" | "apis">):
  | { ok: true; permissions: ResolvedPermission[] }
  | { ok: false; api: string; unknown: string[] } {
  const wanted = template.application.permissions.filter(
    ({ optional }) => optional !== "groupSync" || groupSync,
  );
  const permissions: ResolvedPermission[] = [];
  const unknown: string[] = [];
  for (const permission of wanted) {
    const resolved = resolvePermission(permission, apis);
    if (resolved) permissions.push(resolved);
    else unknown.push(permission.name);
  }
  return unknown.length > 0 ? { ok: false, api: wanted[0]?.api ?? "", unknown } : { ok: true, permissions };
}

function resolvePermission(
  permission: Template["application"]["permissions"][number],
  apis: readonly ResourceApi[],
): ResolvedPermission | undefined {
  const api = apis.find(({ appId }) => appId === permission.api);
  const offered = permission.type === "delegated" ? api?.oauth2PermissionScopes : api?.appRoles;
  const found = offered?.find(({ value }) => value === permission.name);
  if (!api || !found) return undefined;
  return {
    resource: { id: api.id, appId: api.appId, displayName: api.displayName },
    id: found.id,
    type: permission.type === "delegated" ? "Scope" : "Role",
    value: found.value,
    displayName: found.displayName,
  };
}

/** The add-ons' APIs as one: an application has one list of scopes and one token version. */
function toExposedApi(
  addOns: readonly AddOn[],
  values: Record<string, string>,
  uniqueName: string,
  sha256: (text: string) => string,
): ExposedApi | undefined {
  if (addOns.length === 0) return undefined;
  const apis = addOns.map(({ exposedApi }) => exposedApi);
  return {
    identifierUris: apis.flatMap(({ identifierUris }) => identifierUris.map((uri) => fill(uri, values))),
    requestedAccessTokenVersion: Math.max(...apis.map((api) => api.requestedAccessTokenVersion)),
    oauth2PermissionScopes: apis.flatMap(({ oauth2PermissionScopes }) =>
      oauth2PermissionScopes.map((scope) => ({
        ...scope,
        id: toGuid(sha256(`${uniqueName}/${scope.value}`)),
        isEnabled: true,
      })),
    ),
    preAuthorizedApplications: apis.flatMap((api) => api.preAuthorizedApplications),
  };
}

/** A GUID made from a digest, so that planning twice asks for the same scope id. */
function toGuid(digest: string): string {
  const hex = `${digest.slice(0, 12)}8${digest.slice(13, 16)}8${digest.slice(17, 32)}`;
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

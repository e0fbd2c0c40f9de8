import type { Application } from "../state.ts";
import { isRecord, type World } from "../world.ts";
import { badRequest, invalidValue } from "./errors.ts";
import { checkBody } from "./validate.ts";

const READ_ONLY = new Set([
  "id",
  "appId",
  "applicationTemplateId",
  "certification",
  "createdByAppId",
  "createdDateTime",
  "deletedDateTime",
  "disabledByMicrosoftStatus",
  "publisherDomain",
  "verifiedPublisher",
]);
const ONLY_WHEN_CREATING = new Set(["passwordCredentials"]);
const NESTED = ["web", "spa", "publicClient", "api", "info", "optionalClaims", "parentalControlSettings"];

/** A new application from a POST or an upsert: Graph's defaults with what was sent. */
export function newApplication(world: World, body: Record<string, unknown>): Application {
  if (typeof body["displayName"] !== "string") {
    throw badRequest("A value is required for property 'displayName' of resource 'Application'.");
  }
  const empty: Application = {
    id: world.ids.uuid(),
    appId: world.ids.uuid(),
    applicationTemplateId: null,
    createdByAppId: null,
    createdDateTime: world.clock.now().toISOString(),
    deletedDateTime: null,
    description: null,
    disabledByMicrosoftStatus: null,
    displayName: "",
    groupMembershipClaims: null,
    identifierUris: [],
    isDeviceOnlyAuthSupported: null,
    isFallbackPublicClient: null,
    notes: null,
    publisherDomain: world.state.verifiedDomains[0] ?? null,
    samlMetadataUrl: null,
    serviceManagementReference: null,
    signInAudience: "AzureADMyOrg",
    tags: [],
    tokenEncryptionKeyId: null,
    uniqueName: null,
    addIns: [],
    appRoles: [],
    keyCredentials: [],
    optionalClaims: null,
    passwordCredentials: [],
    requiredResourceAccess: [],
    info: {
      logoUrl: null,
      marketingUrl: null,
      privacyStatementUrl: null,
      supportUrl: null,
      termsOfServiceUrl: null,
    },
    parentalControlSettings: { countriesBlockedForMinors: [], legalAgeGroupRule: "Allow" },
    api: {
      acceptMappedClaims: null,
      knownClientApplications: [],
      oauth2PermissionScopes: [],
      preAuthorizedApplications: [],
      requestedAccessTokenVersion: null,
    },
    web: {
      homePageUrl: null,
      logoutUrl: null,
      redirectUris: [],
      implicitGrantSettings: { enableAccessTokenIssuance: false, enableIdTokenIssuance: false },
    },
    spa: { redirectUris: [] },
    publicClient: { redirectUris: [] },
    owners: [],
  };
  return merge(empty, body, true);
}

/** An existing application with a PATCH laid over it; neither is changed. */
export function mergeApplication(before: Application, body: Record<string, unknown>): Application {
  return merge(before, body, false);
}

// Complex properties merge by sub-property, collections are replaced whole: learn.microsoft.com
// graph/api/application-update and the field evidence of Terraform's provider.
function merge(before: Application, body: Record<string, unknown>, creating: boolean): Application {
  checkBody("application", body);
  const next: Record<string, unknown> = structuredClone(before);
  for (const [name, value] of Object.entries(body)) {
    if (name.includes("@odata.") || ONLY_WHEN_CREATING.has(name)) continue;
    if (READ_ONLY.has(name)) throw badRequest(`Property '${name}' is read-only and cannot be set.`);
    if (name === "uniqueName" && !creating && before.uniqueName !== null && value !== before.uniqueName) {
      throw badRequest("Property 'uniqueName' cannot be changed once it has been set.");
    }
    if (!NESTED.includes(name)) {
      next[name] = structuredClone(value);
    } else if (isRecord(value)) {
      next[name] = mergeNested(next[name], value);
    } else if (name === "optionalClaims") {
      next[name] = null;
    } else {
      throw invalidValue(name, "Application");
    }
  }
  return next as Application;
}

function mergeNested(before: unknown, value: Record<string, unknown>): Record<string, unknown> {
  const merged: Record<string, unknown> = isRecord(before) ? { ...before } : {};
  for (const [name, part] of Object.entries(value)) {
    if (name.includes("@odata.")) continue;
    merged[name] = isRecord(part) ? mergeNested(merged[name], part) : (structuredClone(part) ?? null);
  }
  return merged;
}

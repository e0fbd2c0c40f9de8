import { readCertificate } from "../signin/assertion.ts";
import type { Application } from "../state.ts";
import type { World } from "../world.ts";
import { invalidValue } from "./errors.ts";
import { checkExposedApi } from "./exposed-api-rules.ts";
import { checkIdentifierUris } from "./identifier-uri-rules.ts";
import { checkRedirectUris } from "./redirect-uri-rules.ts";
import { requireFreeUniqueName, requireUnique } from "./unique.ts";

const AUDIENCES = [
  "AzureADMyOrg",
  "AzureADMultipleOrgs",
  "AzureADandPersonalMicrosoftAccount",
  "PersonalMicrosoftAccount",
];
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The rules about content that hold for a whole application. `before` is what the directory has;
 * undefined for a new one.
 */
export function checkApplication(world: World, before: Application | undefined, next: Application): void {
  checkTexts(next);
  checkTags(next.tags);
  checkRedirectUris(next);
  if (next.uniqueName !== null) {
    if (next.uniqueName === "" || next.uniqueName.length > 128)
      throw invalidValue("uniqueName", "Application");
    requireFreeUniqueName(world, next.uniqueName, next.id);
  }
  checkIdentifierUris(world, before, next);
  checkExposedApi(before, next);
  checkRequiredResourceAccess(next["requiredResourceAccess"]);
  checkCertificates(next["keyCredentials"]);
}

/** Certificates that applications sign in with; other kinds of keys are not for signing in. */
function checkCertificates(credentials: unknown): void {
  // The schema check before this one has seen to the shape.
  for (const { type, usage, key } of credentials as { type?: string; usage?: string; key?: string }[]) {
    const good = type === "AsymmetricX509Cert" && usage === "Verify" && readCertificate(key) !== undefined;
    if (!good) throw invalidValue("keyCredentials", "Application");
  }
}

function checkTexts(next: Application): void {
  if (!AUDIENCES.includes(next.signInAudience)) throw invalidValue("signInAudience", "Application");
  const personal = next.signInAudience.includes("Personal");
  if (typeof next.displayName !== "string" || next.displayName.trim() === "") {
    throw invalidValue("displayName", "Application");
  }
  if (next.displayName.length > (personal ? 90 : 120)) {
    throw invalidValue("displayName", "Application", "The value is too long.");
  }
  const { description } = next;
  if (typeof description === "string" && description.length > 1024)
    throw invalidValue("description", "Application");
  const logoutUrl = next.web["logoutUrl"];
  if (
    typeof logoutUrl === "string" &&
    logoutUrl !== "" &&
    (!logoutUrl.startsWith("https://") || logoutUrl.length > 255)
  ) {
    throw invalidValue("logoutUrl", "Application");
  }
  if (personal && next.api.requestedAccessTokenVersion !== 2) {
    throw invalidValue(
      "api.requestedAccessTokenVersion",
      "Application",
      "It must be 2 with personal accounts.",
    );
  }
  const version = next.api.requestedAccessTokenVersion;
  if (version !== null && version !== 1 && version !== 2) {
    throw invalidValue("api.requestedAccessTokenVersion", "Application");
  }
}

function checkTags(tags: readonly string[]): void {
  for (const tag of tags) {
    if (tag === "" || tag.length > 256 || /\s/.test(tag)) throw invalidValue("tags", "Application");
  }
  requireUnique(tags);
}

interface ResourceAccess {
  resourceAppId: string;
  resourceAccess: { id: string; type: string | null }[];
}

function checkRequiredResourceAccess(value: unknown): void {
  // The schema check before this one has seen to the shape.
  const resources = value as ResourceAccess[];
  if (resources.length > 50) throw invalidValue("requiredResourceAccess", "Application");
  requireUnique(resources.map(({ resourceAppId }) => resourceAppId));
  let total = 0;
  for (const { resourceAppId, resourceAccess = [] } of resources) {
    if (!GUID.test(resourceAppId)) throw invalidValue("requiredResourceAccess", "Application");
    total += resourceAccess.length;
    requireUnique(resourceAccess.map(({ id, type }) => `${type ?? ""} ${id}`));
    for (const { id, type } of resourceAccess) {
      if (!GUID.test(id) || (type !== "Scope" && type !== "Role")) {
        throw invalidValue("requiredResourceAccess", "Application");
      }
    }
  }
  if (total > 400) throw invalidValue("requiredResourceAccess", "Application");
}

import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type DesiredInputs, toDesired } from "../../src/registration/desired.ts";
import { toDeliveredTag } from "../../src/registration/names.ts";
import { type Change, fillIn, type Json, type Plan, type Step, toBody } from "../../src/registration/plan.ts";
import type {
  Application,
  CurrentRegistration,
  DesiredRegistration,
  PasswordCredential,
  ResourceApi,
} from "../../src/registration/types.ts";
import { sha256 } from "../../src/sha256.ts";
import { parseTemplate } from "../../src/template/parse.ts";
import { AddOn, type Template, TemplateFile } from "../../src/template/schema.ts";
import { toUnits } from "../../src/template/units.ts";

const TEMPLATES = resolve(import.meta.dirname, "../../templates");

/** The GUID with that number: `guid(7)` is `00000000-0000-4000-8000-000000000007`. */
export function guid(number: number): string {
  return `00000000-0000-4000-8000-${number.toString(16).padStart(12, "0")}`;
}

/** What the product ships, parsed, one template for each application; a file that cannot be parsed fails the test. */
export function shipped(): { templates: Template[]; addOns: AddOn[] } {
  const templates: Template[] = [];
  const addOns: AddOn[] = [];
  for (const name of readdirSync(TEMPLATES)) {
    const json = shippedJson(name);
    if (json["kind"] === "addOn") addOns.push(parsed(name, parseTemplate(AddOn, json)));
    else templates.push(...toUnits(parsed(name, parseTemplate(TemplateFile, json))));
  }
  return { templates, addOns };
}

/** A shipped file as it is, to be changed by a test. */
export function shippedJson(fileName: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(TEMPLATES, fileName), "utf8")) as Record<string, unknown>;
}

export function shippedTemplate(name = "empower"): Template {
  const found = shipped().templates.find((template) => template.name === name);
  if (!found) throw new Error(`no template ${name}`);
  return found;
}

export function shippedAddOn(name = "mails-online"): AddOn {
  const found = shipped().addOns.find((addOn) => addOn.name === name);
  if (!found) throw new Error(`no add-on ${name}`);
  return found;
}

function parsed<Value>(name: string, result: ReturnType<typeof parseTemplate<Value>>): Value {
  if (!result.ok) throw new Error(`${name}: ${JSON.stringify(result.faults)}`);
  return result.value;
}

/** The APIs a template asks for, with its permissions among others; ids are the tenant's own. */
export function apisFor({ application: { permissions } }: Template): ResourceApi[] {
  return [...new Set(permissions.map(({ api }) => api))].map((appId, index) => {
    const offered = (type: string, first: number) =>
      ["Mail.Read", ...permissions.filter((one) => one.api === appId && one.type === type).map((p) => p.name)]
        .filter((name, at, names) => names.indexOf(name) === at)
        .map((value, at) => ({ id: guid(first + at), value, displayName: `May do ${value}` }));
    return {
      id: guid(0xa000 + index),
      appId,
      displayName: index === 0 ? "Microsoft Graph" : `API ${index}`,
      oauth2PermissionScopes: offered("delegated", 0xb000 + 256 * index),
      appRoles: offered("application", 0xc000 + 256 * index),
    };
  });
}

/** What a run asks for: empower at https://app.example.com, 24 months, without add-ons unless said. */
export function desired(inputs: Partial<DesiredInputs> = {}): DesiredRegistration {
  const result = toDesired({ ...desiredInputs(inputs.template ?? shippedTemplate()), ...inputs });
  if (!result.ok) throw new Error(`unknown permissions: ${result.unknown.join(", ")}`);
  return result.desired;
}

/** The same before it is resolved. */
export function desiredInputs(template: Template): DesiredInputs {
  return {
    template,
    addOns: [],
    appName: "empower",
    hostname: "https://app.example.com",
    inputs: Object.fromEntries(
      (template.inputs ?? []).map(({ name, format }) => [
        name,
        /url$/i.test(format) ? `https://${name.toLowerCase()}.example.com/back` : name,
      ]),
    ),
    groupSync: true,
    implicitFlow: true,
    secretLifetime: { amount: 24, unit: "months" },
    runId: "1a2b3c4d",
    now: new Date("2026-03-01T12:00:00Z"),
    apis: apisFor(template),
    sha256,
  };
}

/** An application with nothing on it but what `overrides` puts there. */
export function anApplication(overrides: Partial<Application> = {}): Application {
  return {
    objectId: guid(1),
    appId: guid(2),
    displayName: "empower",
    uniqueName: undefined,
    applicationTemplateId: undefined,
    createdDateTime: "2026-01-01T00:00:00Z",
    signInAudience: "AzureADMyOrg",
    tags: [],
    identifierUris: [],
    spa: { redirectUris: [] },
    publicClient: { redirectUris: [] },
    appRoles: [],
    web: {
      redirectUris: [],
      implicitGrantSettings: { enableAccessTokenIssuance: false, enableIdTokenIssuance: false },
    },
    api: { requestedAccessTokenVersion: null, oauth2PermissionScopes: [], preAuthorizedApplications: [] },
    requiredResourceAccess: [],
    passwordCredentials: [],
    ...overrides,
  };
}

/** A secret of an earlier run of this tool, live from 1 March 2026 for two years, unless said. */
export function aCredential(overrides: Partial<PasswordCredential> = {}): PasswordCredential {
  return {
    keyId: guid(0xd000),
    displayName: "empower (entra-app-registration 0badcafe)",
    startDateTime: "2026-03-01T00:00:00Z",
    endDateTime: "2028-03-01T00:00:00Z",
    ...overrides,
  };
}

export const NOTHING: CurrentRegistration = { delegatedGrants: [], appRoleAssignments: [] };

/**
 * The registration after a plan, as Graph would leave it: a PATCH merges objects and replaces collections,
 * an issued secret is handed over and marked. Refuses, by throwing, what Graph refuses: a duplicate grant or
 * assignment, a unique name set twice, a client authorised for a scope that does not exist.
 */
export function applyToState(plan: Plan, current: CurrentRegistration): CurrentRegistration {
  return plan.steps.reduce(applyStep, current);
}

export function applyStep(state: CurrentRegistration, step: Step): CurrentRegistration {
  const application = state.application ?? anApplication();
  const withApplication = (changed: Partial<Application>) => ({
    ...state,
    application: checkedApplication({ ...application, ...changed }),
  });
  const credentials = application.passwordCredentials;
  switch (step.kind) {
    case "createApplication":
      if (state.application) throw new Error("the application exists");
      return withApplication({ ...patched(application, step.changes), uniqueName: step.uniqueName });
    case "instantiateApplication":
      if (state.application) throw new Error("the application exists");
      return {
        ...withApplication({
          displayName: step.displayName,
          uniqueName: step.uniqueName,
          tags: [step.uniqueName],
          applicationTemplateId: guid(0xf00d),
        }),
        servicePrincipal: {
          id: guid(3),
          appId: application.appId,
          tags: ["WindowsAzureActiveDirectoryIntegratedApp"],
        },
      };
    case "adoptApplication":
      if (step.uniqueName === undefined) return withApplication({ tags: step.tags });
      if (application.uniqueName !== undefined) throw new Error("a unique name is set once");
      return withApplication({ uniqueName: step.uniqueName, tags: step.tags });
    case "updateApplication":
    case "exposeApi":
      return withApplication(patched(application, step.changes));
    case "createServicePrincipal":
      if (state.servicePrincipal) throw new Error("the service principal exists");
      return { ...state, servicePrincipal: { id: guid(3), appId: application.appId, tags: step.tags } };
    case "updateServicePrincipal": {
      if (state.servicePrincipal?.id !== step.id) throw new Error("no such service principal");
      return { ...state, servicePrincipal: { ...state.servicePrincipal, ...toBody(step.changes) } };
    }
    case "createGroup":
    case "addMembers":
      return state;
    case "grantDelegatedScopes":
      return { ...state, delegatedGrants: granted(state, step) };
    case "grantAppRole": {
      const assignment = { resourceId: step.permission.resource.id, appRoleId: step.permission.id };
      const same = state.appRoleAssignments.some(
        (one) => one.resourceId === assignment.resourceId && one.appRoleId === assignment.appRoleId,
      );
      if (same) throw new Error("Permission being assigned already exists on the object");
      const id = `assignment-${state.appRoleAssignments.length}`;
      return { ...state, appRoleAssignments: [...state.appRoleAssignments, { id, ...assignment }] };
    }
    case "removeSecret": {
      const left = credentials.filter(({ keyId }) => keyId !== step.keyId);
      if (left.length === credentials.length) throw new Error("no such secret");
      return withApplication({ passwordCredentials: left });
    }
    case "issueSecret": {
      const issued = aCredential({
        keyId: `${credentials.length.toString(16).padStart(8, "f")}-0000-4000-8000-00000000eeee`,
        displayName: step.displayName,
        endDateTime: step.endDateTime,
      });
      const tags = [...application.tags, toDeliveredTag(issued.keyId)];
      return withApplication({ passwordCredentials: [...credentials, issued], tags });
    }
    case "markDelivered":
      return withApplication({ tags: [...application.tags, toDeliveredTag(step.keyId)] });
  }
}

function granted(
  { delegatedGrants }: CurrentRegistration,
  { grantId, resource, scopes }: Extract<Step, { kind: "grantDelegatedScopes" }>,
): CurrentRegistration["delegatedGrants"] {
  if (grantId === undefined) {
    const exists = delegatedGrants.some(({ resourceId }) => resourceId === resource.id);
    if (exists) throw new Error("Permission entry already exists.");
    return [...delegatedGrants, { id: `grant-${resource.id}`, resourceId: resource.id, scopes }];
  }
  if (!delegatedGrants.some(({ id }) => id === grantId)) throw new Error("no such grant");
  return delegatedGrants.map((grant) => (grant.id === grantId ? { ...grant, scopes } : grant));
}

/** The properties of a PATCH, with the client ID where the URI has its place for it. */
function patched(application: Application, changes: readonly Change[]): Partial<Application> {
  const filled = changes.map((change) =>
    change.property === "identifierUris"
      ? { ...change, to: fillIn(change.to, "{appId}", application.appId) }
      : change,
  );
  return merge(application as unknown as Json, toBody(filled)) as unknown as Partial<Application>;
}

function merge(before: Json, patch: Json): Json {
  if (!isObject(before) || !isObject(patch)) return patch;
  const merged = Object.entries(patch).map(([key, value]) => [key, merge(before[key] ?? null, value)]);
  return { ...before, ...(Object.fromEntries(merged) as { [key: string]: Json }) };
}

function isObject(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function checkedApplication(application: Application): Application {
  const { oauth2PermissionScopes, preAuthorizedApplications } = application.api;
  const ids = new Set(oauth2PermissionScopes.map(({ id }) => id));
  if (ids.size !== oauth2PermissionScopes.length) throw new Error("two scopes with one id");
  for (const { appId, delegatedPermissionIds } of preAuthorizedApplications) {
    if (!delegatedPermissionIds.every((id) => ids.has(id))) throw new Error(`${appId}: no such scope`);
  }
  if (application.identifierUris.some((uri) => uri.includes("{"))) throw new Error("a placeholder in a URI");
  if (new Set(application.tags).size !== application.tags.length) throw new Error("a tag twice");
  return application;
}

import { describe, expect, test } from "vitest";
import { toDesired } from "../../../src/registration/desired.ts";
import { type DiffOptions, diff, staleRedirectUris } from "../../../src/registration/diff.ts";
import { type Finding, isFault, toFindings } from "../../../src/registration/findings.ts";
import { isMarked } from "../../../src/registration/names.ts";
import type { Change, Json, Plan, Step } from "../../../src/registration/plan.ts";
import { type JudgedSecret, judgeSecrets } from "../../../src/registration/secrets.ts";
import type {
  Application,
  CurrentRegistration,
  DesiredRegistration,
  PermissionScope,
  ResourceApi,
} from "../../../src/registration/types.ts";
import {
  aCredential,
  anApplication,
  apisFor,
  applyStep,
  applyToState,
  desired,
  desiredInputs,
  guid,
  NOTHING,
  shipped,
  shippedTemplate,
} from "../../support/builders.ts";
import * as fc from "../../support/fc.ts";

const KEEP: DiffOptions = { adopt: false, removeRedirectUris: [], newSecret: false, keepDoubtful: false };
const NOW = new Date("2026-06-01T00:00:00Z");

/** Every shipped template, alone and with each and all of its add-ons, with every switch on and off. */
const VARIANTS: [string, DesiredRegistration][] = (() => {
  const { templates, addOns } = shipped();
  const flags = [true, false];
  return templates.flatMap((template) => {
    const own = addOns.filter(({ name }) => template.addOns.includes(name));
    const choices = [[], ...own.map((addOn) => [addOn]), ...(own.length > 1 ? [own] : [])];
    return choices.flatMap((chosen) =>
      flags.flatMap((groupSync) =>
        flags.map((implicitFlow): [string, DesiredRegistration] => [
          [template.name, ...chosen.map(({ name }) => name)].join(" + ") +
            `${groupSync ? "" : " without groups"}${implicitFlow ? "" : " without implicit flow"}`,
          desired({ template, addOns: chosen, groupSync, implicitFlow }),
        ]),
      ),
    );
  });
})();

function judged({ application }: CurrentRegistration): JudgedSecret[] {
  const facts = { journal: [], handover: undefined, toDate: (iso: string) => iso.slice(0, 10), now: NOW };
  return application ? judgeSecrets(application, facts) : [];
}

function plan(wanted: DesiredRegistration, current: CurrentRegistration, options: Partial<DiffOptions> = {}) {
  return diff(wanted, current, judged(current), { ...KEEP, ...options });
}

const subsetOf = <Value>(values: readonly Value[]) => fc.subarray([...values]);
const ids = (first: number) =>
  fc.uniqueArray(fc.nat(30), { maxLength: 4 }).map((list) => list.map((n) => guid(first + n)));

/** What a customer can have: parts of what is wanted, and things of their own beside them. */
function currentFor(wanted: DesiredRegistration): fc.Arbitrary<CurrentRegistration> {
  const own = anyApplication(wanted);
  return fc
    .record({
      application: own,
      hasApplication: fc.boolean(),
      tags: fc.option(subsetOf(["HideApp", ...wanted.servicePrincipalTags])),
      grants: anyGrants(wanted),
      assignments: anyAssignments(wanted),
    })
    .map(({ application, hasApplication, tags, grants, assignments }) => {
      if (!hasApplication) return NOTHING;
      if (tags === null) return { ...NOTHING, application };
      const servicePrincipal = { id: guid(3), appId: application.appId, tags };
      return { application, servicePrincipal, delegatedGrants: grants, appRoleAssignments: assignments };
    });
}

function anyApplication(wanted: DesiredRegistration): fc.Arbitrary<Application> {
  const secretNames = fc.constantFrom(undefined, "portal", "empower (entra-app-registration 0badcafe)");
  return fc
    .record({
      displayName: fc.constantFrom(wanted.displayName, "Another name"),
      uniqueName: fc.constantFrom(undefined, wanted.uniqueName, "theirs"),
      signInAudience: fc.constantFrom("AzureADMyOrg", "AzureADMultipleOrgs"),
      tags: subsetOf(["customer", wanted.uniqueName, "delivered-00000000", "delivered-0000d100"]),
      redirectUris: fc
        .tuple(
          subsetOf(wanted.redirectUris),
          subsetOf(["https://old.example/empower/identityservice", "https://theirs.example/", "urn:theirs"]),
        )
        .map(([ours, theirs]) => [...theirs, ...ours]),
      implicit: fc.record({ enableAccessTokenIssuance: fc.boolean(), enableIdTokenIssuance: fc.boolean() }),
      identifierUris: subsetOf([
        "api://theirs",
        `api://${new URL("https://app.example.com").host}/${guid(2)}`,
      ]),
      version: fc.constantFrom(null, 1, 2),
      api: anyApi(wanted),
      required: anyRequired(wanted),
      passwordCredentials: fc
        .array(fc.record({ displayName: secretNames, expired: fc.boolean() }), { maxLength: 3 })
        .map((list) =>
          list.map(({ displayName, expired }, index) =>
            aCredential({
              keyId: `0000d10${index}-0000-4000-8000-000000000000`,
              displayName,
              ...(expired && { endDateTime: "2026-05-01T00:00:00Z" }),
            }),
          ),
        ),
    })
    .map(({ redirectUris, implicit, version, api, required, ...rest }) =>
      anApplication({
        ...rest,
        web: { redirectUris, implicitGrantSettings: implicit },
        api: { requestedAccessTokenVersion: version, ...api },
        requiredResourceAccess: required,
      }),
    );
}

function anyApi(
  wanted: DesiredRegistration,
): fc.Arbitrary<Omit<Application["api"], "requestedAccessTokenVersion">> {
  const scope = (value: string, id: string): PermissionScope => ({
    id,
    value,
    type: "User",
    isEnabled: true,
    adminConsentDisplayName: value,
    adminConsentDescription: value,
    userConsentDisplayName: null,
    userConsentDescription: null,
  });
  const { oauth2PermissionScopes: ours = [], preAuthorizedApplications: clients = [] } =
    wanted.exposedApi ?? {};
  return fc
    .record({
      theirs: subsetOf([scope("theirs.read", guid(0x500)), scope("theirs.write", guid(0x501))]),
      same: subsetOf(ours),
      renamed: fc.boolean(),
      clients: subsetOf([guid(0x600), guid(0x601), ...clients.map(({ appId }) => appId)]),
    })
    .chain(({ theirs, same, renamed, clients: appIds }) => {
      const existing = same.map((one, index) => (renamed ? scope(one.value, guid(0x510 + index)) : one));
      const oauth2PermissionScopes = [...theirs, ...existing];
      return fc
        .tuple(...appIds.map(() => subsetOf(oauth2PermissionScopes.map(({ id }) => id))))
        .map((allowed) => ({
          oauth2PermissionScopes,
          preAuthorizedApplications: appIds.map((appId, index) => ({
            appId,
            delegatedPermissionIds: allowed[index] ?? [],
          })),
        }));
    });
}

function anyRequired({
  permissions,
}: DesiredRegistration): fc.Arbitrary<Application["requiredResourceAccess"]> {
  const apis = [...new Set(permissions.map(({ resource }) => resource.appId)), guid(0x700)];
  return fc.tuple(subsetOf(apis), subsetOf(permissions), ids(0x710)).map(([asked, ours, theirs]) =>
    asked.map((resourceAppId) => ({
      resourceAppId,
      resourceAccess: [
        ...theirs.map((id) => ({ id, type: "Role" })),
        ...ours
          .filter(({ resource }) => resource.appId === resourceAppId)
          .map(({ id, type }, index) => ({ id, type: index === 1 ? "Scope" : type })),
      ],
    })),
  );
}

function anyGrants({
  permissions,
}: DesiredRegistration): fc.Arbitrary<CurrentRegistration["delegatedGrants"]> {
  const resources = [...new Set(permissions.map(({ resource }) => resource.id)), guid(0x800)];
  return fc
    .tuple(subsetOf(resources), subsetOf(permissions), subsetOf(["openid", "Mail.Read", "Theirs.Read"]))
    .map(([granted, ours, theirs]) =>
      granted.map((resourceId) => ({
        id: `grant-${resourceId}`,
        resourceId,
        scopes: [
          ...theirs,
          ...ours
            .filter(({ resource, type }) => resource.id === resourceId && type === "Scope")
            .map(({ value }) => value),
        ],
      })),
    );
}

function anyAssignments({
  permissions,
}: DesiredRegistration): fc.Arbitrary<CurrentRegistration["appRoleAssignments"]> {
  return fc
    .tuple(subsetOf(permissions.filter(({ type }) => type === "Role")), ids(0x900))
    .map(([ours, theirs]) => [
      ...theirs.map((appRoleId) => ({ id: `a-${appRoleId}`, resourceId: guid(0x801), appRoleId })),
      ...ours.map(({ id, resource }) => ({ id: `a-${id}`, resourceId: resource.id, appRoleId: id })),
    ]);
}

const anyOptions = (wanted: DesiredRegistration, { application }: CurrentRegistration) =>
  fc.record({
    adopt: fc.constant(application !== undefined && application.uniqueName !== wanted.uniqueName),
    removeRedirectUris: subsetOf(staleRedirectUris(wanted, application)),
    newSecret: fc.boolean(),
    keepDoubtful: fc.boolean(),
  });

const situations = (wanted: DesiredRegistration) =>
  currentFor(wanted).chain((current) =>
    fc.record({ current: fc.constant(current), options: anyOptions(wanted, current) }),
  );

describe.each(VARIANTS)("%s", (_name, wanted) => {
  const made = applyToState(plan(wanted, NOTHING), NOTHING);

  test("a plan for an empty tenant makes what is wanted", () => {
    expect(made.application).toMatchObject({
      uniqueName: wanted.uniqueName,
      displayName: wanted.displayName,
      signInAudience: "AzureADMyOrg",
      web: {
        redirectUris: wanted.redirectUris,
        ...(wanted.implicitGrantSettings && { implicitGrantSettings: wanted.implicitGrantSettings }),
      },
      spa: { redirectUris: wanted.spaRedirectUris },
      publicClient: { redirectUris: wanted.publicClientRedirectUris },
      appRoles: wanted.appRoles,
    });
    expect(made.application?.tags).toContain(wanted.uniqueName);
    expect(made.application?.passwordCredentials).toHaveLength(wanted.secret ? 1 : 0);
    expect(made.servicePrincipal?.tags).toEqual(["WindowsAzureActiveDirectoryIntegratedApp"]);
    expect(made.delegatedGrants.flatMap(({ scopes }) => scopes).toSorted()).toEqual(
      valuesOf(wanted, "Scope"),
    );
    expect(made.appRoleAssignments.map(({ appRoleId }) => appRoleId).toSorted()).toEqual(
      wanted.permissions
        .filter(({ type }) => type === "Role")
        .map(({ id }) => id)
        .toSorted(),
    );
    expect(made.application?.api.requestedAccessTokenVersion).toBe(wanted.exposedApi ? 2 : null);
    const uris = wanted.exposedApi?.identifierUris ?? [];
    expect(made.application?.identifierUris).toEqual(uris.map((uri) => uri.replace("{appId}", guid(2))));
  });

  test("law 1: equal states make no plan", () => {
    expect(plan(wanted, made).steps).toEqual([]);
    expect(plan(wanted, shuffled(made)).steps).toEqual([]);
  });

  test("law 2: a plan that was applied leaves no plan", () => {
    fc.assert(
      fc.property(situations(wanted), ({ current, options }) => {
        const after = applyToState(plan(wanted, current, options), current);
        const again = { ...options, adopt: false, newSecret: false };
        expect(plan(wanted, after, again).steps).toEqual([]);
        expect(plan(wanted, shuffled(after), again).steps).toEqual([]);
        expectFulfilled(wanted, after);
      }),
    );
  });

  test("law 2 holds where a run stopped between any two steps", () => {
    fc.assert(
      fc.property(situations(wanted), fc.nat(20), ({ current, options }, stop) => {
        const { steps } = plan(wanted, current, options);
        const half = applyToState({ steps: steps.slice(0, stop) }, current);
        const adopt = options.adopt && half.application?.tags.includes(wanted.uniqueName) !== true;
        const after = applyToState(plan(wanted, half, { ...options, adopt, newSecret: false }), half);
        expect(plan(wanted, after, { ...options, adopt: false, newSecret: false }).steps).toEqual([]);
      }),
    );
  });

  test("law 3: verify finds a fault exactly where register plans a step", () => {
    fc.assert(
      fc.property(situations(wanted), ({ current }) => {
        const { application } = current;
        if (!application) return;
        const secrets = judged(current);
        const adopt = !isMarked(application, wanted.uniqueName);
        const findings = toFindings({
          desired: wanted,
          current: { ...current, application },
          secrets,
          adopt,
          apis: [],
          stale: staleRedirectUris(wanted, application),
          now: NOW,
        });
        const faults = findings.filter(isFault).map(({ about }) => about);
        expect(new Set(faults)).toEqual(new Set(plan(wanted, current, { adopt }).steps.flatMap(faultsOf)));
      }),
    );
  });

  test("what the template does not speak of stays", () => {
    fc.assert(
      fc.property(situations(wanted), ({ current, options }) => {
        const after = applyToState(plan(wanted, current, options), current);
        const kept = (uri: string) => !options.removeRedirectUris.includes(uri);
        expect(after).toMatchObject({ application: {}, servicePrincipal: {} });
        if (!current.application || !after.application) return;
        const [was, is] = [current.application, after.application];
        expectWithin(was.web.redirectUris.filter(kept), is.web.redirectUris);
        expectWithin(was.tags, is.tags);
        expectWithin(was.identifierUris, is.identifierUris);
        expectWithin(
          was.api.oauth2PermissionScopes.map(idAndValue),
          is.api.oauth2PermissionScopes.map(idAndValue),
        );
        expectWithin(theirScopes(was, wanted), theirScopes(is, wanted));
        expectWithin(
          was.api.preAuthorizedApplications.flatMap(pairs),
          is.api.preAuthorizedApplications.flatMap(pairs),
        );
        expectWithin(was.requiredResourceAccess.flatMap(asked), is.requiredResourceAccess.flatMap(asked));
        expectWithin(
          current.delegatedGrants.flatMap(grantedScopes),
          after.delegatedGrants.flatMap(grantedScopes),
        );
        expectWithin(current.appRoleAssignments, after.appRoleAssignments);
        expectWithin(was.passwordCredentials, is.passwordCredentials);
        expect(is.objectId).toBe(was.objectId);
        if (was.uniqueName !== undefined) expect(is.uniqueName).toBe(was.uniqueName);
        if (!wanted.exposedApi) expect(is.api).toEqual(was.api);
      }),
    );
  });

  test("only what the template names is granted", () => {
    fc.assert(
      fc.property(situations(wanted), ({ current, options }) => {
        const granted = plan(wanted, current, options).steps.flatMap((step) => {
          if (step.kind === "grantAppRole") return [step.permission];
          return step.kind === "grantDelegatedScopes" ? step.added : [];
        });
        expectWithin(granted, wanted.permissions);
      }),
    );
  });

  test("what the plan shows as the old value is the old value", () => {
    fc.assert(
      fc.property(situations(wanted), ({ current, options }) => {
        // Nobody has seen yet what an instantiated application brings along.
        fc.pre(!wanted.isNonGallery || current.application !== undefined);
        let state = current;
        for (const step of plan(wanted, current, options).steps) {
          if (state.application && "changes" in step) {
            const object =
              step.kind === "updateServicePrincipal" ? state.servicePrincipal : state.application;
            for (const { property, from } of step.changes) expect(valueAt(object, property)).toEqual(from);
          }
          state = applyStep(state, step);
        }
      }),
    );
  });
});

const FAULT_OF_PROPERTY: Readonly<Record<string, Finding["about"]>> = {
  displayName: "displayName",
  signInAudience: "signInAudience",
  "web.redirectUris": "redirectUri",
  "spa.redirectUris": "redirectUri",
  "publicClient.redirectUris": "redirectUri",
  appRoles: "appRole",
  "web.implicitGrantSettings": "implicitFlow",
  requiredResourceAccess: "declaredPermission",
  "api.requestedAccessTokenVersion": "accessTokenVersion",
  "api.oauth2PermissionScopes": "scope",
  identifierUris: "identifierUri",
  "api.preAuthorizedApplications": "client",
  tags: "servicePrincipalTag",
};

/** What verify has to name where register plans that step. */
function faultsOf(step: Step): (Finding["about"] | undefined)[] {
  switch (step.kind) {
    case "createApplication":
    case "instantiateApplication":
    case "createGroup":
    case "addMembers":
      return [];
    case "adoptApplication":
      return ["mark"];
    case "updateApplication":
    case "updateServicePrincipal":
      return step.changes.map(({ property }) => FAULT_OF_PROPERTY[property]);
    case "exposeApi":
      // The scopes go along unchanged.
      return step.changes
        .filter(({ property }) => property !== "api.oauth2PermissionScopes")
        .map(({ property }) => FAULT_OF_PROPERTY[property]);
    case "createServicePrincipal":
      return ["servicePrincipal"];
    case "grantAppRole":
    case "grantDelegatedScopes":
      return ["consent"];
    case "removeSecret":
      return ["secret"];
    case "issueSecret":
      return ["deliveredSecret"];
    case "markDelivered":
      return ["deliveryMark"];
  }
}

function expectFulfilled(wanted: DesiredRegistration, state: CurrentRegistration): void {
  const { application, servicePrincipal, delegatedGrants, appRoleAssignments } = state;
  expectWithin(wanted.redirectUris, application?.web.redirectUris ?? []);
  expectWithin(wanted.servicePrincipalTags, servicePrincipal?.tags ?? []);
  expectWithin(
    wanted.permissions.map(({ resource, type, id }) => `${resource.appId} ${type} ${id}`),
    application?.requiredResourceAccess.flatMap(asked) ?? [],
  );
  for (const { resource, type, id, value } of wanted.permissions) {
    const granted =
      type === "Scope"
        ? delegatedGrants.some((one) => one.resourceId === resource.id && one.scopes.includes(value))
        : appRoleAssignments.some((one) => one.resourceId === resource.id && one.appRoleId === id);
    expect(granted).toBe(true);
  }
}

function valuesOf(wanted: DesiredRegistration, type: string): string[] {
  return wanted.permissions
    .filter((one) => one.type === type)
    .map(({ value }) => value)
    .toSorted();
}

function expectWithin(some: readonly unknown[], all: readonly unknown[]): void {
  expect(all).toEqual(expect.arrayContaining([...some]));
}

const idAndValue = ({ id, value }: PermissionScope) => `${value} ${id}`;
const theirScopes = ({ api }: Application, { exposedApi }: DesiredRegistration) =>
  api.oauth2PermissionScopes.filter(
    ({ value }) => !exposedApi?.oauth2PermissionScopes.some((scope) => scope.value === value),
  );
const pairs = (client: Application["api"]["preAuthorizedApplications"][number]) =>
  client.delegatedPermissionIds.map((id) => `${client.appId} ${id}`);
const asked = ({ resourceAppId, resourceAccess }: Application["requiredResourceAccess"][number]) =>
  resourceAccess.map(({ id, type }) => `${resourceAppId} ${type} ${id}`);
const grantedScopes = ({ id, scopes }: CurrentRegistration["delegatedGrants"][number]) =>
  scopes.map((scope) => `${id} ${scope}`);

function valueAt(object: unknown, property: string): unknown {
  return property.split(".").reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], object);
}

/** The same registration as Graph may list it another time: every list in another order. */
function shuffled<Value>(value: Value): Value {
  if (Array.isArray(value)) return value.map(shuffled).toReversed() as Value;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, item]) => [key, shuffled(item as Json)])
      .toReversed(),
  ) as Value;
}

describe("changes", () => {
  const wanted = desired({ addOns: shipped().addOns });
  const made = applyToState(plan(wanted, NOTHING), NOTHING);
  const application = made.application ?? anApplication();
  const drifted = (changed: Partial<Application>): CurrentRegistration => ({
    ...made,
    application: { ...application, ...changed },
  });
  const changesOf = ({ steps }: Plan): Change[] =>
    steps.flatMap((step) => ("changes" in step ? step.changes : []));

  test.each<[string, CurrentRegistration, string[]]>([
    ["a name", drifted({ displayName: "x" }), ["displayName"]],
    ["an audience", drifted({ signInAudience: "AzureADMultipleOrgs" }), ["signInAudience"]],
    ["a redirect URI", drifted({ web: { ...application.web, redirectUris: [] } }), ["web.redirectUris"]],
    [
      "implicit flow",
      drifted({
        web: {
          ...application.web,
          implicitGrantSettings: { enableAccessTokenIssuance: false, enableIdTokenIssuance: true },
        },
      }),
      ["web.implicitGrantSettings"],
    ],
    ["permissions asked for", drifted({ requiredResourceAccess: [] }), ["requiredResourceAccess"]],
    [
      "the token version",
      drifted({ api: { ...application.api, requestedAccessTokenVersion: null } }),
      ["api.requestedAccessTokenVersion"],
    ],
    ["the URI", drifted({ identifierUris: [] }), ["identifierUris", "api.oauth2PermissionScopes"]],
    [
      "the clients",
      drifted({ api: { ...application.api, preAuthorizedApplications: [] } }),
      ["api.preAuthorizedApplications", "api.oauth2PermissionScopes"],
    ],
    [
      "the enterprise application's tag",
      { ...made, servicePrincipal: { id: guid(3), appId: guid(2), tags: [] } },
      ["tags"],
    ],
    [
      "our own tag, which the customer may take off",
      drifted({
        tags: ["delivered-ffffffff", ...application.tags.filter((tag) => tag.startsWith("delivered"))],
      }),
      [],
    ],
  ])("%s", (_name, current, properties) => {
    expect(changesOf(plan(wanted, current)).map(({ property }) => property)).toEqual(properties);
  });

  test("a scope that exists keeps its id, and the clients get that id", () => {
    const [scope] = application.api.oauth2PermissionScopes;
    if (!scope) throw new Error("no scope");
    const theirs = { ...scope, id: guid(0x777), adminConsentDescription: "typed by hand" };
    const current = drifted({
      api: { ...application.api, oauth2PermissionScopes: [theirs], preAuthorizedApplications: [] },
    });
    const { api } = applyToState(plan(wanted, current), current).application ?? application;
    expect(api.oauth2PermissionScopes).toEqual([{ ...scope, id: guid(0x777) }]);
    expect(api.preAuthorizedApplications.map((client) => client.delegatedPermissionIds)).toEqual([
      [guid(0x777)],
    ]);
  });

  test("planning twice asks for the same scope ids, another app for others", () => {
    const scopeIds = (appName: string) =>
      desired({ addOns: shipped().addOns, appName }).exposedApi?.oauth2PermissionScopes.map(({ id }) => id);
    expect(scopeIds("one")).toEqual(scopeIds("one"));
    expect(scopeIds("one")).not.toEqual(scopeIds("two"));
    expect(scopeIds("one")?.[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  test("adopting sets the unique name only while there is none", () => {
    const adopt = (uniqueName: string | undefined) =>
      plan(wanted, drifted({ uniqueName, tags: ["theirs"] }), { adopt: true }).steps[0];
    expect(adopt(undefined)).toMatchObject({
      uniqueName: wanted.uniqueName,
      tags: ["theirs", wanted.uniqueName, "entra-app-registration-adopted"],
    });
    expect(adopt("theirs")).toMatchObject({
      uniqueName: undefined,
      tags: ["theirs", wanted.uniqueName, "entra-app-registration-adopted"],
    });
  });
});

describe("redirect URIs of an earlier address", () => {
  const wanted = desired({ hostname: "https://new.example:8443" });
  const [first = "", , last = ""] = wanted.redirectUris;
  const old = wanted.redirectUris.map((uri) => uri.replace("new.example:8443", "old.example"));
  const theirs = [
    "https://old.example/theirs",
    "https://old.example/",
    "urn:ietf:wg:oauth:2.0:oob",
    "not a URI",
  ];
  const current = {
    ...NOTHING,
    application: anApplication({
      web: {
        redirectUris: [...theirs, ...old, first],
        implicitGrantSettings: { enableAccessTokenIssuance: true, enableIdTokenIssuance: true },
      },
    }),
  };

  test("are those with the template's paths on another host", () => {
    expect(staleRedirectUris(wanted, current.application)).toEqual(old);
    expect(staleRedirectUris(wanted, undefined)).toEqual([]);
  });

  test.each([[[]], [old.slice(0, 1)], [old]])("%j: removed only when asked", (removeRedirectUris) => {
    const after = applyToState(plan(wanted, current, { removeRedirectUris }), current);
    const left = old.filter((uri) => !removeRedirectUris.includes(uri));
    expect(after.application?.web.redirectUris.toSorted()).toEqual(
      [...theirs, ...left, ...wanted.redirectUris].toSorted(),
    );
  });

  test("one that the template wants is not removed, even when asked", () => {
    const after = applyToState(plan(wanted, current, { removeRedirectUris: [first, last] }), current);
    expect(after.application?.web.redirectUris).toEqual(expect.arrayContaining([first, last]));
  });
});

test.each([
  [{ groupSync: true }, ["User.Read", "User.Read.All", "GroupMember.Read.All"], true],
  [{ groupSync: false }, ["User.Read", "User.Read.All"], true],
  [{ implicitFlow: false }, ["User.Read", "User.Read.All", "GroupMember.Read.All"], false],
])("empower with %j", (switches, permissions, implicit) => {
  const { permissions: found, implicitGrantSettings } = desired(switches);
  expect(found.map(({ value }) => value)).toEqual(permissions);
  expect(implicitGrantSettings).toEqual({
    enableAccessTokenIssuance: implicit,
    enableIdTokenIssuance: implicit,
  });
});

test("permissions that the tenant does not know are named, all of them", () => {
  const template = shippedTemplate();
  const [api] = apisFor(template);
  if (!api) throw new Error("no API");
  const resolve = (apis: readonly ResourceApi[]) => toDesired({ ...desiredInputs(template), apis });
  expect(resolve([{ ...api, appRoles: [] }])).toEqual({
    ok: false,
    api: api.appId,
    unknown: ["User.Read.All", "GroupMember.Read.All"],
  });
  expect(resolve([])).toMatchObject({ unknown: ["User.Read", "User.Read.All", "GroupMember.Read.All"] });
  // Offered by the wrong kind only: a delegated permission is no application permission of the same name.
  const swapped = { ...api, appRoles: api.oauth2PermissionScopes, oauth2PermissionScopes: api.appRoles };
  expect(resolve([swapped])).toMatchObject({ ok: false });
});

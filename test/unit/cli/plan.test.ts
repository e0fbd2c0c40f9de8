import { expect, test } from "vitest";
import { renderConsent } from "../../../src/cli/screen/consent-result.ts";
import { Reporter } from "../../../src/cli/screen/reporter.ts";
import { renderResult, toJsonResult } from "../../../src/cli/screen/result.ts";
import { renderRetirement, renderSecrets, toJsonSecrets } from "../../../src/cli/screen/secrets.ts";
import { duration, planLines } from "../../../src/cli/screen/words/plan.ts";
import { QUESTIONS } from "../../../src/cli/screen/words/run.ts";
import type {
  ConsentResult,
  Proposal,
  RegisterResult,
  RetireResult,
  RunEvent,
} from "../../../src/flow/events.ts";
import type { AssignmentProposal } from "../../../src/flow/scim/assign.ts";
import type { Controlled, ControlResult } from "../../../src/flow/scim/control.ts";
import type { UserCheck } from "../../../src/flow/scim/people/check-users.ts";
import { type DiffOptions, diff } from "../../../src/registration/diff.ts";
import { toRemoval } from "../../../src/registration/removal.ts";
import { obstacles } from "../../../src/registration/rights.ts";
import { judgeSecrets, type SecretEvidence } from "../../../src/registration/secrets.ts";
import type { CurrentRegistration, DesiredRegistration } from "../../../src/registration/types.ts";
import { Secret } from "../../../src/secret.ts";
import {
  aCredential,
  anApplication,
  applyToState,
  desired,
  guid,
  NOTHING,
  shippedAddOn,
} from "../../support/builders.ts";
import { fakePorts } from "../../support/fake-ports.ts";
import { aJob, aQuarantinedJob } from "../../support/jobs.ts";
import { ATTEMPT, controlOf, PROGRAM, poisoned } from "./helpers.ts";

const NOTHING_PLANNED: AssignmentProposal["plan"] = {
  writes: () => [],
  users: 0,
  groups: 0,
  roles: [],
  replaced: { defaultAccess: 0, otherRole: 0 },
  already: 1,
  repeated: 0,
  missing: [],
  nested: 1,
};
const CONTROLLED: Controlled = {
  verb: "pause",
  outcome: "changed",
  clearsState: false,
  tenant: { id: guid(8), displayName: "Contoso" },
  displayName: "empower",
  key: undefined,
  appId: guid(1),
  objectId: guid(2),
  job: aJob(),
  state: "paused",
  isVisible: true,
};
const LEFT_OUT: Extract<ControlResult, { outcome: "notReady" }> = {
  ...CONTROLLED,
  outcome: "notReady",
  state: "notRegistered",
  appId: undefined,
  objectId: undefined,
  job: undefined,
};

const PROPOSED: AssignmentProposal = {
  tenant: { id: guid(1), displayName: "Contoso" },
  displayName: "empower",
  plan: {
    ...NOTHING_PLANNED,
    users: 9950,
    groups: 2,
    roles: [
      { name: "User", count: 9000 },
      { name: "Admin", count: 952 },
    ],
    replaced: { defaultAccess: 2, otherRole: 3 },
    already: 45,
    repeated: 3,
    nested: 2,
    missing: Array.from({ length: 25 }, (_one, index) => ({
      who: `u${index}@contoso.com`,
      problem: index === 0 ? ("ambiguous" as const) : ("unknown" as const),
    })),
  },
  seconds: 515,
  file: "/o/not-assigned-flexwhere.csv",
};

const CHECKED: UserCheck = {
  checked: 1200,
  failing: 30,
  disabled: 1,
  unforeseeable: ["userType"],
  findings: Array.from({ length: 31 }, (_one, index) => ({
    id: guid(index),
    userPrincipalName: index % 2 === 0 ? `u${index}@contoso.com` : "",
    displayName: `U${index}`,
    shortcomings: [
      { kind: "lacks", target: "name.givenName", attributes: ["givenName"] },
      { kind: "lacks", target: "title", attributes: [] },
      {
        kind: "notOneOf",
        target: "userType",
        attributes: ["companyName"],
        value: "x".repeat(80),
        oneOf: ["A", "B"],
      },
      {
        kind: "notUnique",
        target: "emails",
        attributes: ["mail"],
        value: "a@contoso.com",
        sharedWith: guid(3),
      },
      { kind: "disabled" },
    ],
  })),
};

const WANTED = desired();
const WITH_ADD_ON = desired({ addOns: [shippedAddOn()] });

function proposal(
  wanted: DesiredRegistration = WANTED,
  current: CurrentRegistration = NOTHING,
  options: Partial<DiffOptions> = {},
  journal: readonly SecretEvidence[] = [],
): Proposal {
  const { application } = current;
  const facts = {
    journal,
    handover: undefined,
    toDate: (iso: string) => iso,
    now: new Date("2026-06-01T00:00:00Z"),
  };
  const plan = diff(wanted, current, application ? judgeSecrets(application, facts) : [], {
    adopt: false,
    removeRedirectUris: [],
    newSecret: false,
    keepDoubtful: false,
    ...options,
  });
  const issues = plan.steps.some(({ kind }) => kind === "issueSecret");
  return {
    plan,
    tenant: { id: guid(8), displayName: "Contoso" },
    displayName: wanted.displayName,
    current: application,
    clients: wanted.exposedApi?.preAuthorizedApplications ?? [],
    delivery: issues
      ? { service: "https://otp.example/", lifetimeSeconds: 2_592_000, isTrusted: true }
      : undefined,
    handoverFile: "AppRegistrationInfo.json",
    proofs: issues ? wanted.permissions.filter(({ type }) => type === "Role") : [],
    obstacles: obstacles(plan, {
      roles: [],
      scopes: [],
      policies: { membersMayRegister: false, clientSecrets: "blocked" },
    }),
    now: new Date("2026-03-01T12:00:00Z"),
  };
}

/** The lines as they are shown, without colour. */
function shown(given: Proposal): string {
  return planLines(given)
    .map(({ mark, depth, text }) => `${"  ".repeat(depth)}${mark} ${text}`)
    .join("\n");
}

const made = (wanted: DesiredRegistration) => applyToState(proposal(wanted).plan, NOTHING);

test("create", () => {
  expect(shown(proposal(WITH_ADD_ON))).toMatchInlineSnapshot(`
    "+ App registration "empower", for this tenant only
      + redirect URI https://app.example.com/empower/identityservice/signin-oidc
      + redirect URI https://app.example.com/empower/identityservice/grants
      + redirect URI https://app.example.com/empower/identityservice
      + implicit flow: access tokens and ID tokens
      + access token version 2
      + scope access_as_user
        managed by this tenant's application administrators; you own it if you are none of them
    + Single sign-on for the add-in (exposed API)
      + Application ID URI api://app.example.com/<client ID>
      + authorised client application Microsoft Office (all hosts) (ea5a67f6-b6f3-4338-b240-c655ddc3cc8e)
    + Enterprise application (service principal)
    + Admin consent for the whole tenant
      + User.Read (Microsoft Graph, delegated): May do User.Read
      + User.Read.All (Microsoft Graph, application): May do User.Read.All
      + GroupMember.Read.All (Microsoft Graph, application): May do GroupMember.Read.All
    + Client secret, valid until 2028-03-01
        goes to https://otp.example/ and comes back as a link that opens once, within 30 days
        the link is written to AppRegistrationInfo.json
      Then a test as the new app: it tries User.Read.All and GroupMember.Read.All by reading one ID each"
  `);
});

test("nothing to do", () => {
  expect(shown(proposal(WANTED, made(WANTED)))).toBe("");
});

test("drift", () => {
  const before = made(WITH_ADD_ON);
  const application = before.application ?? anApplication();
  const [scope] = application.api.oauth2PermissionScopes;
  if (!scope) throw new Error("no scope");
  const current: CurrentRegistration = {
    ...before,
    application: {
      ...application,
      displayName: "Old name",
      signInAudience: "AzureADMultipleOrgs",
      web: {
        redirectUris: ["https://old.example/empower/identityservice", "https://theirs.example/"],
        implicitGrantSettings: { enableAccessTokenIssuance: true, enableIdTokenIssuance: false },
      },
      api: {
        requestedAccessTokenVersion: null,
        oauth2PermissionScopes: [{ ...scope, adminConsentDescription: "typed by hand" }],
        preAuthorizedApplications: application.api.preAuthorizedApplications.map(({ appId }) => ({
          appId,
          delegatedPermissionIds: [],
        })),
      },
      requiredResourceAccess: [
        {
          resourceAppId: guid(0x700),
          resourceAccess: [1, 2, 3].map((n) => ({ id: guid(n), type: "Role" })),
        },
      ],
    },
    servicePrincipal: { id: guid(3), appId: guid(2), tags: ["HideApp"] },
    appRoleAssignments: [],
  };
  const removeRedirectUris = ["https://old.example/empower/identityservice"];
  expect(shown(proposal(WITH_ADD_ON, current, { removeRedirectUris }))).toMatchInlineSnapshot(`
    "~ App registration "Old name"
      ~ name: Old name → empower
      ~ who can sign in: AzureADMultipleOrgs → AzureADMyOrg
      - redirect URI https://old.example/empower/identityservice
      + redirect URI https://app.example.com/empower/identityservice/signin-oidc
      + redirect URI https://app.example.com/empower/identityservice/grants
      + redirect URI https://app.example.com/empower/identityservice
      ~ implicit flow: access tokens → implicit flow: access tokens and ID tokens
      + permissions asked for: 3
      ~ access token version: not set → 2
      ~ scope access_as_user
    ~ Single sign-on for the add-in (exposed API)
      ~ authorised client application Microsoft Office (all hosts) (ea5a67f6-b6f3-4338-b240-c655ddc3cc8e)
    ~ Enterprise application
      + tag WindowsAzureActiveDirectoryIntegratedApp
    + Admin consent for the whole tenant
      + User.Read.All (Microsoft Graph, application): May do User.Read.All
      + GroupMember.Read.All (Microsoft Graph, application): May do GroupMember.Read.All"
  `);
});

test("adopt, with a doubtful secret", () => {
  const application = anApplication({
    displayName: "empower",
    tags: ["theirs"],
    passwordCredentials: [aCredential(), aCredential({ keyId: guid(0xd009), displayName: "portal" })],
  });
  expect(shown(proposal(WANTED, { ...NOTHING, application }, { adopt: true }))).toMatchInlineSnapshot(`
    "~ Take over the app registration "empower" (mark it as managed by this tool)
    ~ App registration "empower"
      + redirect URI https://app.example.com/empower/identityservice/signin-oidc
      + redirect URI https://app.example.com/empower/identityservice/grants
      + redirect URI https://app.example.com/empower/identityservice
      ~ implicit flow: off → implicit flow: access tokens and ID tokens
      + permissions asked for: 3
    + Enterprise application (service principal)
    + Admin consent for the whole tenant
      + User.Read (Microsoft Graph, delegated): May do User.Read
      + User.Read.All (Microsoft Graph, application): May do User.Read.All
      + GroupMember.Read.All (Microsoft Graph, application): May do GroupMember.Read.All
    + Client secret, valid until 2028-03-01, because nothing proves that the old one was handed over
        goes to https://otp.example/ and comes back as a link that opens once, within 30 days
        the link is written to AppRegistrationInfo.json
        "empower (entra-app-registration 0badcafe)" (00000000-0000-4000-8000-00000000d000) stays; when nobody uses it: secret retire 00000000-0000-4000-8000-00000000d000
      Then a test as the new app: it tries User.Read.All and GroupMember.Read.All by reading one ID each"
  `);
});

test("a new secret", () => {
  const before = made(WANTED);
  const long = desired({ secretLifetime: { amount: 100, unit: "years" } });
  expect(shown(proposal(long, before, { newSecret: true }))).toMatchInlineSnapshot(`
    "+ Client secret, valid until 2126-03-01, beside the old one
        goes to https://otp.example/ and comes back as a link that opens once, within 30 days
        the link is written to AppRegistrationInfo.json
        that is long: a leaked secret would work for all that time
      Then a test as the new app: it tries User.Read.All and GroupMember.Read.All by reading one ID each"
  `);
});

const [LOST, UNDELIVERED] = [aCredential(), aCredential().displayName ?? ""];
const reissue = () =>
  proposal(
    WANTED,
    {
      ...made(WANTED),
      application: { ...(made(WANTED).application ?? anApplication()), passwordCredentials: [LOST] },
    },
    {},
    [{ secretName: UNDELIVERED, state: "open" }],
  );

test("a secret that was never handed over", () => {
  expect(shown(reissue())).toMatchInlineSnapshot(`
    "- Client secret "empower (entra-app-registration 0badcafe)", which was never handed over
    + Client secret, valid until 2028-03-01, because the old one was never handed over
        goes to https://otp.example/ and comes back as a link that opens once, within 30 days
        the link is written to AppRegistrationInfo.json
      Then a test as the new app: it tries User.Read.All and GroupMember.Read.All by reading one ID each"
  `);
});

test("every change of the plan has a line", () => {
  for (const step of proposal(WITH_ADD_ON).plan.steps) {
    const lines = planLines({ ...proposal(WITH_ADD_ON), plan: { steps: [step] }, proofs: [] });
    expect(lines.length, step.kind).toBeGreaterThan(0);
  }
});

test.each([
  [3600, "1 hour"],
  [7200, "2 hours"],
  [86_400, "24 hours"],
  [172_800, "2 days"],
  [2_592_000, "30 days"],
])("%i seconds are %s", (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});

const RESULT: RegisterResult = {
  outcome: "registered",
  tenant: { id: guid(8), displayName: "Contoso" },
  displayName: "empower",
  appId: guid(2),
  objectId: guid(1),
  servicePrincipalId: guid(6),
  desired: WANTED,
  handoverPage: "/work/AppRegistrationHandover.html",
  plan: proposal().plan,
  handover: {
    file: "/work/AppRegistrationInfo.json",
    toDownload: true,
    keyId: guid(9),
    link: { url: new Secret("https://otp.example/snappass~x"), end: new Date("2026-03-31T12:00:00Z") },
    secretStart: "2026-03-01T12:00:00Z",
    secretEnd: "2028-03-01T12:00:00Z",
  },
  groups: [{ id: guid(10), displayName: "Sales" }],
  waiting: WANTED.permissions,
  consentPage: "https://entra.example/consent",
  signInClientId: guid(7),
  hostname: "https://app.example.com",
  secretEnd: "2028-03-01T12:00:00Z",
  answers: { appName: "empower", hostname: "https://app.contoso.com", inputs: {} },
  nextSteps: ["Send the file.", "Set provisioning up: {setupCommand}"],
};

const NAMED = { version: "1.2.3", template: "./my template.json", cloud: "usgov" as const };
const PACKED = { ...NAMED, ...PROGRAM };

const wait = { ms: 2000, reason: "throttled", host: "Microsoft Graph", attempt: 1 } as const;
const adoption = proposal(WANTED, { ...NOTHING, application: anApplication() }, { adopt: true });
const code = {
  userCode: "ABC",
  verificationUri: "https://ms.example",
  expiresAt: new Date("2026-03-01T12:15:00Z"),
};
const exchange = {
  method: "GET",
  host: "graph.example",
  path: "/v1.0/me",
  status: 200,
  durationMs: 7,
  requestId: "r-1",
};

/** What is said with every kind of event; a kind that is new must be added here. */
const EVENTS: {
  readonly [Kind in RunEvent["kind"]]: readonly Omit<Extract<RunEvent, { kind: Kind }>, "kind">[];
} = {
  sandbox: [{ examples: [{ flag: "--tenant-id", configKey: "tenantID" }] }],
  sandboxBusy: [{ processId: 7 }],
  config: [
    { file: "/c", unknownKeys: ["colour"], ignoredFile: undefined },
    { file: "/c", unknownKeys: [], ignoredFile: "/i" },
  ],
  journal: [{ path: "/j" }],
  configNotUploaded: [{}],
  noJournal: [{ path: "/j" }],
  hostnameReduced: [{ origin: "https://x.example" }],
  deviceCode: [
    { code, canSwitch: false },
    { code, canSwitch: true },
  ],
  signInPage: [
    { url: "https://login.example/authorize", canSwitch: true },
    { url: "https://login.example/authorize", canSwitch: false },
  ],
  applicationDone: [{ result: RESULT }, { result: { ...RESULT, outcome: "nothingToDo" } }],
  surplusApplications: [{ appIds: [guid(5)] }],
  consentPage: [{ url: "https://entra.example/consent", permissions: WANTED.permissions }],
  signInFailed: [
    { failure: { problem: "tenantNotFound", ...ATTEMPT, detail: "no" }, next: undefined },
    { failure: { problem: "cloudShellUnavailable", ...ATTEMPT, detail: "no" }, next: "device-code" },
  ],
  signedIn: [{ username: "me@contoso.com", tenant: { id: guid(8), displayName: "Contoso" } }],
  wait: [{ wait }, { wait: { ...wait, reason: "unreachable" } }],
  exchange: [{ exchange }],
  task: [
    { task: "createApplication", state: "started" },
    { task: "createApplication", state: "done" },
  ],
  serviceReplaced: [{ from: "https://a.example/", to: "https://b.example/" }],
  plan: [{ proposal: proposal(WITH_ADD_ON) }, { proposal: adoption }, { proposal: reissue() }],
  consentSubject: [
    {
      subject: {
        application: anApplication({
          web: {
            redirectUris: ["https://app.example/"],
            implicitGrantSettings: { enableAccessTokenIssuance: true, enableIdTokenIssuance: true },
          },
        }),
        tenant: { id: guid(8), displayName: "Contoso" },
        permissions: WANTED.permissions,
      },
    },
  ],
  removal: [
    {
      removal: toRemoval(
        {
          ...made(WANTED),
          application: anApplication({
            web: {
              redirectUris: ["https://app.example/"],
              implicitGrantSettings: { enableAccessTokenIssuance: true, enableIdTokenIssuance: true },
            },
            tags: ["entra-app-registration-empower-empower-0badcafe"],
            passwordCredentials: [aCredential(), aCredential({ displayName: "portal" })],
          }),
        },
        [],
      ),
      tenant: { id: guid(8), displayName: "Contoso" },
    },
  ],
  secretsRestored: [
    { ours: 1, others: 0, kept: [] },
    { ours: 2, others: 2, kept: [guid(1), guid(2)] },
  ],
  deletedFound: (["restore", "purge", undefined] as const).map((choice) => ({
    displayName: "empower",
    deletedDateTime: "2026-01-02T03:04:05Z",
    choice,
  })),
  lifetimeShortened: [{ endDateTime: "2026-03-01T12:00:00Z" }],
  grantRefused: [{ permissions: WANTED.permissions }],
  redirectUrisKept: [{ uris: ["https://old.example/"] }],
  secretsDoubtful: [
    {
      secrets: [
        {
          keyId: guid(1),
          displayName: "a",
          startDateTime: "2026-01-02T03:04:05Z",
          endDateTime: "2028-01-02T03:04:05Z",
        },
      ],
    },
  ],
  variablesUnknown: [{ names: ["ENTRA_APP_REGISTRATION_X"] }],
  notVisibleYet: [{ plan: { steps: [] } }],
  readBackFailed: [{}],
  consentNotSeen: [{}],
  proofFailed: [
    { problem: "secretNotAccepted", detail: "AADSTS7000215" },
    { problem: "permissionNotEffective", detail: "User.Read.All" },
    { problem: "other", detail: "x" },
  ],
  pageNotWritten: [{ file: "/p.html", errno: "ENOSPC" }],
  reminderWritten: [{ file: "/r.ics", days: [new Date("2028-10-21T12:00:00Z")] }],
  reminderNotWritten: [
    { file: "/r.ics", errno: "EEXIST" },
    { file: "/r.ics", errno: "EACCES" },
  ],
  fileKept: [{ keptAs: "/old" }],
  markNotSet: [{}],
  secretTokenCleaned: [
    { source: "", removed: ["bearer"] },
    { source: "--secret-token-file token.txt", removed: ["quotes", "bearer", "whiteSpace"] },
  ],
  secretTokenFileShared: [{ file: "/home/anna/token.txt" }],
  inputSilent: [{ seconds: 10 }],
  secretTokenKept: [{ displayName: "empower" }],
  settingsUnseen: [
    { displayName: "empower", settings: ["scope"] },
    { displayName: "empower", settings: ["scope", "notification"] },
  ],
  anyTokenAccepted: [{ host: "scim.example" }],
  mappingsKept: [{ file: "/journal/mappings.json" }],
  attributesNotKept: [{ names: ["urn:x:folders"] }],
  attributesLeftOut: [{ names: ["urn:x:folders"] }],
  nobodyAssigned: [{ displayName: "empower", application: undefined }],
  notInScopeYet: [{ user: "anna@contoso.com" }],
  provisioningFound: [
    { displayName: "empower", state: "running", job: aJob() },
    { displayName: "empower", state: "quarantine", job: aQuarantinedJob() },
  ],
  restartMeans: [
    { clearsState: false, users: 3, jobs: 1 },
    { clearsState: true, users: 3000, jobs: 1 },
    { clearsState: true, users: 3000, jobs: 2 },
    { clearsState: true, users: undefined, jobs: 2 },
  ],
  leftOut: [{ result: LEFT_OUT }, { result: { ...LEFT_OUT, state: "incomplete" } }],
  controlDone: [
    { result: { ...CONTROLLED, outcome: "changed" } },
    { result: { ...CONTROLLED, outcome: "nothingToDo" } },
    { result: LEFT_OUT },
  ],
  controlFailed: [{ displayName: "empower" }],
  following: [{}],
  assignments: [PROPOSED, { ...PROPOSED, plan: NOTHING_PLANNED, file: undefined }].map((one) => ({
    proposal: one,
  })),
  assigning: [
    { total: 10_000, progress: { assigned: 1234, removed: 0, refused: 1, perSecond: 19.4, isSlowed: true } },
    { total: 1, progress: { assigned: 0, removed: 0, refused: 0, perSecond: 0.6, isSlowed: false } },
  ],
  assignedSoFar: [{ total: 10_000, assigned: 1234 }],
  usersChecked: [
    { check: CHECKED, file: "/o/users-to-check-flexwhere.csv", hasGroups: true },
    { check: { ...CHECKED, findings: [], failing: 0, disabled: 0 }, file: undefined, hasGroups: false },
    {
      check: { ...CHECKED, checked: 0, findings: [], failing: 0, disabled: 0 },
      file: undefined,
      hasGroups: false,
    },
  ],
  interrupted: [{ byKey: true }, { byKey: false }],
};
const ALL_EVENTS = Object.entries(EVENTS).flatMap(([kind, list]) =>
  list.map((event) => ({ kind, ...event }) as RunEvent),
);

test.each([80, 400])("nothing from outside controls a terminal of %i columns", (columns) => {
  const { terminal, clock, said } = fakePorts({ columns, interactive: true });
  const reporter = new Reporter({ terminal, clock }, { quiet: false, verbose: true }, PROGRAM);
  for (const event of ALL_EVENTS) {
    reporter.report(poisoned(event));
    expect(controlOf([...said.notes, ...said.progress].join("\n")), event.kind).toEqual([]);
  }
  reporter.stop();
  expect(said.notes.join("\n")).toContain("�");

  const { handover } = RESULT;
  const dirty = { ...poisoned(RESULT), handover: handover && poisoned(handover) };
  const url = new Secret(poisoned("https://otp.example/x"));
  const link = { url, end: new Date("2026-03-31T12:00:00Z") };
  for (const outcome of ["registered", "rotated", "nothingToDo", "planned"] as const) {
    const result = { ...dirty, outcome, ...(dirty.handover && { handover: { ...dirty.handover, link } }) };
    expect(controlOf(renderResult(result, terminal, { ...poisoned(NAMED), ...PROGRAM })), outcome).toEqual(
      [],
    );
    // The path is the person's own, and the link was checked before it was shown.
    const json = {
      ...toJsonResult("register", result, { ...poisoned(NAMED), ...PROGRAM }),
      clientSecret: "",
      handoverFile: "",
      handoverPage: "",
    };
    expect(controlOf(JSON.stringify(json)), outcome).toEqual([]);
  }
});

test("how a consent run ended is fit for a screen", () => {
  const { terminal } = fakePorts({ columns: 80, interactive: true });
  const { tenant, plan, waiting, consentPage } = RESULT;
  for (const outcome of ["granted", "refused", "nothingToDo", "planned"] as const) {
    const ids = { displayName: "empower", appId: guid(2), objectId: guid(1) };
    const result: ConsentResult = {
      outcome,
      tenant,
      ...ids,
      plan,
      handover: undefined,
      waiting,
      consentPage,
    };
    expect(
      controlOf(renderConsent(poisoned(result), terminal, { ...poisoned(NAMED), ...PROGRAM })),
      outcome,
    ).toEqual([]);
    const [command] = renderConsent(result, terminal, PACKED).split("\n").slice(-1);
    // On one line however narrow the terminal: it is copied.
    expect(command).toBe(
      `    npx ./entra-app-registration-1.2.3.tgz consent --tenant-id ${guid(8)} --app-id ${guid(2)} --cloud usgov --template "./my template.json"`,
    );
  }
});

test("lists of secrets and their retirement are fit for a screen", () => {
  const credential = aCredential();
  const states = ["delivered", "undelivered", "doubtful", "expired", "foreign"] as const;
  const secrets = states.map((state) => ({ credential, state, tagged: false }));
  const { tenant } = RESULT;
  const now = new Date("2026-06-01T00:00:00Z");
  const list = { tenant, displayName: "empower", appId: guid(2), objectId: guid(1), secrets, now };
  for (const columns of [20, 40, 80, undefined]) {
    const { terminal } = fakePorts(columns === undefined ? {} : { columns });
    expect(controlOf(renderSecrets({ ...poisoned(list), now }, terminal))).toEqual([]);
    expect(renderSecrets(list, terminal)).not.toMatch(/undefined|NaN|null/);
  }
  expect(controlOf(JSON.stringify(toJsonSecrets({ ...poisoned(list), now })))).toEqual([]);

  const reasons = ["expired", "undelivered", "superseded", "named", "last"] as const;
  const steps = reasons.map(
    (reason) => ({ kind: "removeSecret", keyId: guid(4), displayName: "empower", reason }) as const,
  );
  expect(shown({ ...proposal(), plan: { steps }, proofs: [] })).toMatchInlineSnapshot(`
    "- Client secret "empower", which has expired
    - Client secret "empower", which was never handed over
    - Client secret "empower", which was followed by a newer one that was handed over
        it stops working at once: make sure that the vendor uses the newer one
    - Client secret "empower", which you named
    - Client secret "empower", the last one that was handed over
        it stops working at once, and the vendor's app with it"
  `);
  const { terminal } = fakePorts({ columns: 80, interactive: true });
  for (const outcome of ["retired", "nothingToDo", "planned"] as const) {
    for (const left of [0, 1, 2]) {
      const ids = { displayName: "empower", appId: guid(2), objectId: guid(1), gone: [guid(5)], left };
      const ended = { outcome, tenant, ...ids, plan: { steps }, handover: undefined, waiting: [] };
      const result: RetireResult = { ...ended, consentPage: undefined };
      expect(controlOf(renderRetirement(poisoned(result), terminal))).toEqual([]);
    }
  }
});

test("nothing from outside controls a question", () => {
  const evil = poisoned("x");
  const one = { appId: evil, createdDateTime: evil, template: evil };
  const { namesake, adopt, application, ...others } = QUESTIONS;
  const texts = [
    ...Object.values(others).map((text) => (typeof text === "string" ? text : text(evil, evil))),
    namesake(evil, [one]),
    namesake(evil, [{ ...one, template: undefined }]),
    adopt(one),
    application(one),
  ];
  expect(controlOf(texts.join("\n"))).toEqual([]);
});

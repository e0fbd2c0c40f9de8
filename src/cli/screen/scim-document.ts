// The large zod, as in `result-document.ts`: nothing of this file but its types reaches the program.
import * as z from "zod";
import type { ProvisioningState } from "../../provisioning/state.ts";

const nullableText = z.string().nullable();

const PROVISIONING_STATES = [
  "notSetUp",
  "incomplete",
  "ready",
  "firstCycle",
  "running",
  "paused",
  "quarantine",
] as const satisfies readonly ProvisioningState[];

/** What `scim setup` says of the provisioning of one application. */
export const provisioningDocument = z.strictObject({
  outcome: z
    .enum(["running", "waiting", "planned", "nothingToDo"])
    .describe("`waiting`: for the vendor's secret token."),
  state: z.enum(PROVISIONING_STATES),
  tenantUrl: z.string(),
  servicePrincipalId: nullableText,
  jobId: nullableText,
  steps: z.array(z.strictObject({ kind: z.string() })),
  assigned: z.array(
    z.strictObject({ id: z.string(), displayName: z.string(), kind: z.enum(["User", "Group"]) }),
  ),
  provenWith: nullableText.describe("The user who was provisioned first, as a test."),
  nextCycle: nullableText.describe("ISO 8601; null where none is planned, or the first is about to begin."),
  usersAtVendor: z.number().nullable().describe("Null where the vendor's list was not read."),
  mappingsFile: nullableText.describe("Where the attribute mappings are kept as they were."),
  command: nullableText.describe("What to run once the vendor has given the secret token."),
});

/** One application of a command that runs provisioning. */
const application = {
  tenantId: z.string(),
  displayName: z.string(),
  appId: z.string(),
  objectId: z.string(),
};

/** A provisioning job. */
const job = {
  jobId: nullableText,
  lastCycle: z
    .strictObject({
      state: z.string(),
      began: nullableText,
      ended: nullableText,
      imported: z.number(),
      entitled: z.number(),
      exported: z.number(),
      escrowed: z.number().describe("How many failed and are tried again."),
    })
    .nullable(),
  firstCycleComplete: nullableText.describe("Since when everybody was looked at, ISO 8601."),
  nextCycle: nullableText.describe("ISO 8601; null where there is none, or nobody can tell."),
  inStep: z.array(z.strictObject({ kind: z.string(), count: z.number() })),
  quarantine: z
    .strictObject({
      reason: z.string().describe("Microsoft Graph's word for it."),
      text: z.string().describe("The reason in words."),
      since: nullableText,
      nextAttempt: nullableText,
    })
    .nullable(),
};

const identity = z.strictObject({ id: z.string(), displayName: z.string(), type: z.string() }).nullable();

/** An entry of the provisioning logs; values of attributes are left out. */
const logEntry = z.strictObject({
  id: z.string(),
  at: z.string().describe("ISO 8601, UTC."),
  action: z.string(),
  status: z.string().describe("`success`, `failure`, `skipped` or `warning`."),
  text: z.string().describe("The entry in words."),
  errorCode: nullableText,
  reason: nullableText,
  recommendedAction: nullableText,
  source: identity,
  target: identity,
  attributes: z.array(z.string()).describe("The attributes that were changed."),
  cycleId: nullableText,
  durationMs: z.number().nullable(),
  application: z.string().optional().describe("Of several applications the name of the one it is about."),
});

/** One of several applications whose provisioning is started, paused or restarted. */
export const controlledDocument = z.strictObject({
  changed: z.boolean(),
  tenantId: z.string(),
  displayName: z.string(),
  appId: nullableText.describe("Null where it is not registered; so is `objectId`."),
  objectId: nullableText,
  state: z.enum(["notRegistered", ...PROVISIONING_STATES]),
  ...job,
});
export type ControlledDocument = z.infer<typeof controlledDocument>;

/** What the commands that run provisioning print with `--json`. */
export const SCIM_DOCUMENTS = [
  z.strictObject({
    schemaVersion: z.literal(1),
    command: z.literal("scim test"),
    changed: z.literal(false),
    ...application,
    tenantUrl: z.string(),
    credentials: z.enum(["given", "saved"]).describe("Whether what is saved was tried, or what was given."),
    usable: z.boolean().describe("Whether Microsoft Entra could connect."),
    problem: z.enum(["refused", "unreachable", "notScim", "other"]).nullable(),
    text: z.string().describe("What came of it, in words."),
    advice: nullableText,
    detail: nullableText.describe("Microsoft's own sentence."),
    requestId: nullableText,
    acceptsAnyToken: z
      .boolean()
      .nullable()
      .describe("Whether the address accepts a made-up token as well; null where that was not tried."),
  }),
  z.strictObject({
    schemaVersion: z.literal(1),
    command: z.literal("scim status"),
    changed: z.literal(false),
    tenantId: z.string(),
    applications: z.array(
      z.strictObject({
        displayName: z.string(),
        state: z.enum(["notRegistered", ...PROVISIONING_STATES]),
        advice: nullableText.describe("What to do now, in words."),
        appId: nullableText,
        objectId: nullableText,
        servicePrincipalId: nullableText,
        tenantUrl: nullableText.describe("The vendor's SCIM address that is saved."),
        hasToken: z.boolean().describe("Whether a secret token is saved; nobody can read which."),
        scope: z.enum(["assigned", "all"]).nullable(),
        notification: nullableText.describe("Where failures are reported."),
        ...job,
      }),
    ),
  }),
  z.strictObject({
    schemaVersion: z.literal(1),
    command: z.enum(["scim start", "scim pause", "scim restart"]),
    changed: z.boolean(),
    ...application,
    state: z.enum(PROVISIONING_STATES).describe("As it was read back."),
    ...job,
    applications: z
      .array(controlledDocument)
      .optional()
      .describe("Each of several applications; at the top stands the first that is registered."),
  }),
  z.strictObject({
    schemaVersion: z.literal(1),
    command: z.literal("scim provision"),
    changed: z.boolean(),
    ...application,
    outcome: z.enum(["provisioned", "nothingToDo", "skipped", "failed"]),
    subject: z.strictObject({
      kind: z.enum(["User", "Group"]),
      id: z.string(),
      name: z.string(),
      members: z.array(z.string()).describe("Object IDs of those that went along with a group."),
    }),
    text: z.string().describe("What became of it, in words."),
    advice: nullableText,
    action: nullableText.describe("Microsoft Graph's word for what was done, such as `create`."),
    errorCode: nullableText,
    steps: z.array(z.strictObject({ type: z.string(), status: z.string(), text: z.string() })),
    changes: z.array(z.strictObject({ attribute: z.string(), from: nullableText, to: nullableText })),
  }),
  z.strictObject({
    schemaVersion: z.literal(1),
    command: z.literal("scim assign"),
    changed: z.boolean(),
    ...application,
    outcome: z.enum(["assigned", "nothingToDo", "planned"]),
    planned: z.number().describe("How many users and groups were to be assigned."),
    assigned: z.number(),
    already: z.number().describe("How many were assigned before."),
    replaced: z.number().describe("How many older assignments gave way to the new role."),
    notFound: z.number().describe("How many names nobody, or more than one, goes by."),
    refused: z.number().describe("How many Microsoft Graph did not assign."),
    notAssignedFile: nullableText.describe("A CSV file of everybody who is not assigned, and why."),
  }),
  z.strictObject({
    schemaVersion: z.literal(1),
    command: z.literal("scim preview"),
    changed: z.literal(false),
    ...application,
    checked: z.number().describe("How many users were looked at."),
    failing: z.number().describe("How many of them the vendor would refuse."),
    disabled: z.number().describe("How many accounts are disabled."),
    notFound: z.number().describe("How many names nobody, or more than one, goes by."),
    unforeseeable: z
      .array(z.string())
      .describe("Required attributes whose values only Microsoft Entra works out."),
    findingsFile: nullableText.describe("A CSV file with all findings."),
    mappings: z
      .enum(["job", "template"])
      .describe("Where the mappings are from by which values are worked out."),
    users: z
      .array(
        z.strictObject({
          id: z.string(),
          userPrincipalName: z.string(),
          attributes: z.array(
            z.strictObject({
              name: z.string(),
              value: z.union([z.string(), z.boolean(), z.array(z.string())]).nullable(),
              foreseeable: z.boolean(),
            }),
          ),
        }),
      )
      .describe("What would be sent of those who were named."),
  }),
  z.strictObject({
    schemaVersion: z.literal(1),
    command: z.literal("scim logs"),
    changed: z.literal(false),
    ...application,
    hasMore: z.boolean().describe("Whether there are older entries than these."),
    entries: z.array(logEntry).describe("The oldest first."),
    applications: z
      .array(z.strictObject({ displayName: z.string(), appId: z.string(), objectId: z.string() }))
      .optional()
      .describe("Each of several applications; at the top stands the first."),
  }),
  z
    .strictObject({ schemaVersion: z.literal(1), command: z.literal("scim logs"), entry: logEntry })
    .describe("A line of `scim logs --follow --json`."),
] as const;

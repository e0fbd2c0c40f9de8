// The large zod: only types of this file reach the program, and the JSON Schema is made from its words.
import * as z from "zod";
import {
  type ControlledDocument,
  controlledDocument,
  provisioningDocument,
  SCIM_DOCUMENTS,
} from "./scim-document.ts";

const nullableText = z.string().nullable();

/** What is said of one application of a run that may change something. */
const ended = {
  changed: z.boolean().describe("Whether this run changed anything in the tenant."),
  tenantId: z.string(),
  appId: nullableText.describe("The application (client) ID; null where there is no application yet."),
  objectId: nullableText,
  handoverFile: nullableText.describe("The hand-over file, where this run wrote one."),
  clientSecret: nullableText.describe("The one-time link to the client secret, where this run issued one."),
  steps: z.array(z.strictObject({ kind: z.string() })).describe("What was planned, in order."),
  waiting: z
    .array(
      z.union([
        z.strictObject({
          permission: z.string(),
          type: z.enum(["application", "delegated"]),
          consentPage: nullableText,
          command: z.string().describe("What somebody with the right role runs to consent to all of them."),
        }),
        z.strictObject({
          secretToken: z.string().describe("The tenant URL that the vendor's secret token is for."),
          command: z.string().describe("What to run once the vendor has given it."),
        }),
      ]),
    )
    .describe("Permissions that somebody else has to consent to, and what the vendor has to give."),
  provisioning: provisioningDocument.optional().describe("Where the command sets provisioning up."),
};

const application = z.strictObject({ ...ended, displayName: z.string() });
/** Each of several applications of a product. */
export type ApplicationDocument = z.infer<typeof application>;
/** One that was complete before a failure. */
export type CompleteDocument = ApplicationDocument | ControlledDocument;

const Ended = z.strictObject({
  schemaVersion: z.literal(1),
  command: z.string(),
  ...ended,
  groups: z
    .array(z.strictObject({ id: z.string(), displayName: z.string() }))
    .describe("The groups whose users are synchronised, for the vendor."),
  handoverPage: nullableText.describe("The page about it for people, where this run wrote one."),
  applications: z
    .array(application)
    .optional()
    .describe("Each of several applications; at the top stands the first."),
});
export type EndedDocument = z.infer<typeof Ended>;

/** How a registration compares with its template. */
const compared = {
  differences: z.number().describe("How many findings are a difference: missing, or not as wanted."),
  findings: z.array(
    z.strictObject({
      about: z.string(),
      state: z
        .enum(["ok", "differs", "missing", "extra", "warning"])
        .describe("Only `differs` and `missing` are differences, which `register` or `scim setup` repairs."),
      text: z.string().describe("The finding in words."),
      daysLeft: z.number().nullable().describe("For a client secret: whole days until it ends."),
      keyId: nullableText,
    }),
  ),
};

/** What standard output carries with `--json`; `schemas/result.schema.json` is made from this. */
export const ResultDocument = z.union([
  Ended,
  z.strictObject({
    schemaVersion: z.literal(1),
    command: z.literal("verify"),
    changed: z.literal(false),
    tenantId: z.string(),
    appId: z.string(),
    objectId: z.string(),
    ...compared,
    applications: z
      .array(
        z.strictObject({
          displayName: z.string(),
          appId: nullableText.describe("Null where it is not registered; so is `objectId`."),
          objectId: nullableText,
          ...compared,
        }),
      )
      .optional()
      .describe(
        "Each of several applications; at the top stand the IDs of the first that is there, and the findings of all.",
      ),
  }),
  z.strictObject({
    schemaVersion: z.literal(1),
    command: z.literal("secret list"),
    changed: z.literal(false),
    tenantId: z.string(),
    appId: z.string(),
    objectId: z.string(),
    secrets: z.array(
      z.strictObject({
        keyId: z.string(),
        name: z.string(),
        state: z
          .enum(["delivered", "undelivered", "doubtful", "expired", "foreign"])
          .describe("`foreign`: not made by this tool. `doubtful`: nothing says whether it was handed over."),
        start: z.string().describe("ISO 8601, as Microsoft Graph has it; so is `end`."),
        end: z.string(),
        daysLeft: z.number().describe("Whole days until it ends; negative once it has ended."),
      }),
    ),
  }),
  z.strictObject({
    schemaVersion: z.literal(1),
    command: z.literal("remove"),
    changed: z.boolean(),
    tenantId: z.string(),
    appId: nullableText,
    objectId: nullableText,
    restorableUntil: nullableText.describe("Until when the deleted application can be restored, ISO 8601."),
    consent: z
      .array(
        z.strictObject({
          permission: z.string(),
          api: z.string(),
          type: z.enum(["application", "delegated"]),
        }),
      )
      .describe("What was granted and goes with the application."),
    clientSecrets: z
      .array(z.strictObject({ keyId: z.string() }))
      .describe("The client secrets that go with the application."),
  }),
  z.strictObject({
    schemaVersion: z.literal(1),
    command: z.literal("doctor network"),
    changed: z.literal(false),
    usable: z.boolean().describe("Whether all hosts can be used."),
    hosts: z.array(
      z.strictObject({
        host: z.string(),
        port: z.number(),
        purpose: z.enum(["signIn", "graph", "oneTimePassword"]),
        state: z
          .enum(["reachable", "proxied", "intercepted", "blocked"])
          .describe(
            "`intercepted`: somebody else's certificate is shown; where it is trusted the host can be used.",
          ),
        usable: z.boolean(),
        proxy: nullableText.describe("The proxy on the way, as host:port."),
        issuer: nullableText.describe("Who issued the certificate, where that is no public authority."),
        cause: nullableText.describe(
          "Why it cannot be used, such as `ENOTFOUND`, `PROXY_407` or `HTTP_403`.",
        ),
        advice: nullableText.describe("What to do about it, in words."),
      }),
    ),
  }),
  z.strictObject({
    schemaVersion: z.literal(1),
    command: z.enum(["config check", "config init"]),
    changed: z.literal(false),
    file: z.string().describe("The file that was checked or written."),
    usable: z.boolean().describe("Whether it has no fault."),
    faults: z.array(
      z.strictObject({
        path: z.string().describe("The key; `(file)` for the file as a whole."),
        found: nullableText,
        expected: z.string().describe("What is expected, in words."),
        suggestion: nullableText.describe("The key that was probably meant."),
      }),
    ),
    warnings: z.array(
      z.strictObject({
        kind: z.enum(["unknownKey", "notOurs", "tenantIsDomain", "hostnameReduced", "unknownService"]),
        path: z.string(),
        text: z.string().describe("The warning in words."),
      }),
    ),
    asked: z.array(z.string()).describe("The keys that are not set and that the customer is asked for."),
  }),
  z.strictObject({
    schemaVersion: z.literal(1),
    command: z.literal("templates list"),
    changed: z.literal(false),
    templates: z.array(
      z.strictObject({
        name: z.string(),
        title: z.string(),
        isDefault: z.boolean(),
        variantOf: nullableText.describe("The template of which it is the variant with provisioning."),
      }),
    ),
  }),
  z.strictObject({
    schemaVersion: z.literal(1),
    command: z.literal("templates show"),
    changed: z.literal(false),
    name: z.string(),
    title: z.string(),
    asks: z.array(
      z.strictObject({
        configKey: z.string(),
        question: nullableText.describe("Null for what every template asks."),
        proposed: nullableText,
        choices: z.array(z.string()).nullable(),
        optional: z.boolean().describe("Whether it may be left open."),
      }),
    ),
    applications: z.array(
      z.strictObject({
        displayName: z.string(),
        isNonGallery: z.boolean().describe("Whether it is made from Entra's template for provisioning."),
        redirectUris: z.strictObject({
          web: z.array(z.string()),
          spa: z.array(z.string()),
          publicClient: z.array(z.string()),
        }),
        implicitFlow: z.boolean(),
        appRoles: z.array(z.strictObject({ value: z.string(), displayName: z.string() })),
        permissions: z.array(
          z.strictObject({
            api: z.string().describe("The API's application (client) ID."),
            permission: z.string(),
            type: z.enum(["application", "delegated"]),
            optional: z.boolean(),
            highPrivilege: z.boolean().describe("Whether it is refused without --allow-high-privilege."),
          }),
        ),
        clientSecretLifetime: nullableText,
        handoverFile: nullableText,
        handoverEntries: z.record(z.string(), z.string()),
        provisionedTo: nullableText.describe("The tenant URL of SCIM provisioning."),
        provisioning: z
          .strictObject({
            scope: z.enum(["assigned", "all"]),
            groups: z.boolean(),
            exclusive: z.boolean().describe("Whether Entra's own mappings are removed."),
            mappings: z.array(
              z.strictObject({
                target: z.string(),
                source: z.string(),
                default: nullableText,
                matchingPriority: z.number().nullable(),
                onlyWhenCreating: z.boolean(),
                repeatedFor: nullableText.describe("The input that has a pair for each such mapping."),
              }),
            ),
            addedAttributes: z.array(z.strictObject({ name: z.string(), multiValued: z.boolean() })),
            requirements: z.array(
              z.strictObject({
                target: z.string(),
                present: z.boolean(),
                unique: z.boolean(),
                oneOf: z.array(z.string()).nullable(),
              }),
            ),
            appRole: nullableText,
            newGroup: nullableText,
          })
          .nullable(),
      }),
    ),
    addOns: z.array(
      z.strictObject({
        name: z.string(),
        title: z.string(),
        configKey: z.string(),
        identifierUris: z.array(z.string()),
        scopes: z.array(z.string()),
        authorisedClients: z.array(z.string()),
      }),
    ),
    oneTimePasswordServices: z.array(z.string()),
    nextSteps: z.array(z.string()),
  }),
  z.strictObject({
    schemaVersion: z.literal(1),
    command: z.literal("templates check"),
    changed: z.literal(false),
    file: z.string(),
    usable: z.boolean().describe("Whether neither the file nor one that it names has a fault."),
    faults: z.array(
      z.strictObject({
        file: z.string().describe("The file with the fault: the template, or one that it names."),
        path: z.string().describe("Keys and indexes joined by dots; `(file)` for the file as a whole."),
        expected: z.string().describe("What is expected, in words."),
      }),
    ),
  }),
  ...SCIM_DOCUMENTS,
  z.strictObject({
    schemaVersion: z.literal(1),
    error: z.strictObject({
      code: z.string(),
      message: z.string(),
      hint: z.string(),
      requestId: nullableText,
    }),
    applications: z
      .array(z.union([application, controlledDocument]))
      .optional()
      .describe("Of several applications those that were complete before the failure, and stay."),
  }),
]);
export type ResultDocument = z.infer<typeof ResultDocument>;

import { parseLifetime } from "../settings/lifetime.ts";
import { parseServiceUri } from "../settings/values.ts";
import * as z from "../zod.ts";
import { type PlaceholderSet, unknownPlaceholders } from "./placeholders.ts";

/** Terminal control characters have no place in a text that ends on somebody's screen. */
const Text = z
  .string()
  .check(
    z.trim(),
    z.minLength(1),
    z.maxLength(1024),
    z.regex(/^[^\p{Cc}\p{Cf}]*$/u, "no control characters"),
  );

const TextUpTo = (length: number) => Text.check(z.maxLength(length));

const TextWith = (set: PlaceholderSet) =>
  Text.check((context) => {
    for (const unknown of unknownPlaceholders(context.value, set)) {
      context.issues.push({
        code: "custom",
        input: context.value,
        message: `no placeholder ${unknown} here`,
      });
    }
  });

const atLeastOne = <Item extends z.core.SomeType>(item: Item) => z.array(item).check(z.minLength(1));
const Pattern = (pattern: RegExp, words?: string) => z.string().check(z.regex(pattern, words));

const Guid = z.guid().check(z.toLowerCase());
/** Short, because it is part of the unique name of every application it describes. */
const Name = z
  .string()
  .check(
    z.maxLength(40),
    z.regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, "lower-case letters, digits and single hyphens"),
  );
const LifetimeText = z
  .string()
  .check(z.refine((text) => parseLifetime(text) !== undefined, "such as 24m or 90d"));
const ServiceUri = z.string().check(
  z.refine((text) => {
    const parsed = parseServiceUri(text);
    return parsed.ok && parsed.value === text;
  }, "an https address that ends with /"),
);

/** A permission by the API that offers it and its name there, never by id: ids come from the tenant. */
export const TemplatePermission = z.strictObject({
  /** The API's application (client) ID, such as Microsoft Graph's. */
  api: Guid,
  type: z.enum(["delegated", "application"]),
  name: Pattern(/^[A-Za-z0-9._-]{1,120}$/),
  /** The setting that leaves it out. */
  optional: z.optional(z.literal("groupSync")),
});

/** Scopes the application itself offers, and the clients that need no consent for them. */
export const TemplateExposedApi = z.strictObject({
  identifierUris: atLeastOne(TextWith("application")),
  requestedAccessTokenVersion: z.union([z.literal(1), z.literal(2)]),
  oauth2PermissionScopes: atLeastOne(
    z.strictObject({
      value: Pattern(/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,119}$/),
      type: z.enum(["User", "Admin"]),
      adminConsentDisplayName: TextUpTo(100),
      adminConsentDescription: Text,
      userConsentDisplayName: TextUpTo(100),
      userConsentDescription: Text,
    }),
  ),
  preAuthorizedApplications: z.array(
    z.strictObject({ appId: Guid, name: Text, scopes: atLeastOne(z.string()) }),
  ),
});

export const TemplateApplication = z.strictObject({
  displayName: TextWith("settings"),
  signInAudience: z.literal("AzureADMyOrg"),
  web: z.strictObject({
    redirectUris: atLeastOne(
      TextWith("settings").check(z.regex(/^\{hostname\}\//, "starts with {hostname}/")),
    ),
    implicitGrantSettings: z.strictObject({
      enableAccessTokenIssuance: z.boolean(),
      enableIdTokenIssuance: z.boolean(),
    }),
  }),
  permissions: atLeastOne(TemplatePermission),
  clientSecret: z.strictObject({ displayName: TextUpTo(60), lifetime: LifetimeText }),
});

/** What a vendor's product needs in a customer's tenant. */
export const Template = z.strictObject({
  $schema: z.optional(z.string()),
  kind: z.literal("template"),
  name: Name,
  title: Text,
  /** The answer that Enter takes where `config.json` has none. */
  defaults: z.strictObject({ appName: z.optional(TextUpTo(120)) }),
  addOns: z.array(Name),
  application: TemplateApplication,
  oneTimePassword: z.strictObject({
    /** In the order in which they are tried. */
    services: atLeastOne(ServiceUri),
    linkLifetime: LifetimeText,
  }),
  handover: z.strictObject({
    fileName: Pattern(/^[A-Za-z0-9][A-Za-z0-9._-]{0,80}\.json$/),
    entries: z.record(Pattern(/^[A-Za-z][A-Za-z0-9_]*$/), TextWith("handover")),
    nextSteps: z.array(TextWith("nextSteps")),
  }),
});
export type Template = z.infer<typeof Template>;

/** An optional part of a product, switched on by a key of `config.json`, a flag or a question. */
export const AddOn = z.strictObject({
  $schema: z.optional(z.string()),
  kind: z.literal("addOn"),
  name: Name,
  title: Text,
  configKey: Pattern(/^[a-z][A-Za-z0-9]*$/),
  question: Text,
  exposedApi: TemplateExposedApi,
});
export type AddOn = z.infer<typeof AddOn>;

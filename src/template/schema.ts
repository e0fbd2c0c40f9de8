import { parseLifetime } from "../settings/lifetime.ts";
import { parseServiceUri } from "../settings/values.ts";
import * as z from "../zod.ts";
import { type PlaceholderSet, unknownPlaceholders } from "./placeholders.ts";

/** Terminal control characters have no place in a text that ends on somebody's screen. */
const Text = z
  .string()
  .trim()
  .min(1)
  .max(1024)
  .regex(/^[^\p{Cc}\p{Cf}]*$/u, "no control characters");

const TextWith = (set: PlaceholderSet) =>
  Text.superRefine((text, context) => {
    for (const unknown of unknownPlaceholders(text, set)) {
      context.addIssue({ code: "custom", message: `no placeholder ${unknown} here` });
    }
  });

const Guid = z.guid().toLowerCase();
/** Short, because it is part of the unique name of every application it describes. */
const Name = z
  .string()
  .max(40)
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, "lower-case letters, digits and single hyphens");
const LifetimeText = z.string().refine((text) => parseLifetime(text) !== undefined, "such as 24m or 90d");
const ServiceUri = z.string().refine((text) => {
  const parsed = parseServiceUri(text);
  return parsed.ok && parsed.value === text;
}, "an https address that ends with /");

/** A permission by the API that offers it and its name there, never by id: ids come from the tenant. */
export const TemplatePermission = z.strictObject({
  /** The API's application (client) ID, such as Microsoft Graph's. */
  api: Guid,
  type: z.enum(["delegated", "application"]),
  name: z.string().regex(/^[A-Za-z0-9._-]{1,120}$/),
  /** The setting that leaves it out. */
  optional: z.literal("groupSync").optional(),
});

/** Scopes the application itself offers, and the clients that need no consent for them. */
export const TemplateExposedApi = z.strictObject({
  identifierUris: z.array(TextWith("application")).min(1),
  requestedAccessTokenVersion: z.union([z.literal(1), z.literal(2)]),
  oauth2PermissionScopes: z
    .array(
      z.strictObject({
        value: z.string().regex(/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,119}$/),
        type: z.enum(["User", "Admin"]),
        adminConsentDisplayName: Text.max(100),
        adminConsentDescription: Text,
        userConsentDisplayName: Text.max(100),
        userConsentDescription: Text,
      }),
    )
    .min(1),
  preAuthorizedApplications: z.array(
    z.strictObject({ appId: Guid, name: Text, scopes: z.array(z.string()).min(1) }),
  ),
});

export const TemplateApplication = z.strictObject({
  displayName: TextWith("settings"),
  signInAudience: z.literal("AzureADMyOrg"),
  web: z.strictObject({
    redirectUris: z.array(TextWith("settings").regex(/^\{hostname\}\//, "starts with {hostname}/")).min(1),
    implicitGrantSettings: z.strictObject({
      enableAccessTokenIssuance: z.boolean(),
      enableIdTokenIssuance: z.boolean(),
    }),
  }),
  permissions: z.array(TemplatePermission).min(1),
  clientSecret: z.strictObject({ displayName: Text.max(60), lifetime: LifetimeText }),
});

/** What a vendor's product needs in a customer's tenant. */
export const Template = z.strictObject({
  $schema: z.string().optional(),
  kind: z.literal("template"),
  name: Name,
  title: Text,
  /** The answer that Enter takes where `config.json` has none. */
  defaults: z.strictObject({ appName: Text.max(120).optional() }),
  addOns: z.array(Name),
  application: TemplateApplication,
  oneTimePassword: z.strictObject({
    /** In the order in which they are tried. */
    services: z.array(ServiceUri).min(1),
    linkLifetime: LifetimeText,
  }),
  handover: z.strictObject({
    fileName: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,80}\.json$/),
    entries: z.record(z.string().regex(/^[A-Za-z][A-Za-z0-9_]*$/), TextWith("handover")),
    nextSteps: z.array(TextWith("nextSteps")),
  }),
});
export type Template = z.infer<typeof Template>;

/** An optional part of a product, switched on by a key of `config.json`, a flag or a question. */
export const AddOn = z.strictObject({
  $schema: z.string().optional(),
  kind: z.literal("addOn"),
  name: Name,
  title: Text,
  configKey: z.string().regex(/^[a-z][A-Za-z0-9]*$/),
  question: Text,
  exposedApi: TemplateExposedApi,
});
export type AddOn = z.infer<typeof AddOn>;

import { CONFIG_KEYS } from "../settings/config.ts";
import { parseLifetime } from "../settings/lifetime.ts";
import { LONGEST_REDIRECT_URI, parseServiceUri } from "../settings/values.ts";
import * as z from "../zod.ts";
import { contradictions } from "./contradictions.ts";
import { TemplateScim } from "./scim.ts";
import { atLeastOne, Name, Pattern, Text, TextUpTo, TextWith } from "./texts.ts";

const Guid = z.guid().check(z.toLowerCase());
const LifetimeText = z
  .string()
  .check(z.refine((text) => parseLifetime(text) !== undefined, "must be a time such as 24m or 90d"));
const ServiceUri = z.string().check(
  z.refine((text) => {
    const parsed = parseServiceUri(text);
    return parsed.ok && parsed.value === text;
  }, "must be an https address that ends with /"),
);

/** A key of `config.json` that a template declares. */
const ConfigKey = Pattern(
  /^[a-z][A-Za-z0-9]{0,59}$/,
  "must be letters and digits, a small letter first",
).check(
  z.refine(
    (key) => !Object.hasOwn(CONFIG_KEYS, key),
    "must not be a key that config.json has for something else",
  ),
);

/** A permission by the API that offers it and its name there, never by id: ids come from the tenant. */
export const TemplatePermission = z.strictObject({
  /** The API's application (client) ID, such as Microsoft Graph's. */
  api: Guid,
  type: z.enum(["delegated", "application"]),
  name: Pattern(/^[A-Za-z0-9._-]{1,120}$/, "must be a permission's name, such as User.Read"),
  /** The setting that leaves it out. */
  optional: z.optional(z.literal("groupSync")),
});

/** Scopes the application itself offers, and the clients that need no consent for them. */
export const TemplateExposedApi = z.strictObject({
  identifierUris: atLeastOne(TextWith("application")),
  requestedAccessTokenVersion: z.union([z.literal(1), z.literal(2)]),
  oauth2PermissionScopes: atLeastOne(
    z.strictObject({
      value: Pattern(
        /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,119}$/,
        "must be a scope's name: letters, digits, _ - and . (not at its start), at most 120 characters",
      ),
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

/**
 * What Entra takes behind the start of a redirect URI
 * (https://learn.microsoft.com/entra/identity-platform/reply-url): no fragment, no wildcard, no credentials.
 */
const REST = String.raw`[^\s{}*#@!$'(),;\\]*`;
const HTTPS = String.raw`https://[A-Za-z0-9]${REST}|\{input\.[a-z][A-Za-z0-9]*\}(/${REST})?`;

/** An address that people come back to: the product's own, or another https one. */
const RedirectUri = TextWith("settings").check(
  z.maxLength(LONGEST_REDIRECT_URI),
  z.regex(
    new RegExp(String.raw`^(\{hostname\}/${REST}|${HTTPS})$`),
    "must start with {hostname}/ or https://, without a fragment, a wildcard or credentials",
  ),
);
/** One of an installed app: https, this machine, or a scheme of the app's own. */
const InstalledRedirectUri = TextWith("settings").check(
  z.maxLength(LONGEST_REDIRECT_URI),
  z.regex(
    new RegExp(
      String.raw`^(${HTTPS}|http://localhost(:\d+)?(/${REST})?|(?!(https?|javascript|data|file):)[a-z][a-z0-9.+-]*://${REST}[^\s/])$`,
    ),
    "must be https, http://localhost, or a scheme of the app's own, without a fragment, a wildcard or credentials",
  ),
);

/** A role that people and groups are given when they are assigned to the application. */
export const TemplateAppRole = z.strictObject({
  value: Pattern(
    /^[A-Za-z0-9_.:+-]{1,120}$/,
    "must be a role's name: letters, digits and _ . : + -, at most 120",
  ),
  displayName: TextUpTo(100),
  description: Text,
  allowedMemberTypes: atLeastOne(z.enum(["User", "Application"])),
});

export const TemplateHandover = z.strictObject({
  fileName: Pattern(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,80}\.json$/,
    "must be a file name that ends with .json, without a folder",
  ),
  /** The key of this application's own object, where several applications share the file. */
  section: z.optional(Pattern(/^[A-Za-z][A-Za-z0-9_]*$/, "must be letters, digits and _")),
  entries: z.record(
    Pattern(/^[A-Za-z][A-Za-z0-9_]*$/, "must be letters, digits and _"),
    TextWith("handover"),
  ),
});

export const TemplateApplication = z.strictObject({
  /** Names it among several. */
  key: z.optional(Name),
  displayName: TextWith("settings"),
  /** Made from Entra's template for non-gallery applications, which alone can be provisioned. */
  origin: z.optional(z.enum(["registration", "nonGallery"])),
  signInAudience: z.literal("AzureADMyOrg"),
  web: z.optional(
    z.strictObject({
      redirectUris: atLeastOne(RedirectUri),
      implicitGrantSettings: z.strictObject({
        enableAccessTokenIssuance: z.boolean(),
        enableIdTokenIssuance: z.boolean(),
      }),
    }),
  ),
  spa: z.optional(z.strictObject({ redirectUris: atLeastOne(RedirectUri) })),
  publicClient: z.optional(z.strictObject({ redirectUris: atLeastOne(InstalledRedirectUri) })),
  appRoles: z.optional(atLeastOne(TemplateAppRole)),
  permissions: z.array(TemplatePermission),
  /** Goes with `handover`: a secret is always handed over. */
  clientSecret: z.optional(z.strictObject({ displayName: TextUpTo(60), lifetime: LifetimeText })),
  handover: z.optional(TemplateHandover),
  scim: z.optional(TemplateScim),
});

/** An answer to choose; with a label where it is long: people then say that, and see both. */
const TemplateChoice = z.union([
  TextUpTo(100),
  z.strictObject({ label: TextUpTo(40), value: TextUpTo(100) }),
]);

/** A value that only this product asks for; elsewhere it stands as `{input.<name>}`. */
export const TemplateInput = z.strictObject({
  name: Pattern(/^[a-z][A-Za-z0-9]{0,39}$/, "must be letters and digits, a small letter first"),
  question: Text,
  /** `attribute`: one of Entra's, such as `companyName`; `pairs`: any number of `key=attribute`. */
  format: z.enum(["text", "url", "installedUrl", "choice", "attribute", "pairs"]),
  choices: z.optional(z.array(TemplateChoice).check(z.minLength(2))),
  /** It may stay empty; what stands on it in `scim` is left out then. */
  optional: z.optional(z.boolean()),
  default: z.optional(Text),
  configKey: ConfigKey,
});

export type TemplateInput = z.infer<typeof TemplateInput>;

/** What a vendor's product needs in a customer's tenant. */
export const TemplateFile = z
  .strictObject({
    $schema: z.optional(z.string()),
    kind: z.literal("template"),
    name: Name,
    title: Text,
    /** The answer that Enter takes where `config.json` has none. */
    defaults: z.strictObject({ appName: z.optional(TextUpTo(120)) }),
    inputs: z.optional(z.array(TemplateInput)),
    addOns: z.array(Name),
    /** Asks for the groups whose users are synchronised; the result names them, and people pass it on. */
    groups: z.optional(z.strictObject({ question: Text })),
    /** The template that takes this one's place where users are provisioned (`useSCIM`). */
    scimVariant: z.optional(Name),
    applications: atLeastOne(TemplateApplication),
    /** Where client secrets go. */
    oneTimePassword: z.optional(
      z.strictObject({
        /** In the order in which they are tried. */
        services: atLeastOne(ServiceUri),
        linkLifetime: LifetimeText,
      }),
    ),
    nextSteps: z.array(TextWith("nextSteps")),
    /** The same for a run that leaves provisioning to be set up. */
    provisioningSteps: z.optional(z.array(TextWith("provisioningSteps"))),
  })
  .check((context) => {
    for (const { path, message } of contradictions(context.value)) {
      context.issues.push({ code: "custom", input: context.value, path, message });
    }
  });
export type TemplateFile = z.infer<typeof TemplateFile>;

/** One application of a product, with what all of them share. */
export type Template = Omit<TemplateFile, "applications"> & {
  readonly application: z.infer<typeof TemplateApplication>;
};

/** An optional part of a product, switched on by a key of `config.json`, a flag or a question. */
export const AddOn = z
  .strictObject({
    $schema: z.optional(z.string()),
    kind: z.literal("addOn"),
    name: Name,
    title: Text,
    configKey: ConfigKey,
    question: Text,
    exposedApi: TemplateExposedApi,
  })
  .check((context) => {
    const { oauth2PermissionScopes, preAuthorizedApplications } = context.value.exposedApi;
    const offered = new Set(oauth2PermissionScopes.map(({ value }) => value));
    if (offered.size === 0) return;
    preAuthorizedApplications.forEach(({ scopes }, index) => {
      for (const scope of scopes.filter((one) => !offered.has(one))) {
        const path = ["exposedApi", "preAuthorizedApplications", index, "scopes"];
        context.issues.push({ code: "custom", input: scopes, path, message: `no scope ${scope} is offered` });
      }
    });
  });
export type AddOn = z.infer<typeof AddOn>;

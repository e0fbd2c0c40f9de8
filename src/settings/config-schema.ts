import { CONFIG_KEYS } from "./config.ts";
import { type Choice, labelled } from "./values.ts";

/** What an editor says beside a key, and what it can check beyond the kind of the value. */
interface Words {
  readonly description: string;
  /** As loose as the program is: an empty text means "not set". */
  readonly pattern?: string;
}

const LIFETIME = "^\\s*([1-9][0-9]{0,6}[HhDdWwMmYy])?\\s*$";

const WORDS: Readonly<Record<keyof typeof CONFIG_KEYS, Words>> = {
  $schema: { description: "Where an editor finds this schema." },
  tenantID: {
    description: "The customer's tenant ID, or a domain name of the tenant. Empty: asked.",
    pattern:
      "^\\s*([0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}|[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)+)?\\s*$",
  },
  appName: { description: "Name of the app registration, at most 120 characters. Empty: asked." },
  hostname: {
    description: "URL of the vendor's app, starting with https://. That alone, or empty: asked.",
    pattern: "^\\s*([Hh][Tt][Tt][Pp][Ss]://[^\\s*]*)?\\s*$",
  },
  oneTimePasswordServiceUri: {
    description: "The one-time-password service for the client secret. Empty: the template's, in its order.",
  },
  useSCIM: { description: "Whether users are provisioned by SCIM." },
  template: { description: "The vendor's product: a template's name, or the path of its file." },
  secretLifetime: { description: "How long the client secret works, such as 24m.", pattern: LIFETIME },
  linkLifetime: { description: "How long the one-time link works at most, such as 7d.", pattern: LIFETIME },
  groupSync: { description: "False: without the optional permission for groups." },
  implicitFlow: { description: "False: without implicit flow, for newer versions of the app." },
  groups: { description: "Groups whose users are meant, each by its name or its object ID." },
  notificationEmail: {
    description:
      "Who is told when provisioning fails: an e-mail address; for several applications, key=address with commas between.",
  },
};

/** What a template declares that has a key of its own. */
interface Declared {
  readonly addOns: readonly { readonly configKey: string; readonly title: string }[];
  readonly inputs: readonly {
    readonly configKey: string;
    readonly question: string;
    readonly choices?: readonly Choice[] | undefined;
  }[];
}

/** The JSON Schema of `config.json`, from which editors complete and check it. */
export function toConfigSchema({ addOns, inputs }: Declared): Record<string, unknown> {
  const properties = Object.fromEntries([
    ...Object.entries(CONFIG_KEYS).map(([key, { type }]) => {
      const items = type === "array" && { items: { type: "string", minLength: 1 } };
      return [key, { type, ...items, ...WORDS[key as keyof typeof CONFIG_KEYS] }] as const;
    }),
    ...addOns.map(
      ({ configKey, title }) => [configKey, { type: "boolean", description: `With ${title}.` }] as const,
    ),
    ...inputs.map(({ configKey, question, choices }) => {
      const proposed = choices && { examples: choices.map((choice) => labelled(choice).label) };
      return [configKey, { type: "string", description: question, ...proposed }] as const;
    }),
  ]);
  const keys = Object.keys(properties);
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "config.json of entra-app-registration",
    type: "object",
    properties,
    // A template of the vendor's own may bring keys of its own; one that is just misspelt is none of them.
    additionalProperties: { type: ["boolean", "string"] },
    propertyNames: { anyOf: [{ enum: keys }, { pattern: unlike(keys) }] },
  };
}

/** Matches whatever is not one of the keys in another letter case, or with hyphens in it. */
function unlike(keys: readonly string[]): string {
  const anyCase = (letter: string) => `[${letter.toLowerCase()}${letter.toUpperCase()}]`;
  const loose = keys.map((key) =>
    key
      .replaceAll(/[^A-Za-z]/g, "")
      .split("")
      .map(anyCase)
      .join("[-_]?"),
  );
  return `^(?![$]?(${loose.join("|")})$)`;
}

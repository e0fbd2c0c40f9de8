import leven from "leven";
import type { Fault } from "../errors.ts";
import { parseNotifications } from "./notifications.ts";
import {
  type Parsed,
  parseAppName,
  parseGroup,
  parseHostname,
  parseInput,
  parseLifetimeValue,
  parseServiceUri,
  parseTenant,
} from "./values.ts";

/** A `config.json` that was understood. A key that means "not set" (`""`, `"https://"`) is absent. */
export interface Config {
  readonly tenantID?: string;
  readonly appName?: string;
  readonly hostname?: string;
  readonly oneTimePasswordServiceUri?: string;
  readonly useSCIM?: boolean;
  readonly template?: string;
  readonly secretLifetime?: string;
  readonly linkLifetime?: string;
  readonly groupSync?: boolean;
  readonly implicitFlow?: boolean;
  /** Each by its name or its object ID. */
  readonly groups?: readonly string[];
  /** Who is told when provisioning fails: one address, or one for each application as `key=address`. */
  readonly notificationEmail?: string;
  /** The switches that a template's add-ons declare, by their config key. */
  readonly addOns: Readonly<Record<string, boolean>>;
  /** The values of a template's own inputs, by their config key. */
  readonly inputs: Readonly<Record<string, string>>;
}

/** A key that a template's own input declares. */
export type ConfigInput = Parameters<typeof parseInput>[0] & { readonly configKey: string };

export interface ParsedConfig {
  readonly config: Config;
  readonly faults: readonly Fault[];
  /** Keys nobody knows; they change nothing. */
  readonly unknownKeys: readonly string[];
  /** False where not one key is ours: the file belongs to another program. */
  readonly ours: boolean;
}

type Check = (value: unknown) => Fault["expected"] | undefined;

/** What one key holds. */
interface Key {
  /** The kind of its value, as JSON Schema calls it; an array is one of texts. */
  readonly type: "string" | "boolean" | "array";
  readonly check: Check;
}

const textThat = (parse: (text: string) => Parsed<unknown>, notSet: readonly string[] = [""]): Key => ({
  type: "string",
  check: (value) => {
    if (typeof value !== "string") return "text";
    if (notSet.includes(value.trim())) return undefined;
    const parsed = parse(value);
    return parsed.ok ? undefined : parsed.expected;
  },
});
const anyText: Key = {
  type: "string",
  check: (value) => (typeof value === "string" ? undefined : "text"),
};
const boolean: Key = {
  type: "boolean",
  check: (value) => (typeof value === "boolean" ? undefined : "boolean"),
};
const groups: Key = {
  type: "array",
  check: (value) => {
    const isGroup = (one: unknown) => typeof one === "string" && parseGroup(one).ok;
    return Array.isArray(value) && value.every(isGroup) ? undefined : "groups";
  },
};

/** The keys of `config.json` that are no add-on's: the one list of them, in the order in which they are written. */
export const CONFIG_KEYS = {
  $schema: anyText,
  tenantID: textThat(parseTenant),
  appName: textThat(parseAppName),
  hostname: textThat(parseHostname, ["", "https://"]),
  oneTimePasswordServiceUri: textThat(parseServiceUri),
  useSCIM: boolean,
  template: anyText,
  secretLifetime: textThat(parseLifetimeValue),
  linkLifetime: textThat(parseLifetimeValue),
  groupSync: boolean,
  implicitFlow: boolean,
  groups,
  notificationEmail: textThat(parseNotifications),
} as const satisfies Readonly<Record<string, Key>>;

/** Checks a whole `config.json` and lists everything wrong with it at once. */
export function parseConfig(
  value: unknown,
  addOnKeys: readonly string[],
  inputs: readonly ConfigInput[] = [],
): ParsedConfig {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    const fault: Fault = { path: "(file)", found: shorten(value), expected: "object" };
    return { config: { addOns: {}, inputs: {} }, faults: [fault], unknownKeys: [], ours: true };
  }
  const addOnSwitches = addOnKeys.map((key) => [key, boolean] as const);
  const own = inputs.map((input) => [input.configKey, textThat(parseInput(input))] as const);
  const keys = new Map<string, Key>([...Object.entries(CONFIG_KEYS), ...addOnSwitches, ...own]);
  const faults: Fault[] = [];
  const unknownKeys: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [key, found] of Object.entries(value)) {
    const known = keys.get(key);
    if (known) {
      const expected = known.check(found);
      if (expected) faults.push({ path: key, found: shorten(found), expected });
      else values[key] = found;
      continue;
    }
    const suggestion = nearMiss(key, [...keys.keys()]);
    if (suggestion) faults.push({ path: key, found: shorten(found), expected: "knownKey", suggestion });
    else unknownKeys.push(key);
  }
  const ours = faults.length > 0 || Object.keys(values).some((key) => key !== "$schema");
  const inputKeys = inputs.map(({ configKey }) => configKey);
  return { config: toConfig(values, addOnKeys, inputKeys), faults, unknownKeys, ours };
}

/** Only what is set: an empty text and the bare `https://` mean "ask me". */
function toConfig(
  known: Record<string, unknown>,
  addOnKeys: readonly string[],
  inputKeys: readonly string[],
): Config {
  const { $schema: _schema, ...values } = known;
  const isSet = (value: unknown) => typeof value !== "string" || !["", "https://"].includes(value.trim());
  const set = Object.entries(values).filter(([key, value]) => isSet(value) && !addOnKeys.includes(key));
  const entries = set.filter(([key]) => !inputKeys.includes(key));
  const inputs = Object.fromEntries(
    set.filter(([key]) => inputKeys.includes(key)).map(([key, value]) => [key, String(value)]),
  );
  const addOns = Object.fromEntries(
    addOnKeys.filter((key) => Object.hasOwn(values, key)).map((key) => [key, values[key] === true]),
  );
  return { ...Object.fromEntries(entries), addOns, inputs };
}

/** The known key that was probably meant: the same letters, or at most two typed wrong. */
function nearMiss(key: string, knownKeys: readonly string[]): string | undefined {
  const simple = (text: string) => text.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
  return knownKeys.find((known) => {
    const distance = leven(simple(key), simple(known));
    return distance <= Math.min(2, Math.floor(known.length / 3));
  });
}

/** JSON that is nested a hundred thousand deep can be read, but not written again. */
function toText(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return typeof value;
  }
}

/** A found value as it can be shown: text in quotes, at most 80 characters. */
export function shorten(value: unknown): string {
  const text = toText(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

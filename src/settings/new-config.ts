import type { Fault } from "../errors.ts";
import { CONFIG_KEYS, type Config } from "./config.ts";
import { inputsFromFlag } from "./input-flags.ts";
import type { Product } from "./inspect-config.ts";
import { type Flags, type FlagValue, namedGroups } from "./known-values.ts";
import { parseNotifications } from "./notifications.ts";
import {
  LEFT_OPEN,
  type Parsed,
  parseAppName,
  parseHostname,
  parseLifetimeValue,
  parseServiceUri,
  parseTenant,
} from "./values.ts";

/** The values of a new `config.json` as far as flags and variables give them, and what is wrong with these. */
export function configFromFlags(flags: Flags): {
  readonly config: Config;
  readonly faults: readonly Fault[];
  /** Set where a path was cut off the URL. */
  readonly hostnameReducedTo: string | undefined;
} {
  const faults: Fault[] = [];
  const text = <Value>(name: string, parse: (typed: string) => Parsed<Value>): Value | undefined => {
    const given = flags[name];
    if (typeof given?.value !== "string") return undefined;
    const parsed = parse(given.value);
    if (parsed.ok) return parsed.value;
    faults.push({ path: given.path, found: given.value, expected: parsed.expected });
    return undefined;
  };
  const on = (name: string): boolean | undefined => switchOf(flags, name);
  const hostname = text("hostname", parseHostname);
  const groups = namedGroups(flags["group"], undefined, faults);
  const config = onlySet({
    tenantID: text("tenant-id", parseTenant),
    appName: text("app-name", parseAppName),
    hostname: hostname?.origin,
    oneTimePasswordServiceUri: text("one-time-password-service", parseServiceUri),
    template: text(
      "template",
      asTyped(() => ({ ok: true, value: undefined })),
    ),
    secretLifetime: text("secret-lifetime", asTyped(parseLifetimeValue)),
    linkLifetime: text("link-lifetime", asTyped(parseLifetimeValue)),
    useSCIM: on("scim"),
    groupSync: on("group-sync"),
    implicitFlow: on("implicit-flow"),
    groups: groups?.value,
    notificationEmail: notificationText(flags["notify"], faults),
  });
  return {
    config: { ...config, addOns: {}, inputs: {} },
    faults,
    hostnameReducedTo: hostname?.reduced ? hostname.origin : undefined,
  };
}

/** Who is told of failures, as `config.json` has it. */
function notificationText(flag: FlagValue | undefined, faults: Fault[]): string | undefined {
  if (typeof flag?.value !== "object") return undefined;
  const found = flag.value.join(", ");
  const parsed = parseNotifications(found);
  if (!parsed.ok) faults.push({ path: flag.path, found, expected: parsed.expected });
  return found;
}

/** What flags and variables give that only one product knows, by its config keys. */
export function ownFromFlags(
  flags: Flags,
  { addOns, inputs }: Pick<Product, "addOns" | "inputs">,
): Pick<Config, "addOns" | "inputs"> & { readonly faults: readonly Fault[] } {
  const faults: Fault[] = [];
  const set = inputsFromFlag(flags["set"], inputs, faults);
  const switches = addOns.map(({ name, configKey }) => [configKey, switchOf(flags, name)] as const);
  const texts = inputs.map(({ name, configKey }) => [configKey, set.get(name)?.value] as const);
  return {
    addOns: onlySet(Object.fromEntries(switches)) as Record<string, boolean>,
    inputs: onlySet(Object.fromEntries(texts)) as Record<string, string>,
    faults,
  };
}

function switchOf(flags: Flags, name: string): boolean | undefined {
  const value = flags[name]?.value;
  return typeof value === "boolean" ? value : undefined;
}

const asTyped =
  (parse: (text: string) => Parsed<unknown>) =>
  (text: string): Parsed<string> => {
    const parsed = parse(text);
    return parsed.ok ? { ok: true, value: text.trim() } : parsed;
  };

/** The keys that stand in every file, so that whoever opens it sees what it can set; with what "not set" is. */
const ALWAYS = {
  tenantID: "",
  appName: "",
  hostname: "https://",
  oneTimePasswordServiceUri: "",
  useSCIM: false,
} as const satisfies Readonly<Partial<Record<keyof typeof CONFIG_KEYS, unknown>>>;

/** A config as it is written: the keys in their order, what only this product has behind the URL. */
export function toConfigDocument(
  { addOns: switches, inputs: texts, ...values }: Config,
  { addOns, inputs }: Pick<Product, "addOns" | "inputs">,
  schema: string | undefined,
): Record<string, unknown> {
  const known: Record<string, unknown> = { ...ALWAYS, ...values, $schema: schema };
  const own = [
    // An empty text would mean that nobody has answered yet.
    ...inputs.map(({ configKey }) => {
      const text = texts[configKey] ?? "";
      return [configKey, text === "" && Object.hasOwn(texts, configKey) ? LEFT_OPEN : text] as const;
    }),
    ...addOns.map(({ configKey }) => [configKey, switches[configKey] ?? false] as const),
  ];
  const ordered = Object.keys(CONFIG_KEYS).flatMap((key) => [
    [key, known[key]] as const,
    ...(key === "hostname" ? own : []),
  ]);
  return onlySet(Object.fromEntries(ordered));
}

type Given<Values> = { [Key in keyof Values]?: Exclude<Values[Key], undefined> };

function onlySet<Values extends object>(values: Values): Given<Values> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined),
  ) as Given<Values>;
}

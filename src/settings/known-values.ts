import type { Fault, MissingInput } from "../errors.ts";
import type { AddOn, Template, TemplateInput } from "../template/schema.ts";
import { needsHostname } from "../template/units.ts";
import type { Config } from "./config.ts";
import { inputsFromFlag } from "./input-flags.ts";
import { type Lifetime, parseLifetime, toSeconds } from "./lifetime.ts";
import { type Notifications, resolveNotifications } from "./notifications.ts";
import { BRINGS_TENANT, CLOUD_NAMES, type CloudName, type SignInWay } from "./sign-in.ts";
import {
  oneOf,
  type Parsed,
  parseAppName,
  parseGroup,
  parseGuid,
  parseHostname,
  parseInput,
  parseLifetimeValue,
  parseServiceUri,
  parseTenant,
} from "./values.ts";

export type Source = "flag" | "environment" | "config" | "template" | "example";

/** A value and where it comes from: one from a flag or the environment is not asked for again. */
export interface Known<Value> {
  readonly value: Value;
  readonly source: Source;
}

/** A flag's value, or its environment variable's; `path` is how the person wrote it. */
export interface FlagValue {
  readonly value: string | boolean | readonly string[];
  readonly source: "flag" | "environment";
  readonly path: string;
}

/** By the flag's long name without dashes in front, a `--no-x` flag as `x: false`. */
export type Flags = Readonly<Record<string, FlagValue | undefined>>;

/** What is known before anybody was asked. */
export interface KnownValues {
  readonly tenant: Known<string> | undefined;
  readonly appName: Known<string> | undefined;
  /** An origin, such as `https://app.example.com`. */
  readonly hostname: Known<string> | undefined;
  /** By the add-on's name. */
  readonly addOns: Readonly<Record<string, Known<boolean>>>;
  /** Undefined: the template's services, in their order. */
  readonly oneTimePasswordService: string | undefined;
  readonly linkLifetimeSeconds: number;
  readonly secretLifetime: Lifetime;
  /** Whether anything in the template depends on the product's own address. */
  readonly needsHostname: boolean;
  /** What only this template asks for. */
  readonly inputs: readonly KnownInput[];
  readonly groupSync: boolean;
  readonly implicitFlow: boolean;
  /** Groups whose users are synchronised, each by name or object ID, none twice; empty for none at all. */
  readonly groups: Known<readonly string[]> | undefined;
  /** Who is told when the provisioning of an application fails. */
  readonly notifications: Notifications;
  readonly appId: string | undefined;
  readonly signInClientId: string | undefined;
  /** How to sign in; `auto` decides by where the program runs. */
  readonly auth: SignInWay | "auto";
  /** Whether the way of signing in says which tenant it is for. */
  readonly bringsTenant: boolean;
  /** The ways that can be taken in this run. */
  readonly ways: readonly SignInWay[];
  readonly cloud: CloudName;
}

export interface KnownInput {
  readonly name: string;
  readonly input: TemplateInput;
  readonly value: Known<string> | undefined;
}

export interface ResolvedValues {
  readonly known: KnownValues;
  readonly faults: readonly Fault[];
  /** Set where a path was cut off the URL. */
  readonly hostnameReducedTo: string | undefined;
}

export interface ValueSources {
  readonly flags: Flags;
  readonly config: Config;
  readonly templates: readonly Template[];
  readonly addOns: readonly AddOn[];
  /** Values for a rehearsal, where nothing else gives one. */
  readonly examples: { readonly tenant: string; readonly hostname: string } | undefined;
  readonly inCloudShell: boolean;
  /** The ways of signing in that can be taken here. */
  readonly ways: readonly SignInWay[];
}

/** Puts flags, environment, `config.json` and the template's defaults together; the first that is set wins. */
export function resolveValues({
  flags,
  config,
  templates,
  addOns,
  examples,
  inCloudShell,
  ways,
}: ValueSources): ResolvedValues {
  const [template] = templates;
  if (!template) throw new TypeError("a template without an application");
  const secrets = templates.flatMap(({ application }) => application.clientSecret ?? []);
  const faults: Fault[] = [];
  const flag = <Value>(name: string, parse: (text: string) => Parsed<Value>): Known<Value> | undefined => {
    const given = flags[name];
    if (typeof given?.value !== "string") return undefined;
    const parsed = parse(given.value);
    if (parsed.ok) return { value: parsed.value, source: given.source };
    faults.push({ path: given.path, found: given.value, expected: parsed.expected });
    return undefined;
  };
  const other = <Value>(
    source: Source,
    text: string | undefined,
    parse: (text: string) => Parsed<Value>,
  ): Known<Value> | undefined => {
    const parsed = text === undefined ? undefined : parse(text);
    return parsed?.ok ? { value: parsed.value, source } : undefined;
  };
  const on = (name: string, fallback: boolean): boolean => {
    const given = flags[name]?.value;
    return typeof given === "boolean" ? given : fallback;
  };

  const hostname =
    flag("hostname", parseHostname) ??
    other("config", config.hostname, parseHostname) ??
    other("example", needsHostname(templates) ? examples?.hostname : undefined, parseHostname);
  const lifetime = (name: string, configured: string | undefined, fallback: string): Lifetime =>
    (flag(name, parseLifetimeValue) ?? other("config", configured, parseLifetimeValue))?.value ??
    parseLifetime(fallback) ?? { amount: 1, unit: "months" };

  const { inputs = [] } = template;
  const set = inputsFromFlag(flags["set"], inputs, faults);
  const auth = flag("auth", oneOf<SignInWay | "auto">(["auto", ...ways]))?.value ?? "auto";

  const known: KnownValues = {
    tenant:
      flag("tenant-id", parseTenant) ??
      other("config", config.tenantID, parseTenant) ??
      other("example", examples?.tenant, parseTenant),
    appName:
      flag("app-name", parseAppName) ??
      other("config", config.appName, parseAppName) ??
      other("template", template.defaults.appName, parseAppName),
    hostname: hostname && { value: hostname.value.origin, source: hostname.source },
    addOns: Object.fromEntries(
      addOns.map(({ name, configKey }) => [name, addOnSwitch(flags[name], config.addOns[configKey])]),
    ),
    oneTimePasswordService: (
      flag("one-time-password-service", parseServiceUri) ??
      other("config", config.oneTimePasswordServiceUri, parseServiceUri)
    )?.value,
    linkLifetimeSeconds: toSeconds(
      lifetime("link-lifetime", config.linkLifetime, template.oneTimePassword?.linkLifetime ?? "31d"),
    ),
    secretLifetime: lifetime("secret-lifetime", config.secretLifetime, secrets[0]?.lifetime ?? "24m"),
    needsHostname: needsHostname(templates),
    inputs: inputs.map((input) => ({
      name: input.name,
      input,
      value:
        set.get(input.name) ??
        other("config", config.inputs[input.configKey], parseInput(input)) ??
        other("template", input.default ?? (input.optional ? "" : undefined), parseInput(input)),
    })),
    groupSync: on("group-sync", config.groupSync ?? true),
    implicitFlow: on("implicit-flow", config.implicitFlow ?? true),
    groups: namedGroups(flags["group"], config.groups, faults),
    notifications: resolveNotifications(
      flags["notify"],
      config.notificationEmail,
      templates.map(({ application }) => application.key),
      faults,
    ),
    appId: flag("app-id", parseGuid)?.value,
    signInClientId: flag("sign-in-client-id", parseGuid)?.value,
    auth,
    bringsTenant: BRINGS_TENANT.has(auth === "auto" && inCloudShell ? "cloud-shell" : auth),
    ways,
    cloud: flag("cloud", oneOf(CLOUD_NAMES))?.value ?? "global",
  };
  return { known, faults, hostnameReducedTo: hostname?.value.reduced ? hostname.value.origin : undefined };
}

/** The groups that a flag names or rules out, else those of the config; what is no group is a fault. */
export function namedGroups(
  flag: FlagValue | undefined,
  configured: readonly string[] | undefined,
  faults: Fault[],
): Known<readonly string[]> | undefined {
  const given = typeof flag?.value === "object" ? flag.value : flag && [];
  const texts = given ?? configured ?? [];
  if (texts.length === 0) return flag && { value: [], source: flag.source };
  const known: string[] = [];
  for (const text of texts) {
    const parsed = parseGroup(text);
    if (!parsed.ok) faults.push({ path: flag?.path ?? "groups", found: text, expected: parsed.expected });
    else if (!known.some((one) => isSame(one, parsed.value))) known.push(parsed.value);
  }
  return { value: known, source: flag?.source ?? "config" };
}

/** Entra compares names, and everybody IDs, without regard to case. */
function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function addOnSwitch(flag: FlagValue | undefined, configured: boolean | undefined): Known<boolean> {
  if (typeof flag?.value === "boolean") return { value: flag.value, source: flag.source };
  return configured === undefined
    ? { value: false, source: "template" }
    : { value: configured, source: "config" };
}

/** The answers to the template's own questions, by name, as far as they were given beforehand. */
export function givenInputs({ inputs }: Pick<KnownValues, "inputs">): Record<string, string> {
  return Object.fromEntries(
    inputs.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value.value]])),
  );
}

/** Whether a value was given for this run and is therefore not asked for. */
export function isSettled(known: Known<unknown> | undefined): boolean {
  return known?.source === "flag" || known?.source === "environment";
}

/** What an unattended run cannot do without and nobody gave. */
export function missingInputs({
  tenant,
  bringsTenant,
  appName,
  needsHostname: needs,
  hostname,
  inputs,
}: KnownValues): MissingInput[] {
  return [
    ...(tenant || bringsTenant ? [] : [{ flag: "--tenant-id", configKey: "tenantID" }]),
    ...(appName ? [] : [{ flag: "--app-name", configKey: "appName" }]),
    ...inputs
      .filter(({ value }) => value === undefined)
      .map(({ name, input }) => ({ flag: `--set ${name}=…`, configKey: input.configKey })),
    ...(hostname || !needs ? [] : [{ flag: "--hostname", configKey: "hostname" }]),
  ];
}

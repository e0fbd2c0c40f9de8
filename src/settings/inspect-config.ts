import type { Fault } from "../errors.ts";
import { fill } from "../template/placeholders.ts";
import type { AddOn, Template, TemplateInput } from "../template/schema.ts";
import { needsHostname } from "../template/units.ts";
import { type Config, parseConfig, shorten } from "./config.ts";
import { resolveNotifications } from "./notifications.ts";
import { isGuid, LONGEST_REDIRECT_URI, parseHostname, parseServiceUri, parseTenant } from "./values.ts";

/** What is no fault, and yet worth a second look before the file goes to a customer. */
export type ConfigWarning =
  | { readonly kind: "unknownKey"; readonly path: string }
  /** Not one key is known: beside the program such a file is taken for another program's. */
  | { readonly kind: "notOurs"; readonly path: string }
  | { readonly kind: "tenantIsDomain"; readonly path: string; readonly domain: string }
  | { readonly kind: "hostnameReduced"; readonly path: string; readonly origin: string }
  | {
      readonly kind: "unknownService";
      readonly path: string;
      readonly host: string;
      readonly known: readonly string[];
    };

export interface Inspection {
  readonly faults: readonly Fault[];
  readonly warnings: readonly ConfigWarning[];
  /** The values of a run that the file leaves to the customer. */
  readonly asked: readonly string[];
}

/** What a config is for. */
export interface Product {
  readonly templates: readonly Template[];
  readonly scimVariant: string | undefined;
  readonly addOns: readonly AddOn[];
  readonly inputs: readonly TemplateInput[];
}

/** Looks a `config.json` through as a whole, with the product that it is for. */
export function inspectConfig(json: unknown, product: Product): Inspection {
  const addOnKeys = product.addOns.map(({ configKey }) => configKey);
  const { config, faults, unknownKeys, ours } = parseConfig(json, addOnKeys, product.inputs);
  const all = [...faults, ...misfits(config, product)];
  const faulty = new Set(all.map(({ path }) => path));
  return {
    faults: all,
    warnings: [
      ...(ours ? [] : [{ kind: "notOurs", path: "(file)" } as const]),
      ...unknownKeys.map((path) => ({ kind: "unknownKey", path }) as const),
      ...oddities(config, product),
    ],
    asked: openKeys(config, product).filter((key) => !faulty.has(key)),
  };
}

/** What is good by itself and cannot be used with this product. */
function misfits({ hostname, useSCIM, inputs, notificationEmail }: Config, product: Product): Fault[] {
  const found: Fault[] = [];
  const keys = product.templates.map(({ application }) => application.key);
  resolveNotifications(undefined, notificationEmail, keys, found);
  const parsed = hostname === undefined ? undefined : parseHostname(hostname);
  if (parsed?.ok) {
    const named = product.inputs.map(({ name, configKey }) => [`input.${name}`, inputs[configKey] ?? ""]);
    const values = { ...Object.fromEntries(named), hostname: parsed.value.origin };
    const isTooLong = (uri: string) => fill(uri, values).length > LONGEST_REDIRECT_URI;
    if (product.templates.flatMap(redirectUrisOf).some(isTooLong)) {
      found.push({ path: "hostname", found: shorten(hostname), expected: "urlForRedirect" });
    }
  }
  const isProvisioned = product.templates.some(({ application }) => application.scim);
  if (useSCIM === true && !isProvisioned && product.scimVariant === undefined) {
    found.push({ path: "useSCIM", found: "true", expected: "withoutScim" });
  }
  return found;
}

function redirectUrisOf({ application: { web, spa, publicClient } }: Template): string[] {
  return [web, spa, publicClient].flatMap((platform) => platform?.redirectUris ?? []);
}

function oddities(config: Config, { templates }: Product): ConfigWarning[] {
  const found: ConfigWarning[] = [];
  const tenant = config.tenantID === undefined ? undefined : parseTenant(config.tenantID);
  if (tenant?.ok && !isGuid(tenant.value)) {
    found.push({ kind: "tenantIsDomain", path: "tenantID", domain: tenant.value });
  }
  const hostname = config.hostname === undefined ? undefined : parseHostname(config.hostname);
  if (hostname?.ok && hostname.value.reduced) {
    found.push({ kind: "hostnameReduced", path: "hostname", origin: hostname.value.origin });
  }
  const services = templates.flatMap(({ oneTimePassword }) => oneTimePassword?.services ?? []);
  const uri = config.oneTimePasswordServiceUri;
  const service = uri === undefined ? undefined : parseServiceUri(uri);
  if (service?.ok) {
    const known = [...new Set(services.map((one) => new URL(one).host))];
    const { host } = new URL(service.value);
    const path = "oneTimePasswordServiceUri";
    if (!known.includes(host)) found.push({ kind: "unknownService", path, host, known });
  }
  return found;
}

/** What `register` cannot do without and the file does not say, in the order in which it asks. */
function openKeys(config: Config, { templates, inputs }: Product): string[] {
  const keys = ["tenantID", "appName", ...(needsHostname(templates) ? ["hostname" as const] : [])] as const;
  return [
    ...keys.filter((key) => config[key] === undefined),
    ...inputs
      .filter((input) => config.inputs[input.configKey] === undefined)
      .filter((input) => input.default === undefined && !input.optional)
      .map(({ configKey }) => configKey),
  ];
}

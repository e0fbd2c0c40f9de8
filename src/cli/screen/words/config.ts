import type { ConfigWarning } from "../../../settings/inspect-config.ts";
import type { TemplateInput } from "../../../template/schema.ts";
import { say } from "../clean.ts";
import { type Advice, quoted } from "./advice.ts";
import { choiceText } from "./choice.ts";

export const CONFIG_QUESTIONS = {
  replace: (file: string) => say`${file} is there already. Replace it?`,
  tenant: "Microsoft Entra tenant ID, or a domain name of the tenant (Enter: the customer is asked)",
  appName: (proposed: string | undefined) =>
    say`Name for the app registration (Enter: the customer is asked${proposed === undefined ? "" : say`; "${proposed}" is proposed`})`,
  hostname: "URL of the app, starting with https:// (Enter: the customer is asked)",
  input: ({ question, choices, default: proposed, optional }: TemplateInput) => {
    const offered = choices ? say` [${choices.map(choiceText).join(", ")}]` : "";
    return say`${question}${offered} (Enter: ${proposed ?? "the customer is asked"}${optional ? "; none: leave it out" : ""})`;
  },
  service: (hosts: readonly string[]) =>
    say`URL of another one-time-password service (Enter: ${hosts.join(", ")})`,
  template: "Which product is it for?",
  groups:
    "Groups whose users are synchronised, by name or object ID, with commas between (Enter: the customer is asked)",
  provisioning: "Are users to be provisioned (SCIM)?",
  notification: (keys: readonly string[]) => {
    const each = keys.length > 1 ? say`, or ${keys.map((key) => `${key}=<e-mail>`).join(", ")}` : "";
    return `E-mail address that is told when provisioning has trouble${each} (Enter: nobody)`;
  },
  yesOrNo: "(y/n)",
} as const;

/** Where something is odd, and why that is worth a look. */
export function describeWarning(warning: ConfigWarning): string {
  return say`${warning.path}: ` + oddity(warning);
}

function oddity(warning: ConfigWarning): string {
  switch (warning.kind) {
    case "unknownKey":
      return "is no key that this program knows; it changes nothing";
    case "notOurs":
      return "has none of this program's keys; a config.json like that is taken for another program's and left alone";
    case "tenantIsDomain":
      return say`is a domain name; the tenant ID that ${warning.domain} stands for says without a doubt which tenant is meant`;
    case "hostnameReduced":
      return say`is used as ${warning.origin}; the rest of the address is not needed`;
    case "unknownService":
      return say`sends the client secret to ${warning.host}, which the template does not name (it names ${warning.known.join(", ")}); the customer is asked about it by itself, and unattended it is taken as it is`;
  }
}

/** The first line of a check. */
export function checkTitle(file: string, faults: number): string {
  if (faults === 0) return say`${file} can be used.`;
  return say`${file} has ${faults === 1 ? "1 fault" : `${faults} faults`}:`;
}

/** What the file leaves open. */
export function leftOpen(keys: readonly string[]): string {
  return say`Not set, so the customer is asked: ${keys.join(", ")}`;
}

/** Where a new config is. */
export function configWritten(file: string): string {
  return say`Written: ${file}`;
}

/** What to do with a config that can be used. */
export function tryIt(file: string): Advice {
  return [{ say: "Rehearse it without a tenant:", run: `register --sandbox --config ${quoted(file)}` }];
}

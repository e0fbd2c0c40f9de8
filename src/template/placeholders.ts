/** The placeholders a template may use; each text field takes the ones that are known by then. */
export const PLACEHOLDERS = {
  /** Before anything is created. */
  settings: ["appName", "hostname", "host"],
  /** Once the application exists. */
  application: ["appName", "hostname", "host", "appId"],
  /** In the name of an attribute that there is one of for each pair of an input. */
  repeatedAttribute: ["appName", "hostname", "host", "key"],
  /** In where such an attribute comes from. */
  repeatedSource: ["appName", "hostname", "host", "value"],
  /** In the hand-over file. */
  handover: [
    "appName",
    "hostname",
    "host",
    "appId",
    "tenantId",
    "clientSecretLink",
    "clientSecretStart",
    "clientSecretEnd",
  ],
  /** In the texts that tell people what to do next; the link is never among them. */
  nextSteps: ["appName", "hostname", "appId", "tenantId", "handoverFile", "linkEnd", "clientSecretEnd"],
  /** In those for a run that leaves provisioning to be set up; the command is put in where it is shown. */
  provisioningSteps: [
    "appName",
    "hostname",
    "appId",
    "tenantId",
    "handoverFile",
    "linkEnd",
    "clientSecretEnd",
    "setupCommand",
  ],
} as const;

export type PlaceholderSet = keyof typeof PLACEHOLDERS;

/** A template's own inputs, in any text that is filled before the link exists. */
const INPUT = /^input\.[a-z][A-Za-z0-9]*$/;

/** The braces of a text that are no placeholder of the set. */
export function unknownPlaceholders(text: string, set: PlaceholderSet): string[] {
  const allowed: readonly string[] = PLACEHOLDERS[set];
  return [...text.matchAll(/\{([^{}]*)\}|[{}]/g)]
    .filter((match) => match[1] === undefined || !(allowed.includes(match[1]) || INPUT.test(match[1])))
    .map((match) => match[0]);
}

/** A template's own inputs, by the names of their placeholders. */
export function inputValues(inputs: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`input.${name}`, value]));
}

/** Puts values in place of placeholders, once: a value with braces in it stays as it is. */
export function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\{([A-Za-z.0-9]+)\}/g, (whole, name: string) =>
    Object.hasOwn(values, name) ? (values[name] ?? whole) : whole,
  );
}

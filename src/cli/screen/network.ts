import { Chalk, type ChalkInstance } from "chalk";
import type { HostCheck } from "../../flow/check-network.ts";
import type { Terminal } from "../../ports/index.ts";
import { clean } from "./clean.ts";
import { fit } from "./fit.ts";
import type { ResultDocument } from "./result-document.ts";
import {
  FOR_THE_FIREWALL,
  hostText,
  networkAdvice,
  networkTitle,
  ONE_SERVICE_IS_ENOUGH,
  PURPOSES,
  STATES,
} from "./words/network.ts";

/** As wide as a long host name, a purpose and a state need. */
const TABLE_COLUMNS = 80;
const LONGEST_PURPOSE = Math.max(...Object.values(PURPOSES).map(({ length }) => length));

/** Whether a host can be reached and used. */
export function isUsable({ failure }: HostCheck): boolean {
  return failure === undefined;
}

/** The hosts with how each is reached, what to do about those that are not, and all of them to copy. */
export function renderNetwork(hosts: readonly HostCheck[], terminal: Terminal): string {
  const style = new Chalk({ level: terminal.resultColour ? 1 : 0 });
  const unusable = hosts.filter((host) => !isUsable(host)).length;
  const title = networkTitle(hosts.length, unusable);
  const isWide = (terminal.resultColumns ?? TABLE_COLUMNS) >= TABLE_COLUMNS;
  const longest = Math.max(...hosts.map(({ host }) => host.length));
  const lines = [
    unusable === 0 ? style.bold.green(title) : style.bold.yellow(title),
    "",
    ...hosts.flatMap((host) => hostLines(host, isWide ? longest : undefined, style)),
    ...(isOneServiceEnough(hosts) ? ["", ONE_SERVICE_IS_ENOUGH] : []),
    ...adviceLines(hosts, style),
    "",
    style.bold(FOR_THE_FIREWALL),
    ...addresses(hosts).map((address) => `  ${address}`),
  ];
  return fit(lines.join("\n"), terminal.resultColumns);
}

/** One line for a host where the terminal is wide, else two, and one more for what there is to add. */
function hostLines(check: HostCheck, width: number | undefined, style: ChalkInstance): string[] {
  const mark = isUsable(check) ? style.green("✔") : style.red("✖");
  const host = clean(check.host);
  const [purpose, state, text] = [PURPOSES[check.purpose], STATES[check.state], hostText(check)];
  const first =
    width === undefined
      ? [`${mark} ${host}`, `    ${purpose}: ${state}`]
      : [`${mark} ${host.padEnd(width)}  ${purpose.padEnd(LONGEST_PURPOSE)}  ${state}`];
  return text === undefined ? first : [...first, `    ${isUsable(check) ? style.dim(text) : text}`];
}

/** Whether the failure of a service is no hindrance, because another one works. */
function isOneServiceEnough(hosts: readonly HostCheck[]): boolean {
  const services = hosts.filter(({ purpose }) => purpose === "oneTimePassword");
  return services.some(isUsable) && !services.every(isUsable);
}

/** Each advice once, however many hosts it is for. */
function adviceLines(hosts: readonly HostCheck[], style: ChalkInstance): string[] {
  const advice = new Map<string, readonly string[]>();
  for (const { failure } of hosts) {
    if (!failure) continue;
    const { hint, lines } = networkAdvice(failure);
    advice.set(hint, [...new Set([...(advice.get(hint) ?? []), ...lines])]);
  }
  if (advice.size === 0) return [];
  return [
    "",
    style.bold("What to do:"),
    ...[...advice].flatMap(([hint, lines]) => [`  - ${hint}`, ...lines.map((line) => `    ${line}`)]),
  ];
}

function addresses(hosts: readonly HostCheck[]): string[] {
  return [...new Set(hosts.map(({ host, port }) => `${clean(host)}:${port}`))];
}

/** The same for standard output with `--json`. */
export function toJsonNetwork(hosts: readonly HostCheck[]): ResultDocument {
  return {
    schemaVersion: 1,
    command: "doctor network",
    changed: false,
    usable: hosts.every(isUsable),
    hosts: hosts.map((check) => ({
      host: clean(check.host),
      port: check.port,
      purpose: check.purpose,
      state: check.state,
      usable: isUsable(check),
      proxy: textOrNull(check.proxy),
      issuer: textOrNull(check.issuer),
      cause: textOrNull(check.failure?.cause),
      advice: check.failure ? networkAdvice(check.failure).hint : null,
    })),
  };
}

function textOrNull(text: string | undefined): string | null {
  return text === undefined ? null : clean(text);
}

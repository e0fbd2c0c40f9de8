import { Chalk } from "chalk";
import type { RetireResult, SecretList } from "../../flow/events.ts";
import type { Terminal } from "../../ports/index.ts";
import { clean } from "./clean.ts";
import { fit } from "./fit.ts";
import type { ResultDocument } from "./result-document.ts";
import {
  daysLeft,
  HEADINGS,
  retireEnd,
  type SecretRow,
  secretRow,
  secretsTitle,
  stateExplanations,
} from "./words/secrets.ts";

/** As wide as a key ID, a state, a day and a number need. */
const TABLE_COLUMNS = 80;

/** The secrets of a registration as a table, or where there is no room for one, below each other. */
export function renderSecrets(list: SecretList, terminal: Terminal): string {
  const style = new Chalk({ level: terminal.resultColour ? 1 : 0 });
  const { displayName, appId, secrets, now } = list;
  const rows = secrets.map((secret) => secretRow(secret, now));
  const isWide = (terminal.resultColumns ?? TABLE_COLUMNS) >= TABLE_COLUMNS;
  const lines = [style.bold(secretsTitle(displayName, appId, secrets.length))];
  if (rows.length > 0 && isWide) lines.push("", style.dim(tableLine(HEADINGS)));
  for (const row of rows) {
    if (isWide) lines.push(tableLine(row), style.dim(`    ${row.name}`));
    else {
      lines.push("", row.keyId, `  ${row.state}, ${HEADINGS.until.toLowerCase()} ${row.until}`);
      lines.push(`  ${HEADINGS.daysLeft}: ${row.daysLeft}`, style.dim(`  ${row.name}`));
    }
  }
  const explanations = stateExplanations(secrets);
  if (explanations.length > 0) lines.push("", ...explanations);
  return fit(lines.join("\n"), terminal.resultColumns);
}

function tableLine({ keyId, state, until, daysLeft: days }: SecretRow): string {
  return `  ${keyId.padEnd(36)}  ${state.padEnd(15)}  ${until.padEnd(10)}  ${days.padStart(9)}`;
}

/** The same for standard output with `--json`. */
export function toJsonSecrets({ tenant, appId, objectId, secrets, now }: SecretList): ResultDocument {
  return {
    schemaVersion: 1,
    command: "secret list",
    changed: false,
    tenantId: clean(tenant.id),
    appId: clean(appId),
    objectId: clean(objectId),
    secrets: secrets.map((secret) => ({
      keyId: clean(secret.credential.keyId),
      name: clean(secret.credential.displayName ?? ""),
      state: secret.state,
      start: clean(secret.credential.startDateTime),
      end: clean(secret.credential.endDateTime),
      daysLeft: daysLeft(secret, now),
    })),
  };
}

/** The end of a retirement on the screen. */
export function renderRetirement(result: RetireResult, terminal: Terminal): string {
  const style = new Chalk({ level: terminal.resultColour ? 1 : 0 });
  const [first = "", ...rest] = retireEnd(result);
  const isGood = result.outcome !== "planned";
  return fit([isGood ? style.green(first) : first, ...rest].join("\n"), terminal.resultColumns);
}

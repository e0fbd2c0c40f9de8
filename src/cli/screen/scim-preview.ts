import { Chalk } from "chalk";
import type { SentAttribute } from "../../flow/scim/people/sent.ts";
import type { PreviewResult } from "../../flow/scim/preview.ts";
import type { Terminal } from "../../ports/index.ts";
import { clean } from "./clean.ts";
import { fit } from "./fit.ts";
import { labelled } from "./labelled.ts";
import type { ResultDocument } from "./result-document.ts";
import { missingLines } from "./words/scim-assign.ts";
import { NO_MAPPINGS, previewLines, sentTitle, sentValue } from "./words/scim-users.ts";

/** Who would fail, and what would be sent of those who were named. */
export function renderPreview(result: PreviewResult, terminal: Terminal): string {
  const style = new Chalk({ level: terminal.resultColour ? 1 : 0 });
  const columns = terminal.resultColumns;
  const [first = "", ...rest] = previewLines(result);
  const isGood = result.check.failing === 0;
  const blocks = result.sent.flatMap((user) => [
    "",
    style.bold(sentTitle(user, result.mappings)),
    ...(user.attributes.length === 0 ? [NO_MAPPINGS] : []),
    ...labelled(
      user.attributes.map((attribute) => ({ label: clean(attribute.target), text: sentValue(attribute) })),
      columns,
      (label) => style.dim(label),
    ),
  ]);
  const missing = missingLines(result.missing, undefined);
  const lines = [
    isGood ? style.green(first) : style.yellow(first),
    ...rest,
    ...(missing.length > 0 ? ["", ...missing] : []),
    ...blocks,
  ];
  return fit(lines.join("\n"), columns);
}

/** The same for standard output with `--json`. */
export function toJsonPreview(result: PreviewResult): ResultDocument {
  const { tenant, displayName, appId, objectId, check, sent, missing, file, mappings } = result;
  return {
    schemaVersion: 1,
    command: "scim preview",
    changed: false,
    tenantId: clean(tenant.id),
    displayName: clean(displayName),
    appId: clean(appId),
    objectId: clean(objectId),
    checked: check.checked,
    failing: check.failing,
    disabled: check.disabled,
    notFound: missing.length,
    unforeseeable: check.unforeseeable.map(clean),
    findingsFile: file ?? null,
    mappings,
    users: sent.map(({ id, userPrincipalName, attributes }) => ({
      id: clean(id),
      userPrincipalName: clean(userPrincipalName),
      attributes: attributes.map(toJsonAttribute),
    })),
  };
}

function toJsonAttribute({ target, value, isForeseeable }: SentAttribute) {
  const name = clean(target);
  if (value === undefined || typeof value === "boolean") {
    return { name, value: value ?? null, foreseeable: isForeseeable };
  }
  const cleaned = typeof value === "string" ? clean(value) : value.map(clean);
  return { name, value: cleaned, foreseeable: isForeseeable };
}

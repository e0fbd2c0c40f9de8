import { Chalk } from "chalk";
import type { ConnectionTested } from "../../flow/scim/test-connection.ts";
import type { Terminal } from "../../ports/index.ts";
import { clean } from "./clean.ts";
import { fit } from "./fit.ts";
import type { ResultDocument } from "./result-document.ts";
import { advised, advisedPlainly, type Program } from "./words/advice.ts";
import { connectionAdvice, connectionSaid, connectionTitle, connectionWarning } from "./words/scim-setup.ts";

/** Whether Entra can connect to the vendor, and what to do where it cannot. */
export function renderConnectionTest(tested: ConnectionTested, terminal: Terminal, program: Program): string {
  const style = new Chalk({ level: terminal.resultColour ? 1 : 0 });
  const title = connectionTitle(tested);
  const warning = connectionWarning(tested);
  const advice = connectionAdvice(tested);
  const said = connectionSaid(tested);
  const lines = [
    "",
    tested.test.ok ? style.bold.green(title) : style.bold.red(title),
    ...(advice === undefined ? [] : [advised(advice, program)]),
    ...(said === undefined ? [] : [style.dim(said)]),
    ...(warning === undefined ? [] : [style.yellow(warning)]),
  ];
  return fit(lines.join("\n"), terminal.resultColumns);
}

/** The same for standard output with `--json`. */
export function toJsonConnectionTest(tested: ConnectionTested, program: Program): ResultDocument {
  const advice = connectionAdvice(tested);
  const { tenant, displayName, appId, objectId, tenantUrl, credentials, test, acceptsAnyToken } = tested;
  return {
    schemaVersion: 1,
    command: "scim test",
    changed: false,
    tenantId: clean(tenant.id),
    displayName: clean(displayName),
    appId: clean(appId),
    objectId: clean(objectId),
    tenantUrl: clean(tenantUrl),
    credentials,
    usable: test.ok,
    problem: test.ok ? null : test.problem,
    text: connectionTitle(tested),
    advice: advice === undefined ? null : advisedPlainly(advice, program),
    detail: test.ok ? null : clean(test.detail),
    requestId: test.ok || test.requestId === undefined ? null : clean(test.requestId),
    acceptsAnyToken: acceptsAnyToken ?? null,
  };
}

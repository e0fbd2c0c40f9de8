import { AppError, isAppError } from "../../../errors.ts";
import { pickUserRole, readAppRoles } from "../../../graph/assignments.ts";
import type { GraphContext } from "../../../graph/batch.ts";
import type { AppRole } from "../../../registration/types.ts";
import type { MadeApplication } from "../../beside.ts";
import type { RunContext } from "../../context.ts";

/** How long the roles of a new enterprise application may take to show. */
const LIMIT_MS = 120_000;

/**
 * The app role that people and groups get: the wanted one once the application is as it should be, else the one for
 * users, which of a new application takes a moment to show.
 *
 * @param signal ends the waiting, for what failed beside it.
 * @throws AppError NOT_REPLICATED; the signal's reason.
 */
export async function roleToAssign(
  context: RunContext,
  graph: GraphContext,
  { made, wanted }: { readonly made: MadeApplication; readonly wanted: AppRole | undefined },
  signal: AbortSignal,
): Promise<AppRole> {
  if (wanted) {
    await made.settled;
    return wanted;
  }
  const { clock } = context.ports;
  const start = clock.now().getTime();
  for (let attempt = 1; ; attempt += 1) {
    const role = pickUserRole(await readRoles(graph, made));
    if (role) return role;
    signal.throwIfAborted();
    const waitedMs = clock.now().getTime() - start;
    if (waitedMs > LIMIT_MS || !made.target.isNew) {
      throw new AppError("NOT_REPLICATED", { action: "assign", waitedSeconds: Math.round(waitedMs / 1000) });
    }
    const ms = Math.min(500 * 2 ** (attempt - 1), 8000);
    context.report({ kind: "wait", wait: { ms, reason: "replication", host: "Microsoft Graph", attempt } });
    await clock.sleep(ms, signal);
  }
}

async function readRoles(
  graph: GraphContext,
  { servicePrincipalId, target }: MadeApplication,
): Promise<readonly AppRole[]> {
  return readAppRoles(graph, servicePrincipalId).catch((error: unknown) => {
    const isUnknown = isAppError(error, "GRAPH_REFUSED") && error.facts.status === 404;
    if (isUnknown && target.isNew) return [];
    throw error;
  });
}

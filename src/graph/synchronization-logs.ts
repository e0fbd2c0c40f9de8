import type { LogEntry } from "../provisioning/types.ts";
import type { GraphContext } from "./batch.ts";
import { literal } from "./odata.ts";
import { pages } from "./pages.ts";
import { LogShape } from "./synchronization-events.ts";
import { turns } from "./turns.ts";

/** https://learn.microsoft.com/graph/throttling-limits, identity and access reports */
const takeTurn = turns();

/** Which entries are wanted; what is undefined does not narrow. */
export interface LogFilter {
  /** Only what happened after that. */
  readonly after?: Date | undefined;
  readonly cycleId?: string | undefined;
  readonly action?: string | undefined;
  readonly status?: string | undefined;
  /** `desc` for the newest first; `asc` unless given. */
  readonly order?: "asc" | "desc" | undefined;
}

/**
 * The provisioning logs of a job, page by page as they are read. They lag behind by minutes, and need a licence
 * (Microsoft Entra ID P1).
 */
export async function* readLogs(
  context: GraphContext,
  jobId: string,
  { after, cycleId, action, status, order = "asc" }: LogFilter = {},
): AsyncGenerator<LogEntry, void, undefined> {
  const clauses = [
    `jobId eq ${literal(jobId)}`,
    ...(after ? [`activityDateTime gt ${encodeURIComponent(after.toISOString())}`] : []),
    ...(cycleId === undefined ? [] : [`cycleId eq ${literal(cycleId)}`]),
    ...(action === undefined ? [] : [`provisioningAction eq ${literal(action)}`]),
    ...(status === undefined ? [] : [`provisioningStatusInfo/status eq ${literal(status)}`]),
  ];
  const filter = clauses.join(" and ").replaceAll(" ", "%20");
  const path = `/auditLogs/provisioning?$filter=${filter}&$orderby=activityDateTime%20${order}&$top=100`;
  yield* pages(context, "readProvisioningLogs", path, LogShape, { before: takeTurn });
}

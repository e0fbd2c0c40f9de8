import type { GraphContext } from "../../graph/batch.ts";
import { type ProvisioningTarget, readJob, startJob } from "../../graph/synchronization.ts";
import type { Clock } from "../../ports/index.ts";
import { isOn } from "../../provisioning/state.ts";
import type { Job } from "../../provisioning/types.ts";

/** A job as it was read last, and whether it shows by now that it is on, or off. */
export interface Switched {
  readonly job: Job;
  readonly isVisible: boolean;
}

const READS = 5;
const BETWEEN_READS_MS = 2000;

/** The job after it was switched on or off: what was accepted shows a few seconds later. */
export async function awaitSwitched(
  graph: GraphContext,
  clock: Clock,
  target: ProvisioningTarget,
  before: Job,
  wanted: "on" | "off",
): Promise<Switched> {
  let job = before;
  for (let read = 1; read <= READS; read += 1) {
    job = (await readJob(graph, target, before.id)) ?? job;
    if (isOn(job) === (wanted === "on")) return { job, isVisible: true };
    if (read < READS) await clock.sleep(BETWEEN_READS_MS);
  }
  return { job, isVisible: false };
}

/** The job after a restart; one that stays off is started as well: not everywhere a restart does that. */
export async function awaitRestarted(
  graph: GraphContext,
  clock: Clock,
  target: ProvisioningTarget,
  before: Job,
): Promise<Switched> {
  const first = await awaitSwitched(graph, clock, target, before, "on");
  if (first.isVisible) return first;
  await startJob(graph, target, before.id);
  return awaitSwitched(graph, clock, target, first.job, "on");
}

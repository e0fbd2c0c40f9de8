import { forEachJournal, type JournalPorts } from "./read.ts";

/**
 * When an earlier run noted that it would instantiate an application under that unique name and did not live
 * to note what came of it; undefined where there is no such run. One that failed counts too: an answer that
 * was lost can have made it.
 */
export async function openInstantiation(
  ports: JournalPorts,
  folder: string,
  uniqueName: string,
): Promise<Date | undefined> {
  let intendedAt: Date | undefined;
  await forEachJournal(ports, folder, (lines, isUnderWay) => {
    if (isUnderWay) return;
    for (const { event, step, uniqueName: name, at, ok } of lines) {
      if (step !== "instantiateApplication" || name !== uniqueName) continue;
      if (event === "intent" && typeof at === "string") intendedAt = new Date(at);
      if (event === "outcome" && ok === true) intendedAt = undefined;
    }
  });
  return intendedAt;
}

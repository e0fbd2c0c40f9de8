import { forEachJournal, type JournalPorts } from "./read.ts";

/**
 * When an earlier run noted that it would instantiate an application under that unique name in that tenant,
 * and neither it nor a later one noted that the application is there; undefined where there is no such run.
 * One that failed counts too, for an answer that was lost can have made it; one that was refused does not.
 */
export async function openInstantiation(
  ports: JournalPorts,
  folder: string,
  { tenantId, uniqueName }: { readonly tenantId: string; readonly uniqueName: string },
): Promise<Date | undefined> {
  let intendedAt: Date | undefined;
  await forEachJournal(ports, folder, (lines, isUnderWay) => {
    if (isUnderWay) return;
    const before = intendedAt;
    for (const { event, step, tenantId: tenant, uniqueName: name, at, ok, refused } of lines) {
      if (step !== "instantiateApplication" || tenant !== tenantId || name !== uniqueName) continue;
      if (event === "intent" && typeof at === "string") intendedAt = new Date(at);
      if (event === "outcome" && ok === true) intendedAt = undefined;
      if (event === "outcome" && refused === true) intendedAt = before;
    }
  });
  return intendedAt;
}

import type { AttributeShape } from "../provisioning/types.ts";
import { forEachJournal, type JournalPorts } from "./read.ts";

/** The attributes that earlier runs wrote for a provisioning job and found that its tenant had not kept. */
export async function lostAttributes(
  ports: JournalPorts,
  folder: string,
  jobId: string,
): Promise<readonly AttributeShape[]> {
  const lost: AttributeShape[] = [];
  await forEachJournal(ports, folder, (lines) => {
    for (const { event, jobId: job, attributes } of lines) {
      if (event !== "notKept" || job !== jobId || !Array.isArray(attributes)) continue;
      lost.push(...attributes.filter(isAttribute));
    }
  });
  return lost;
}

function isAttribute(value: unknown): value is AttributeShape {
  if (typeof value !== "object" || value === null || !("name" in value && "multiValued" in value))
    return false;
  return typeof value.name === "string" && typeof value.multiValued === "boolean";
}

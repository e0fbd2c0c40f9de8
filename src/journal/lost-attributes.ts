import type { TargetAttribute } from "../provisioning/types.ts";
import { forEachJournal, type JournalPorts } from "./read.ts";

/** An attribute of the vendor's, as far as it tells whether a tenant keeps it. */
export type WrittenAttribute = Pick<TargetAttribute, "name" | "multiValued">;

/** The attributes that earlier runs wrote for a provisioning job and found that its tenant had not kept. */
export async function lostAttributes(
  ports: JournalPorts,
  folder: string,
  jobId: string,
): Promise<readonly WrittenAttribute[]> {
  const lost: WrittenAttribute[] = [];
  await forEachJournal(ports, folder, (lines) => {
    for (const { event, jobId: job, attributes } of lines) {
      if (event !== "notKept" || job !== jobId || !Array.isArray(attributes)) continue;
      lost.push(...attributes.filter(isAttribute));
    }
  });
  return lost;
}

function isAttribute(value: unknown): value is WrittenAttribute {
  if (typeof value !== "object" || value === null) return false;
  const { name, multiValued } = value as Partial<Record<keyof WrittenAttribute, unknown>>;
  return typeof name === "string" && typeof multiValued === "boolean";
}

import { join } from "node:path";
import { AppError } from "../../../errors.ts";
import type { SynchronizationSchema } from "../../../provisioning/types.ts";
import type { RunContext } from "../../context.ts";
import { errnoOf } from "../../errno.ts";

/**
 * Keeps the mappings of a job as they were read, beside the journal, before they are replaced: whoever wants
 * them back has them whole. Without the file nothing is replaced.
 *
 * @returns the file.
 * @throws AppError DISK
 */
export async function keepSchema(
  { ports, journalFolder, runId }: Pick<RunContext, "ports" | "journalFolder" | "runId">,
  appId: string,
  schema: SynchronizationSchema,
): Promise<string> {
  const { files, clock } = ports;
  const day = clock.now().toISOString().slice(0, 10);
  const file = join(journalFolder, `mappings-${appId}.${day}-${runId}.json`);
  try {
    await files.ensureFolder(journalFolder);
    await files.writeAtomic(file, `${JSON.stringify(schema, undefined, 2)}\n`);
  } catch (error) {
    throw new AppError("DISK", { path: file, errno: errnoOf(error) ?? "UNKNOWN" });
  }
  return file;
}

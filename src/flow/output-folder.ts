import { isAbsolute, relative } from "node:path";
import { AppError, type ErrorFacts } from "../errors.ts";
import { detectCloudShell } from "../signin/detect-cloud-shell.ts";
import type { RunContext } from "./context.ts";
import { errnoOf } from "./errno.ts";

/**
 * Makes sure, before anything is created, that the hand-over file will have a place to go.
 *
 * @returns removes what a run that was killed in the middle of writing has left there, the link included;
 * call it when the run is over: what was there all the time is nobody's work in progress. Never rejects.
 * @throws AppError OUTPUT_FOLDER
 */
export async function checkOutputFolder(
  { ports, runId }: RunContext,
  folder: string,
  fileName: string,
): Promise<() => Promise<void>> {
  if (detectCloudShell(ports.system.environment)) requireDownloadable(folder, ports.system.homeFolder);
  await tryFolder(ports, runId, { folder, flag: "--output" });
  const { files } = ports;
  const list = () => files.list(folder).catch((): string[] => []);
  const before = (await list()).filter((name) => isTemporary(name, fileName));
  return async () => {
    const left = before.length > 0 ? await list() : [];
    for (const name of before.filter((one) => left.includes(one))) {
      await files.remove(`${folder}/${name}`).catch(() => undefined);
    }
  };
}

/** Cloud Shell's `download` takes files below the home folder and the one for temporary files, no others. */
function requireDownloadable(folder: string, homeFolder: string): void {
  const isBelow = (base: string) =>
    !/^\.\.(\/|$)/.test(relative(base, folder)) && !isAbsolute(relative(base, folder));
  if (isBelow(homeFolder) || isBelow("/tmp")) return;
  const fault = { path: "--output", found: folder, expected: "folderBelowHome" } as const;
  throw new AppError("VALUES_INVALID", { faults: [fault] });
}

/** Writes an empty file to a folder and removes it. @throws AppError OUTPUT_FOLDER */
export async function tryFolder(
  { files }: Pick<RunContext["ports"], "files">,
  runId: string,
  { folder, flag }: Omit<ErrorFacts["OUTPUT_FOLDER"], "errno">,
): Promise<void> {
  const probe = `${folder}/.entra-app-registration-${runId}.tmp`;
  try {
    await files.writeAtomic(probe, "");
    await files.remove(probe);
  } catch (error) {
    throw new AppError("OUTPUT_FOLDER", { folder, flag, errno: errnoOf(error) ?? "UNKNOWN" });
  }
}

/** Whether a run of this tool gives such names while it writes, and only then. */
function isTemporary(name: string, fileName: string): boolean {
  if (/^\.entra-app-registration-[0-9a-f]{8}\.tmp$/.test(name)) return true;
  const target = /^\.(.+)\.[0-9a-f]{8}\.tmp$/.exec(name)?.[1];
  // A draft that is being written has two such names, one within the other.
  return target === fileName || (target !== undefined && isTemporary(target, fileName));
}

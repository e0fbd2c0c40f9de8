import { join } from "node:path";
import { AppError } from "../errors.ts";
import type { Ports } from "../ports/index.ts";

const LOOK_AGAIN_MS = 500;
const LONGEST_MS = 10 * 60_000;
/** The process id, when the process began, and what tells the runs of one process apart. */
const TURN = /^turn-(\d+)-(\d+)-[0-9a-f]{8}$/;

type TurnPorts = Pick<Ports, "files" | "clock" | "ids" | "processes">;

/**
 * Waits until no other run works on the tenant that is kept in a folder: each has a copy of it in memory, and
 * the last to write would undo what the others did. A run is known by an empty file that names its process;
 * whoever writes one and then sees no other has the turn, so two can never both have it, and of two that see
 * each other the first by name stays. The file of a process that has ended, killed or not, counts for nothing.
 *
 * @param onWait is told the process id of the run that is waited for, whenever it is another one.
 * @returns ends the turn; never rejects.
 * @throws AppError SANDBOX_BUSY, and the signal's reason.
 */
export async function takeTurn(
  ports: TurnPorts,
  folder: string,
  { signal, onWait }: { readonly signal: AbortSignal; readonly onWait: (processId: number) => void },
): Promise<() => Promise<void>> {
  const { files, clock, ids, processes } = ports;
  const own = `turn-${processes.id}-${processes.startedAt}-${ids.uuid().slice(0, 8)}`;
  const leave = () => files.remove(join(folder, own)).catch(() => undefined);
  let isIn = false;
  let told: number | undefined;
  try {
    for (let waitedMs = 0; ; waitedMs += LOOK_AGAIN_MS) {
      if (!isIn && (await othersIn(ports, folder, own)).length === 0) {
        // Where nothing can be written nothing can be kept either, and there is nobody to wait for.
        if (!(await enter(files, folder, own))) return () => Promise.resolve();
        isIn = true;
      }
      const [first] = await othersIn(ports, folder, own);
      if (!first && isIn) return leave;
      if (!first) continue;
      if (isIn && first.name < own) {
        await leave();
        isIn = false;
      }
      const { processId } = first;
      if (waitedMs >= LONGEST_MS) {
        throw new AppError("SANDBOX_BUSY", { processId, path: join(folder, first.name) });
      }
      if (processId !== told) onWait(processId);
      told = processId;
      await clock.sleep(LOOK_AGAIN_MS, signal);
    }
  } catch (error) {
    if (isIn) await leave();
    throw error;
  }
}

async function enter(files: Ports["files"], folder: string, own: string): Promise<boolean> {
  try {
    await files.ensureFolder(folder);
    await files.append(join(folder, own), "");
    return true;
  } catch {
    return false;
  }
}

/** The runs that are under way, the first by name first; what ended runs have left is removed. */
async function othersIn({ files, processes }: TurnPorts, folder: string, own: string) {
  const names = await files.list(folder).catch((): string[] => []);
  const others: { readonly name: string; readonly processId: number }[] = [];
  for (const name of names.filter((one) => one !== own).toSorted()) {
    const [, id, startedAt] = TURN.exec(name) ?? [];
    if (id === undefined) continue;
    const processId = Number(id);
    const isOurs = processId === processes.id;
    const isUnderWay = isOurs ? Number(startedAt) === processes.startedAt : processes.isRunning(processId);
    if (isUnderWay) others.push({ name, processId });
    else await files.remove(join(folder, name)).catch(() => undefined);
  }
  return others;
}

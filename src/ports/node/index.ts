import type { Fetch, Ports } from "../index.ts";
import { nodeClock } from "./clock.ts";
import { nodeFiles } from "./files.ts";
import { nodeIds } from "./ids.ts";
import { nodeProcesses } from "./processes.ts";
import { nodePrograms } from "./programs.ts";
import { nodePrompter } from "./prompter.ts";
import { nodeRoutes } from "./routes.ts";
import { nodeSystem } from "./system.ts";
import { nodeTerminal } from "./terminal.ts";

export interface NodePortsOptions {
  /** The folder of the installed package. */
  readonly packageFolder: string;
  /** Takes an open question away: a signal from outside ends the run there too. */
  readonly signal?: AbortSignal | undefined;
  /** False where nothing may be asked (`--no-input`). */
  readonly input?: boolean | undefined;
  /** False for `--no-color`; decided by environment and stream unless given. */
  readonly colour?: boolean | undefined;
}

/** The real outside world. Nothing is loaded or opened yet: HTTP, prompts and spinner come with first use. */
export function nodePorts({ packageFolder, signal, input, colour }: NodePortsOptions): Ports {
  const system = nodeSystem(packageFolder);
  const { environment } = system;
  const { terminal, pauseProgress } = nodeTerminal(process, { environment, input, colour });
  return {
    fetch: lateFetch(environment),
    routes: nodeRoutes(environment),
    clock: nodeClock,
    files: nodeFiles,
    ids: nodeIds,
    processes: nodeProcesses,
    programs: nodePrograms(system),
    terminal,
    prompter: nodePrompter(process, { colour: terminal.colour, pauseProgress, signal }),
    system,
  };
}

/** Loaded with the first request: `--help` needs no network. */
function lateFetch(environment: Ports["system"]["environment"]): Fetch {
  let loading: Promise<Fetch> | undefined;
  return async (request) => {
    loading ??= import("./fetch.ts").then(({ nodeFetch }) => nodeFetch(environment));
    return await (await loading)(request);
  };
}

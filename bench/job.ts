import { run } from "../src/cli/program.ts";
import type { Ports, Prompter } from "../src/ports/index.ts";
import { nodePorts } from "../src/ports/node/index.ts";
import { createSandbox, EXAMPLE } from "../src/sandbox/index.ts";

export interface JobOptions {
  readonly folder: string;
  readonly packageFolder: string;
  /** Waited before every answer. */
  readonly latencyMs: number;
  readonly servicePrincipals: number;
  /** The main job's unless given. */
  readonly argv?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

export interface JobFigures {
  readonly requests: number;
  /** The most requests of which each began after the one before it was answered. */
  readonly graphBefore: number;
  readonly graphAfter: number;
  readonly allAfterToken: number;
}

interface Exchange {
  readonly url: URL;
  readonly start: number;
  end: number;
}

const MAIN_JOB = [
  `--tenant-id=${EXAMPLE.tenantId}`,
  "--app-name=empower",
  "--hostname=https://app.contoso.com",
  "--no-mails-online",
];

/** Does a job once, on an empty tenant, for a person who takes every default and says yes. */
export async function runJob(options: JobOptions): Promise<JobFigures> {
  const { folder, packageFolder, latencyMs, servicePrincipals, argv = MAIN_JOB, environment = {} } = options;
  const real = nodePorts({ packageFolder });
  const sandbox = createSandbox({
    clock: real.clock,
    ids: real.ids,
    behaviour: { latencyMs, servicePrincipals, deviceCodePolls: 0 },
  });
  const exchanges: Exchange[] = [];
  let asked = Number.NaN;
  const ports: Ports = {
    ...real,
    fetch: async (request) => {
      const exchange = { url: new URL(request.url), start: performance.now(), end: Number.NaN };
      exchanges.push(exchange);
      const answer = await sandbox.fetch(request);
      exchange.end = performance.now();
      return answer;
    },
    terminal: {
      interactive: true,
      columns: 80,
      resultColumns: 80,
      colour: false,
      resultColour: false,
      result: () => undefined,
      isRead: () => true,
      note: () => undefined,
      reveal: () => undefined,
      readInput: async () => "",
      async *inputChunks() {
        // Nothing is piped into it.
      },
      progress: () => ({ update: () => undefined, stop: () => undefined }),
    },
    prompter: agreeable(() => {
      asked = performance.now();
    }),
    system: {
      ...real.system,
      environment: { ...environment, XDG_STATE_HOME: folder },
      currentFolder: folder,
      homeFolder: folder,
    },
  };
  const exitCode = await run(argv, {
    makePorts: () => ports,
    signal: new AbortController().signal,
    version: "0.0.0",
  });
  if (exitCode !== 0 || Number.isNaN(asked)) throw new Error(`the job ended with ${exitCode}`);

  const isGraph = ({ url }: Exchange) => url.host === "graph.microsoft.com";
  const isProof = ({ url }: Exchange) => url.searchParams.get("$top") === "1";
  const graph = exchanges.filter(isGraph);
  const token = Math.min(...graph.map(({ start }) => start));
  return {
    requests: exchanges.length,
    graphBefore: longestChain(graph.filter(({ start }) => start < asked)),
    graphAfter: longestChain(graph.filter((exchange) => exchange.start >= asked && !isProof(exchange))),
    allAfterToken: longestChain(exchanges.filter(({ start }) => start >= token)),
  };
}

/** Says yes, and takes what is proposed. */
function agreeable(onConfirm: () => void): Prompter {
  return {
    input: async ({ default: proposed = "" }) => proposed,
    secret: ({ message }) => Promise.reject(new Error(`unexpected: ${message}`)),
    key: () => new Promise(() => undefined),
    confirm: async () => {
      onConfirm();
      return true;
    },
    select: async ({ message, choices: [first] }) => {
      if (!first) throw new Error(`nothing to choose: ${message}`);
      return first.value;
    },
    search: async ({ message, find }) => {
      const [row] = await find("", new AbortController().signal);
      if (!row || !("value" in row)) throw new Error(`nothing to choose: ${message}`);
      return row.value;
    },
  };
}

/** How many of the exchanges can at most stand one behind the other: the first to end leaves most room. */
function longestChain(exchanges: readonly Exchange[]): number {
  let count = 0;
  let free = Number.NEGATIVE_INFINITY;
  for (const { start, end } of exchanges.toSorted((one, other) => one.end - other.end)) {
    if (start < free) continue;
    count += 1;
    free = end;
  }
  return count;
}

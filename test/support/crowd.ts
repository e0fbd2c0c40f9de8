import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../src/cli/program.ts";
import type { Fetch, Ports } from "../../src/ports/index.ts";
import { nodePorts } from "../../src/ports/node/index.ts";
import { type Behaviour, createSandbox, EXAMPLE, type Sandbox } from "../../src/sandbox/index.ts";
import { type EventClock, eventClock } from "./event-clock.ts";

/** Graph's own write quota: https://learn.microsoft.com/graph/throttling-limits, identity and access. */
export const GRAPH_QUOTA = { writes: 3000, windowMs: 150_000 };

const WORDS = ["--template", "flexwhere", "--no-input", "--tenant-id", EXAMPLE.tenantId, "--yes"];

/** A tenant with a crowd, in time that is simulated, and an app that all of them are to be assigned to. */
export interface Crowd {
  readonly sandbox: Sandbox;
  readonly clock: EventClock;
  /** How many writes the quota refused. */
  readonly rejected: () => number;
  /** The user principal names. */
  readonly names: readonly string[];
  readonly fetch: Fetch;
}

/** Where a run works, and what it finds there. */
interface Place {
  readonly folder: string;
  readonly packageFolder: string;
}

export async function makeCrowd(
  place: Place,
  people: number,
  behaviour: Partial<Behaviour> = {},
): Promise<Crowd> {
  const clock = eventClock();
  const { ids } = nodePorts({ packageFolder: place.packageFolder });
  const sandbox = createSandbox({
    clock,
    ids,
    behaviour: { deviceCodePolls: 0, deviceCodeIntervalSeconds: 0 },
  });
  const made = await assignments({ ...place, clock, fetch: sandbox.fetch }, ["register"]);
  if (made.exitCode !== 0) throw new Error(made.notes.join("\n"));
  const [first] = sandbox.state.users;
  if (!first) throw new Error("nobody in the tenant");
  const names = Array.from({ length: people }, (_one, index) => {
    const id = `00000000-0000-4000-9000-${index.toString(16).padStart(12, "0")}`;
    const userPrincipalName = `person${index}@contoso.com`;
    sandbox.state.users.push({ ...first, id, userPrincipalName, displayName: `Person ${index}`, mail: null });
    return userPrincipalName;
  });
  Object.assign(sandbox.behaviour, { writeQuota: GRAPH_QUOTA, ...behaviour });
  let rejected = 0;
  const fetch: Fetch = async (request) => {
    const answer = await sandbox.fetch(request);
    if (request.url.endsWith("/$batch")) {
      const { responses = [] } = (await answer.clone().json()) as { responses?: { status: number }[] };
      rejected += responses.filter(({ status }) => status === 429).length;
    }
    return answer;
  };
  return { sandbox, clock, rejected: () => rejected, names, fetch };
}

export interface AssignmentRun {
  readonly exitCode: number;
  /** Of simulated time. */
  readonly seconds: number;
  readonly notes: readonly string[];
  readonly results: readonly string[];
}

/** Runs the program once, without a terminal, in that time and with that network. */
export async function assignments(
  { folder, packageFolder, clock, fetch }: Place & Pick<Crowd, "fetch" | "clock">,
  argv: readonly string[],
): Promise<AssignmentRun> {
  mkdirSync(folder, { recursive: true });
  const real = nodePorts({ packageFolder });
  const notes: string[] = [];
  const results: string[] = [];
  const ports: Ports = {
    ...real,
    clock,
    fetch,
    terminal: {
      ...real.terminal,
      interactive: false,
      columns: undefined,
      resultColumns: undefined,
      result: (text) => void results.push(text),
      note: (text) => void notes.push(text),
    },
    system: {
      ...real.system,
      environment: { XDG_STATE_HOME: folder },
      currentFolder: folder,
      homeFolder: folder,
    },
  };
  const start = clock.now().getTime();
  const exitCode = await run([...argv, ...WORDS], {
    makePorts: () => ports,
    signal: new AbortController().signal,
    version: "0.0.0",
  });
  return { exitCode, seconds: (clock.now().getTime() - start) / 1000, notes, results };
}

/** A list of these people in the folder of a run, and the words that assign them. */
export function listOf(folder: string, names: readonly string[]): readonly string[] {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "people.txt"), names.join("\n"));
  return ["scim", "assign", "--file", "people.txt", "--json"];
}

import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { Fetch } from "../../src/ports/index.ts";
import type { Behaviour } from "../../src/sandbox/index.ts";
import { type Lanes, serveLanes } from "../support/lanes.ts";
import type { Ended } from "../support/program.ts";
import type { Outpost } from "../support/served.ts";
import { FAULTS, type Fault, isEarly, naming, strike } from "./faults.ts";
import { type Moment, NOTHING, putBack } from "./moment.ts";
import { expectNothingSecret, infoOf, runBuilt, watched } from "./runs.ts";

/** A command of the program of which every request fails once. */
export interface Matrix {
  readonly name: string;
  /** Every request of a faultless run, but for those in `reads` and `elsewhere`. */
  readonly rows: readonly string[];
  /** Those that only look, and of which a few faults stand for all. */
  readonly reads?: readonly string[];
  /** Those whose faults another matrix has: its name, and they. */
  readonly elsewhere?: { readonly matrix: string; readonly rows: readonly string[] };
  /** How many cells may run at the same time; more where they wait for long. */
  readonly lanes?: number;
  /** What is there when it begins; nothing unless given. Made once. */
  readonly start?: (lanes: Lanes) => Promise<Moment>;
  readonly behaviour?: Partial<Behaviour>;
  /** More environment variables of every run, all of them secret. */
  readonly secretVariables?: Readonly<Record<string, string>>;
  /** What the first run's tenant does beside its rules. */
  readonly through?: (place: () => Outpost, begun: Moment) => (fetch: Fetch) => Fetch;
  /** The command line, where `begun` is what was there when it began. */
  readonly command: (begun: Moment) => readonly string[];
  /** What is given when the first run has ended; the same again unless given. */
  readonly next?: (cell: Struck, begun: Moment) => readonly string[];
  /** What must be true in the end, whatever happened on the way. */
  readonly expectDone: (cell: Cell, begun: Moment) => void;
}

/** The requests of every run that hands a secret over, before and beside those to its tenant: trial and sign-in. */
export const BEFORE_THE_TENANT: readonly string[] = [
  "delivery: form",
  "delivery: store",
  "delivery: look",
  "delivery: open",
  "sign-in: devicecode",
  "sign-in: token device_code",
];

/** A place where a run has met its fault. */
export interface Struck {
  readonly place: Outpost;
  readonly first: Ended;
  /** The hand-over file that the first run left. */
  readonly info: Record<string, string> | undefined;
}

/** A place where a run has met its fault, and the next one has ended. */
export interface Cell extends Struck {
  /** Undefined after a faultless run, which needs no next one. */
  readonly second?: Ended;
}

/** `.`: the run itself got over it; `r`: the next one did; `x`: neither. */
type Sign = "." | "r" | "x";

/** A cell waits for its turn as well. */
const CELL_MS = 600_000;
/** How many may run at the same time unless said: most of their time is waiting. */
const LANES = 4;
/** The faults of `reads`. */
const OF_READS = ["503", "not replicated", "malformed", "killed before"];

/** Defines the tests of a matrix: one for its rows, and one for every request and every fault. */
export function testMatrix(matrix: Matrix): void {
  const { rows, behaviour = {}, next = (_cell, begun) => matrix.command(begun), expectDone } = matrix;
  const lanes = serveLanes(matrix.lanes ?? LANES);
  const { reads = [], elsewhere } = matrix;
  const cells = [...rows, ...reads].flatMap((row) =>
    Object.entries(FAULTS)
      .filter(([, { only = () => true }]) => only(row))
      .filter(([column]) => !reads.includes(row) || OF_READS.includes(column))
      .map(([column, fault]): [row: string, column: string, fault: Fault] => [row, column, fault]),
  );
  const results = new Map<string, Sign>();
  const throttled: number[] = [];
  let begun = NOTHING;

  beforeAll(async () => {
    if (matrix.start) begun = await matrix.start(lanes);
  });

  afterAll(() => {
    process.stdout.write(`\n${table(matrix, cells.length, results, throttled)}\n`);
  });

  /** A fresh place to begin in, with its requests told under their names to `meet`. */
  const begin = async (meet: Parameters<typeof naming>[0], onFinished: (clean: () => void) => void) => {
    const through = matrix.through?.(() => place, begun) ?? ((fetch: Fetch) => fetch);
    const { options, secrets, calm } = watched(behaviour, (fetch) => naming(meet)(through(fetch)));
    secrets.push(...begun.secrets);
    const variables = Object.entries(matrix.secretVariables ?? {});
    secrets.push(...variables.map(([name, value]) => ({ name, value })));
    const served = await lanes({ ...options, state: structuredClone(begun.state) }, onFinished);
    const place = { ...served, env: { ...served.env, ...matrix.secretVariables } };
    putBack(begun, place);
    return { place, secrets, calm };
  };

  test("every request of a faultless run has a row, and every row a request", async () => {
    const names: string[] = [];
    const { place, secrets } = await begin((name, request, fetch) => {
      names.push(name);
      return fetch(request);
    }, onTestFinished);
    const first = await runBuilt(place, undefined, matrix.command(begun));
    expect(first.exitCode, first.stderr).toBe(0);
    expect(names.toSorted()).toEqual([...rows, ...reads, ...(elsewhere?.rows ?? [])].toSorted());
    expectNothingSecret(place, secrets, [first]);
    expectDone({ place, first, info: infoOf(place) }, begun);
  });

  describe.concurrent("a fault, then once more", () => {
    test.for(cells)("%s: %s", { timeout: CELL_MS }, async ([row, column, fault], context) => {
      const victim = { kill: () => undefined as void };
      let met: number | undefined;
      const { place, secrets, calm } = await begin((name, request, fetch) => {
        if (column === "429" && met !== undefined && repeats(name, row)) {
          if (!Number.isNaN(met)) throttled.push(performance.now() - met);
          met = Number.NaN;
        }
        if (name !== row) return fetch(request);
        met = performance.now();
        return strike(fault, victim, request, fetch);
      }, context.onTestFinished);
      results.set(`${row}: ${column}`, "x");
      const first = await runBuilt(place, victim, matrix.command(begun));
      expect(met).toBeDefined();
      const ends = [0, 4, 6, 8, fault.exitCode, fault.kills && null];
      expect(ends, first.stderr).toContain(first.exitCode);
      calm();
      const struck: Struck = { place, first, info: infoOf(place) };
      const second = await runBuilt(place, undefined, next(struck, begun));
      expect(second.exitCode, second.stderr).toBe(0);
      expectNothingSecret(place, secrets, [first, second]);
      expectDone({ ...struck, second }, begun);
      results.set(`${row}: ${column}`, first.exitCode === 0 ? "." : "r");
    });
  });
}

/** Whether one request does the same as another. */
function repeats(name: string, other: string): boolean {
  return name.replace(/ #\d+$/, "") === other.replace(/ #\d+$/, "");
}

/**
 * The matrix with its counts.
 *
 * @param throttled milliseconds between each 429 with `Retry-After: 1` and the request that repeats it.
 */
function table(
  { name, rows, reads = [], elsewhere }: Matrix,
  cells: number,
  results: ReadonlyMap<string, Sign>,
  throttled: readonly number[],
): string {
  const columns = Object.keys(FAULTS);
  const width = Math.max(name.length, ...[...rows, ...reads].map((row) => row.length));
  const line = (row: string): string => {
    const signs = columns.map((column) => (results.get(`${row}: ${column}`) ?? "").padEnd(column.length));
    return [row.padEnd(width), ...signs].join("  ");
  };
  const count = (sign: Sign): number => [...results.values()].filter((one) => one === sign).length;
  return [
    [name.padEnd(width), ...columns].join("  "),
    ...[...rows, ...reads].map(line),
    ...(reads.length > 0
      ? [`${reads.length} rows only look: there ${OF_READS.join(", ")} stand for all`]
      : []),
    ...(elsewhere ? [`${elsewhere.rows.length} rows are left to the matrix of ${elsewhere.matrix}`] : []),
    `${rows.filter(isEarly).length} rows come before anything is changed: there one kill and one reset stand for all, and 401 is left out`,
    `${results.size} of ${cells} cells: ${count(".")} completed by the run itself, ${count("r")} by the next, ${count("x")} failed`,
    `a 429 with Retry-After: 1 adds ${seconds(median(throttled))} s, ${seconds(Math.max(...throttled))} s at most (target 1.2 on a machine that does nothing else)`,
  ].join("\n");
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(2);
}

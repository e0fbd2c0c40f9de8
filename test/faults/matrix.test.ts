import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { serveLanes } from "../support/lanes.ts";
import { FAULTS, type Fault, isEarly, naming, strike } from "./faults.ts";
import { expectComplete, expectNothingSecret, infoOf, runBuilt, watched } from "./runs.ts";

/** Every request of a faultless run of the built program. */
const ROWS = [
  "delivery: form",
  "delivery: store",
  "delivery: look",
  "delivery: open",
  "sign-in: devicecode",
  "sign-in: token device_code",
  "Graph: batch of 6 from GET /organization",
  "Graph: PATCH /applications(uniqueName='…')",
  "Graph: POST /servicePrincipals",
  "Graph: batch of 3 from POST /oauth2PermissionGrants",
  "Graph: POST /applications/{id}/addPassword",
  "delivery: store #2",
  "delivery: look #2",
  "Graph: PATCH /applications/{id}",
  "Graph: batch of 4 from GET /applications/{id}",
  "sign-in: token client_credentials",
  "Graph: GET /users",
  "Graph: GET /groups",
];

/** Who may run at the same time. */
const lanes = serveLanes(2);
/** A cell waits for its turn as well. */
const CELL_MS = 240_000;

/** `.`: the run itself got over it; `r`: the next one did; `x`: neither. */
type Sign = "." | "r" | "x";

const results = new Map<string, Sign>();
/** Milliseconds between each 429 with `Retry-After: 1` and the request that repeats it. */
const throttled: number[] = [];

afterAll(() => {
  process.stdout.write(`\n${table()}\n`);
});

function table(): string {
  const columns = Object.keys(FAULTS);
  const width = Math.max(...ROWS.map((row) => row.length));
  const line = (row: string): string => {
    const signs = columns.map((column) => (results.get(`${row}: ${column}`) ?? "").padEnd(column.length));
    return [row.padEnd(width), ...signs].join("  ");
  };
  const count = (sign: Sign): number => [...results.values()].filter((one) => one === sign).length;
  return [
    ["".padEnd(width), ...columns].join("  "),
    ...ROWS.map(line),
    `${ROWS.filter(isEarly).length} rows come before anything is created: there one kill and one reset stand for all, and 401 is left out`,
    `${results.size} of ${cells.length} cells: ${count(".")} completed by the run itself, ${count("r")} by the next, ${count("x")} failed`,
    `a 429 with Retry-After: 1 adds ${seconds(median(throttled))} s, ${seconds(Math.max(...throttled))} s at most (target 1.2 on a machine that does nothing else)`,
  ].join("\n");
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(2);
}

test("every request of a faultless run has a row, and every row a request", async () => {
  const names: string[] = [];
  const { options, secrets } = watched(
    {},
    naming((name, request, fetch) => {
      names.push(name);
      return fetch(request);
    }),
  );
  const place = await lanes(options, onTestFinished);
  const run = await runBuilt(place);
  expect(run.exitCode, run.stderr).toBe(0);
  expect(names.toSorted()).toEqual(ROWS.toSorted());
  expectNothingSecret(place, secrets, [run]);
  expectComplete(place, infoOf(place));
});

/** Whether one request does the same as another. */
function repeats(name: string, other: string): boolean {
  return name.replace(/ #\d+$/, "") === other.replace(/ #\d+$/, "");
}

const cells = ROWS.flatMap((row) =>
  Object.entries(FAULTS)
    .filter(([, { only = () => true }]) => only(row))
    .map(([column, fault]): [row: string, column: string, fault: Fault] => [row, column, fault]),
);

describe.concurrent("a fault, then the same command again", () => {
  test.for(cells)("%s: %s", { timeout: CELL_MS }, async ([row, column, fault], context) => {
    const victim = { kill: () => undefined as void };
    let met: number | undefined;
    const { options, secrets, calm } = watched(
      {},
      naming((name, request, fetch) => {
        if (column === "429" && met !== undefined && repeats(name, row)) {
          if (!Number.isNaN(met)) throttled.push(performance.now() - met);
          met = Number.NaN;
        }
        if (name !== row) return fetch(request);
        met = performance.now();
        return strike(fault, victim, request, fetch);
      }),
    );
    const place = await lanes(options, context.onTestFinished);
    results.set(`${row}: ${column}`, "x");
    const first = await runBuilt(place, victim);
    expect(met).toBeDefined();
    expect([0, 4, 6, 8, ...(fault.kills ? [null] : [])], first.stderr).toContain(first.exitCode);
    calm();
    const second = await runBuilt(place);
    expect(second.exitCode, second.stderr).toBe(0);
    expectNothingSecret(place, secrets, [first, second]);
    expectComplete(place, infoOf(place));
    results.set(`${row}: ${column}`, first.exitCode === 0 ? "." : "r");
  });
});

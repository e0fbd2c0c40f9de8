import { expect, test } from "vitest";
import type { Graph } from "../../../src/graph/client.ts";
import { turns } from "../../../src/graph/turns.ts";
import { fakeClock } from "../../support/fake-ports.ts";

const graph = (): Graph => ({
  renew: () => Promise.reject(new Error("not here")),
  send: () => Promise.reject(new Error("not here")),
});

test("five go at once, the sixth when the first is ten seconds old; callers do not wait for each other", async () => {
  const clock = fakeClock();
  const [mine, other] = [graph(), graph()];
  const waits: number[] = [];
  const takeTurn = turns();
  const take = (whose: Graph) => takeTurn({ graph: whose, clock, onWait: ({ ms }) => void waits.push(ms) });
  for (let call = 1; call <= 5; call += 1) await take(mine);
  expect(clock.sleeps).toEqual([]);
  clock.advance(4000);
  await take(mine);
  expect(waits).toEqual([6000]);
  await take(other);
  expect(clock.sleeps).toEqual([6000]);
});

test("calls side by side queue up", async () => {
  const clock = fakeClock();
  const takeTurn = turns();
  const context = { graph: graph(), clock };
  await Promise.all(Array.from({ length: 11 }, () => takeTurn(context)));
  expect(clock.sleeps).toEqual([10_000, 10_000, 10_000, 10_000, 10_000, 20_000]);
});

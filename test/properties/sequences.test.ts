import { expect, test } from "vitest";
import * as fc from "../support/fc.ts";
import { type Crash, DRIFTS, FOLDERS, type Run, type Step, Story } from "./story.ts";

/** What people run, as often as it stands here. */
const COMMANDS: readonly Pick<Run, "command" | "flags">[] = [
  { command: "register", flags: [] },
  { command: "register", flags: [] },
  { command: "register", flags: [] },
  { command: "register", flags: ["--new-secret"] },
  { command: "register", flags: ["--no-group-sync"] },
  { command: "register", flags: ["--mails-online"] },
  { command: "register", flags: ["--no-implicit-flow"] },
  { command: "register", flags: ["--dry-run"] },
  { command: "register", flags: ["--deleted", "restore"] },
  { command: "register", flags: ["--deleted", "purge"] },
  { command: "verify", flags: [] },
  { command: "rotate", flags: [] },
  { command: "rotate", flags: [] },
  { command: "retire", flags: [] },
  { command: "remove", flags: [] },
];

const crash = fc.record<Crash>({
  at: fc.nat({ max: 22 }),
  acts: fc.boolean(),
  way: fc.constantFrom("killed", "cutOff"),
});
const step = fc.oneof<fc.WeightedArbitrary<Step>[]>(
  {
    weight: 5,
    arbitrary: fc
      .record({
        what: fc.constantFrom(...COMMANDS),
        folder: fc.constantFrom(...FOLDERS),
        crash: fc.option(crash, { nil: undefined, freq: 2 }),
      })
      .map(({ what, ...how }) => ({ kind: "run" as const, ...what, ...how })),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("drift" as const),
      drift: fc.constantFrom(...(Object.keys(DRIFTS) as (keyof typeof DRIFTS)[])),
      which: fc.nat({ max: 3 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("lose" as const),
      what: fc.constantFrom("journal" as const, ...FOLDERS),
    }),
  },
);

/** What becomes of a registration that the last command of a sequence finds deleted. */
const deleted = fc.constantFrom("restore", "purge");

test("whatever happened before, one more run makes it right", { timeout: 600_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), deleted, async (steps, choice) => {
      const story = new Story();
      for (const next of steps) await story.tell(next);
      // By then a list that does not show a secret means that somebody deleted it.
      story.tenant.clock.advance(20 * 60_000);
      const plain = { kind: "run", flags: [], folder: "work", crash: undefined } as const;
      await story.run({ ...plain, command: "register", flags: ["--deleted", choice] });
      expect(story.application).toBeDefined();
      expect(story.grants()).toEqual({
        appRoles: [expect.any(String), expect.any(String)],
        delegated: [expect.stringContaining("User.Read")],
      });
      expect((await story.run({ ...plain, command: "register" }))?.stdout).toMatch(/Nothing to do/);
    }),
    { numRuns: 240 },
  );
});

import { expect, test } from "vitest";
import { newTenant } from "../../src/sandbox/index.ts";
import { piped } from "../support/program.ts";
import { serve } from "../support/served.ts";
import { QUICK } from "./runs.ts";

const outpost = serve();
const WORDS = ["--template", "flexwhere", "--yes", "--no-input", "--tenant-id", "contoso.com"];
const PEOPLE = 120;

test("killed in the middle of many assignments: the same command goes on from what exists", async () => {
  let kill = (): void => undefined;
  let isKilled = false;
  /** How many were there when the run came that goes on: what was under way at the kill may be done after it. */
  let there: number | undefined;
  let isAgain = false;
  const state = newTenant();
  const [first] = state.users;
  if (!first) throw new Error("nobody there");
  const names = Array.from({ length: PEOPLE }, (_one, index) => {
    const id = `00000000-0000-4000-8000-${(0xc00000 + index).toString(16).padStart(12, "0")}`;
    const userPrincipalName = `person${index}@contoso.com`;
    state.users.push({ ...first, id, userPrincipalName, displayName: `Person ${index}`, mail: null });
    return userPrincipalName;
  });
  const place = outpost({
    state,
    behaviour: QUICK,
    wrap: (fetch) => async (request) => {
      if (isAgain) there ??= state.appRoleAssignments.length;
      const answer = await fetch(request);
      if (!isKilled && state.appRoleAssignments.length >= 40) {
        isKilled = true;
        kill();
      }
      return answer;
    },
  });
  place.write("people.txt", names.join("\r\n"));
  expect((await piped(place, WORDS)).exitCode).toBe(0);

  const assign = ["scim", "assign", "--file", "people.txt", "--json", ...WORDS];
  const killed = await piped(place, assign, {
    limitMs: 180_000,
    onStart: (pid) => {
      kill = () => process.kill(pid, "SIGKILL");
    },
  });
  expect(killed.exitCode).toBeNull();

  isAgain = true;
  const again = await piped(place, assign, { limitMs: 180_000 });
  expect(again.exitCode, again.stderr).toBe(0);
  expect(there).toBeGreaterThanOrEqual(40);
  expect(there).toBeLessThan(PEOPLE);
  expect(JSON.parse(again.stdout)).toMatchObject({ already: there, assigned: PEOPLE - (there ?? 0) });
  const principals = place.sandbox.state.appRoleAssignments.map(({ principalId }) => principalId);
  expect(new Set(principals).size).toBe(PEOPLE);
  expect(principals).toHaveLength(PEOPLE);
}, 600_000);

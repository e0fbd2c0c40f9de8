import { describe, expect, test } from "vitest";
import { FAULTS, failing, recording } from "../support/faults.ts";
import { FLEXWHERE, type Provisioned, provisioned } from "../support/provisioned.ts";
import { runInProcess, testTenant } from "../support/run.ts";

/* Whatever fails in a command that runs provisioning: it says what, and the next run ends as if nothing had. */

const MEGAN = "megan.bowen@contoso.com";
const TOKEN = { ENTRA_APP_REGISTRATION_SECRET_TOKEN: "token-of-the-vendor" };

interface Command {
  readonly words: readonly string[];
  /** How the tenant stands afterwards. */
  readonly check: (made: Pick<Provisioned, "tenant">) => void;
}

function scheduleOf({ tenant }: Pick<Provisioned, "tenant">): string | undefined {
  return Object.values(tenant.state.provisioning ?? {})[0]?.job?.schedule;
}

const COMMANDS: Readonly<Record<string, Command>> = {
  status: { words: ["status"], check: (made) => expect(scheduleOf(made)).toBe("Active") },
  pause: { words: ["pause", "--yes"], check: (made) => expect(scheduleOf(made)).toBe("Paused") },
  logs: { words: ["logs"], check: (made) => expect(scheduleOf(made)).toBe("Active") },
};

async function requestsOf({ words }: Command): Promise<string[]> {
  const names: string[] = [];
  const { scim } = await provisioned();
  const run = await scim(words, { through: recording(names) });
  expect(run.exitCode, run.stderr).toBe(0);
  // Signing in is everybody's, and tested there.
  return names.filter((name) => name.includes("graph.microsoft.com"));
}

for (const [name, command] of Object.entries(COMMANDS)) {
  const requests = await requestsOf(command);
  describe.each(Object.entries(FAULTS))(`${name}, %s`, (kind, fault) => {
    test.each(requests)("at %s", async (target) => {
      const made = await provisioned();
      const first = await made.scim(command.words, { through: failing(target, fault) });
      expect(first.stderr).not.toContain("This is a bug");
      // Of an enterprise application that is not there nobody can tell anything.
      expect(kind === "not replicated" ? [0, 2, 8] : [0, 8]).toContain(first.exitCode);
      const second = await made.scim(command.words);
      expect(second.exitCode, second.stderr).toBe(0);
      command.check(made);
    });
  });
}

describe.each(Object.entries(FAULTS))("provision, %s", (_fault, fault) => {
  test("the user arrives once", async () => {
    const tenant = testTenant();
    const made = await runInProcess(["scim", "setup", ...FLEXWHERE, "--yes", "--user", MEGAN], tenant, {
      environment: TOKEN,
    });
    expect(made.exitCode, made.stderr).toBe(0);
    const { folder } = made;
    const words = ["scim", "provision", MEGAN, ...FLEXWHERE];
    const names: string[] = [];
    await runInProcess(words, tenant, { folder, through: recording(names) });
    const target = names.find((name) => name.includes("/provisionOnDemand")) ?? "";
    expect(target).not.toBe("");
    const first = await runInProcess(words, tenant, { folder, through: failing(target, fault) });
    expect(first.stderr).not.toContain("This is a bug");
    expect([0, 8]).toContain(first.exitCode);
    const second = await runInProcess(words, tenant, { folder });
    expect(second.exitCode, second.stderr).toBe(0);
    const users = Object.values(tenant.state.scimTargets ?? {}).flatMap((one) => one.users);
    expect(users).toHaveLength(1);
  });
});

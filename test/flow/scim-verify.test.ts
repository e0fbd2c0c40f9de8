import { describe, expect, test } from "vitest";
import { changeSchema, expressionsOf } from "../../src/provisioning/change-schema.ts";
import { toDesiredProvisioning } from "../../src/provisioning/desired.ts";
import type { SynchronizationSchema } from "../../src/provisioning/types.ts";
import { defaultSchema } from "../../src/sandbox/provisioning/default-schema.ts";
import type { JobState } from "../../src/sandbox/provisioning/state.ts";
import type { AppRoleAssignment } from "../../src/sandbox/state.ts";
import { guid, shipped } from "../support/builders.ts";
import { inPairs, isGraph } from "../support/pairs.ts";
import {
  ANDMONEY,
  FLEXWHERE,
  type Provisioned,
  provisioned,
  provisionedTwice,
} from "../support/provisioned.ts";
import { runInProcess, type TestRun, testTenant } from "../support/run.ts";

/** The lines that do not say that all is well, without their indent. */
function faults({ stdout }: TestRun): string[] {
  return stdout
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => /^[~✖!]/.test(line));
}

/** The mappings as a template wants them, by the key of one of several applications. */
function wantedSchema(name = "flexwhere", key?: string): SynchronizationSchema {
  const template = shipped().templates.find((one) => one.name === name && one.application.key === key);
  if (!template) throw new Error("no such template");
  const answers = { appName: "x", hostname: "", inputs: { api: "https://api.booking.andmoney.dk" } };
  const parsed = toDesiredProvisioning(template, answers, { notification: undefined });
  if (!parsed.ok) throw new Error("faults");
  const sources = expressionsOf(parsed.desired).map(
    (expression) =>
      [
        expression,
        { ok: true, source: { type: "Function", name: "x", expression, parameters: [] } },
      ] as const,
  );
  const changed = changeSchema(defaultSchema("job", guid(0x12)), parsed.desired, new Map(sources));
  if ("problems" in changed) throw new Error(JSON.stringify(changed.problems));
  return changed.schema;
}

const ROLE = "18d14569-c3bd-439b-9a66-3a2aee01d14f";
const NO_ROLE = "00000000-0000-0000-0000-000000000000";

/** Assigns the first group of the tenant. */
function assign(
  { tenant, servicePrincipalId }: Pick<Provisioned, "tenant" | "servicePrincipalId">,
  appRoleId = ROLE,
  index = 0,
): void {
  const group = tenant.state.groups[index];
  tenant.state.appRoleAssignments.push({
    id: `assignment-${index}`,
    appRoleId,
    principalId: group?.id ?? "",
    principalType: "Group",
    principalDisplayName: group?.displayName ?? "",
    resourceId: servicePrincipalId,
    resourceDisplayName: "FlexWhere SCIM",
    createdDateTime: "2026-11-20T12:00:00Z",
  } as AppRoleAssignment);
}

async function asWanted(job: Partial<JobState> = {}): Promise<Provisioned> {
  const made = await provisioned({}, { schema: wantedSchema(), ...job });
  assign(made);
  return made;
}

const verify = ({ tenant, folder }: Provisioned, ...more: string[]) =>
  runInProcess(["verify", ...FLEXWHERE, ...more], tenant, { folder });

/** What happens to provisioning, and what verify says of it. */
function drifted(
  name: string,
  expected: readonly RegExp[],
  drift: (made: Provisioned) => unknown,
  ...flags: readonly string[]
) {
  return { name, expected, drift, flags };
}

const WHEN_TOKEN = /When the vendor has given you its secret token:\n +npx \S+ scim setup --/;

describe("verify of a product with provisioning", () => {
  test("as the template wants it: exit 0, nothing changed", async () => {
    const made = await asWanted();
    const before = structuredClone(made.tenant.state);
    const run = await verify(made);
    expect(faults(run)).toEqual([]);
    expect(run.stdout).toContain("✔ the attribute mappings are as the template wants them");
    expect(run.stdout).toContain("✔ assigned: 1 user or group");
    expect(run.stdout).toContain("Nothing to do.");
    expect(run.exitCode).toBe(0);
    expect(made.tenant.state).toEqual(before);
  });

  test("nobody has set it up: said with what waits, and no difference", async () => {
    const tenant = testTenant();
    const { folder } = await runInProcess([...FLEXWHERE, "--yes"], tenant);
    const run = await runInProcess(["verify", ...FLEXWHERE], tenant, { folder });
    expect(faults(run)).toEqual(["! not set up"]);
    expect(run.stdout).toMatch(WHEN_TOKEN);
    expect(run.stdout).not.toMatch(/npx \S+ register/);
    expect(run.exitCode).toBe(0);
  });

  test.each([
    drifted("paused", [/^~ paused/], ({ state }) => Object.assign(state.job, { schedule: "Paused" })),
    drifted("in quarantine", [/^~ in quarantine/], ({ state }) =>
      Object.assign(state.job, {
        quarantine: { reason: "TooManyDeletes", nextAttempt: "2026-11-21T12:00:00Z", error: null },
      }),
    ),
    drifted(
      "without the credentials that it had",
      [
        /^✖ not finished/,
        /^✖ tenant URL nothing, should be https:/,
        /^✖ no secret token is saved/,
        /^✖ provisions nothing/,
      ],
      ({ state }) => {
        Object.assign(state.job, { schedule: "Paused" });
        state.credentials = undefined;
      },
    ),
    drifted(
      "another tenant URL",
      [/^~ tenant URL https:\/\/old\.example\/scim, should be https:\/\/scim\.flexwhere\.com\/scim$/],
      ({ state }) =>
        Object.assign(state.credentials?.values ?? {}, { BaseAddress: "https://old.example/scim" }),
    ),
    drifted(
      "another scope",
      [/^~ provisions all users and groups of the tenant, should be assigned users and groups only$/],
      ({ state }) => Object.assign(state.credentials?.values ?? {}, { SyncAll: "true" }),
    ),
    drifted(
      "another address for failures",
      [/^~ failures are reported to ops@contoso\.com, should be it@contoso\.com$/],
      () => undefined,
      "--notify",
      "it@contoso.com",
    ),
    drifted("a mapping changed by hand", [/^~ the mapping of groups is on, should be off$/], ({ state }) =>
      Object.assign(state.job, { schema: defaultSchema(state.job.id, guid(0x12)) }),
    ),
    drifted(
      "a group that is not assigned",
      [/^✖ group "Finance" is not assigned$/],
      ({ tenant }) => Object.assign(tenant.state.groups[1] ?? {}, { displayName: "Finance" }),
      "--group",
      "Finance",
    ),
    drifted(
      "a group with default access",
      [/^~ assigned with "default access" only, which provisioning skips: ".+"$/],
      (made) => assign(made, NO_ROLE, 1),
    ),
  ])("$name: exit 3", async ({ expected, drift, flags }) => {
    const made = await asWanted();
    drift(made);
    const run = await verify(made, ...flags);
    const found = faults(run);
    expect(found).toHaveLength(expected.length);
    for (const [index, line] of expected.entries()) expect(found[index]).toMatch(line);
    expect(run.exitCode).toBe(3);
    expect(run.stdout).toMatch(/scim (setup|start|restart)/);
    expect(run.stdout).not.toMatch(/npx \S+ register/);
  });

  test("who has a role that counts besides default access is assigned", async () => {
    const made = await asWanted();
    assign(made, NO_ROLE);
    const run = await verify(made);
    expect(faults(run)).toEqual([]);
    expect(run.stdout).toContain("✔ assigned: 1 user or group");
  });

  test("prepared without a token: said with what waits, and no difference", async () => {
    const made = await asWanted({ schedule: "Disabled", lastExecution: undefined, steadySince: undefined });
    made.state.credentials = undefined;
    const run = await verify(made);
    expect(faults(run)).toEqual(["! prepared, and waits for the vendor"]);
    expect(run.stdout).toMatch(WHEN_TOKEN);
    expect(run.exitCode).toBe(0);
  });

  test("nobody is assigned: worth a word, no difference", async () => {
    const made = await asWanted();
    made.tenant.state.appRoleAssignments.splice(0);
    const run = await verify(made);
    expect(faults(run)).toEqual(["! nobody is assigned, so that nobody is provisioned"]);
    expect(run.stdout).toMatch(
      /Assign users or groups with:\n +npx \S+ scim assign --group "<name or ID>" --/,
    );
    expect(run.exitCode).toBe(0);
  });

  test("who may not look at provisioning still verifies the registration", async () => {
    const made = await asWanted();
    const through = (fetch: (request: Request) => Promise<Response>) => async (request: Request) => {
      const text = request.url.includes("$batch") ? await request.clone().text() : request.url;
      if (!text.includes("/synchronization/")) return fetch(request);
      const error = { error: { code: "Authorization_RequestDenied", message: "no" } };
      const responses = [0, 1].map((id) => ({ id: String(id), status: 403, headers: {}, body: error }));
      return Response.json({ responses });
    };
    const run = await runInProcess(["verify", ...FLEXWHERE], made.tenant, { folder: made.folder, through });
    expect(faults(run)).toHaveLength(1);
    expect(faults(run)[0]).toMatch(/^! could not be looked at/);
    expect(run.exitCode).toBe(0);
  });

  test("as JSON", async () => {
    const made = await asWanted({ schedule: "Paused" });
    const run = await verify(made, "--json");
    expect(JSON.parse(run.stdout)).toMatchObject({
      differences: 1,
      findings: expect.arrayContaining([
        expect.objectContaining({ about: "provisioning", state: "differs" }),
        expect.objectContaining({ about: "mappings", state: "ok" }),
      ]) as unknown,
    });
  });
});

describe("verify of a product with several applications", () => {
  /** Both as the template wants them, each with a group. */
  async function bothAsWanted() {
    const both = await provisionedTwice({
      advisors: { schema: wantedSchema("andmoney", "advisors") },
      rooms: { schema: wantedSchema("andmoney", "rooms") },
    });
    const { tenant, folder, advisors, rooms } = both;
    assign({ tenant, ...advisors });
    assign({ tenant, ...rooms });
    const verifyBoth = (...more: string[]) =>
      runInProcess(["verify", ...ANDMONEY, ...more], tenant, { folder });
    return { ...both, verifyBoth };
  }

  test("checks all of them after one sign-in, side by side: in as many round trips as one", async () => {
    const { tenant, folder, verifyBoth } = await bothAsWanted();
    const from = tenant.requests.length;
    const { through, rounds } = inPairs();
    const run = await runInProcess(["verify", ...ANDMONEY], tenant, { folder, through });
    expect(run.exitCode, run.stdout).toBe(0);
    expect(run.stdout).toMatch(
      /"&Money booking advisors" is as the template wants it\.[^]*"&Money booking rooms" is as the template/,
    );
    expect(run.stdout.match(/Nothing to do\./g)).toHaveLength(1);
    const signIns = tenant.requests.slice(from).filter(({ url }) => url.includes("/devicecode"));
    expect(signIns).toHaveLength(1);
    const before = tenant.requests.length;
    const one = await verifyBoth("--application", "rooms");
    expect(one.stdout).not.toContain("advisors");
    const ofOne = tenant.requests.slice(before).filter(({ url }) => isGraph(url));
    expect(rounds()).toBe(ofOne.length);
  });

  test("one that differs: exit 3, said where it is, and as JSON for each and for all", async () => {
    const { rooms, verifyBoth, advisors } = await bothAsWanted();
    rooms.state.job.schedule = "Paused";
    const run = await verifyBoth();
    expect(run.exitCode).toBe(3);
    expect(run.stdout).toMatch(/npx \S+ scim start (?!.*--application)/);
    expect(run.stdout).toMatch(
      /advisors" is as the template wants it\.[^]*rooms" is not as the template wants it: 1 difference\./,
    );
    const document = JSON.parse((await verifyBoth("--json")).stdout) as Record<string, unknown>;
    expect(document).toMatchObject({
      appId: advisors.appId,
      differences: 1,
      findings: expect.arrayContaining([
        expect.objectContaining({ about: "provisioning", state: "ok" }),
        expect.objectContaining({ about: "provisioning", state: "differs" }),
      ]) as unknown,
      applications: [
        { displayName: "&Money booking advisors", appId: advisors.appId, differences: 0 },
        { displayName: "&Money booking rooms", appId: rooms.appId, differences: 1 },
      ],
    });
  });

  test("one that is not registered is a difference; none of them a failure", async () => {
    const { tenant, advisors, rooms, verifyBoth } = await bothAsWanted();
    const forget = ({ appId }: { appId: string }) => {
      tenant.state.applications.splice(
        tenant.state.applications.findIndex((one) => one.appId === appId),
        1,
      );
    };
    forget(advisors);
    const run = await verifyBoth();
    expect(run.exitCode).toBe(3);
    expect(run.stdout).toMatch(
      /"&Money booking advisors" is not registered in this tenant\.[^]*rooms" is as the template[^]*npx \S+ register --/,
    );
    expect(JSON.parse((await verifyBoth("--json")).stdout)).toMatchObject({
      appId: rooms.appId,
      differences: 1,
      applications: [
        { appId: null, differences: 1 },
        { appId: rooms.appId, differences: 0 },
      ],
    });
    forget(rooms);
    expect((await verifyBoth()).exitCode).toBe(2);
  });

  test("a command that is about one of them names it", async () => {
    const { tenant, rooms, verifyBoth } = await bothAsWanted();
    tenant.state.appRoleAssignments = tenant.state.appRoleAssignments.filter(
      ({ resourceId }) => resourceId !== rooms.servicePrincipalId,
    );
    const run = await verifyBoth();
    expect(run.stdout.match(/scim assign .*--application rooms/g)).toHaveLength(1);
    expect(run.stdout).not.toContain("--application advisors");
  });

  test("a group may be named for one of them", async () => {
    const { tenant, verifyBoth } = await bothAsWanted();
    Object.assign(tenant.state.groups[1] ?? {}, { displayName: "Finance" });
    const run = await verifyBoth("--group", "rooms=Finance");
    expect(faults(run)).toEqual(['✖ group "Finance" is not assigned']);
    expect(run.exitCode).toBe(3);
  });
});

import { describe, expect, test } from "vitest";
import { provisioningLines } from "../../../src/cli/screen/words/scim-plan.ts";
import type { ProvisioningProposal } from "../../../src/flow/provisioner.ts";
import type { MappingFacts } from "../../../src/provisioning/schema-changes.ts";
import type { CurrentProvisioning, DesiredProvisioning, Job } from "../../../src/provisioning/types.ts";

const DESIRED: DesiredProvisioning = {
  tenantUrl: "https://scim.example.com/v2",
  scope: "assigned",
  groups: false,
  users: { mappings: [], exclusive: false },
  attributes: [],
  appRole: undefined,
  requirements: [],
  clearsState: false,
  notification: undefined,
};

const JOB: Job = {
  id: "scim.1",
  templateId: "scim",
  code: "Active",
  schedule: "Active",
  interval: "PT40M",
  lastCycle: {
    state: "Succeeded",
    began: undefined,
    ended: "2026-11-20T12:00:00Z",
    counts: { imported: 1, entitled: 1, exported: 1, escrowed: 0 },
    error: undefined,
  },
  lastSuccessfulCycle: undefined,
  steadySince: undefined,
  quarantine: undefined,
  entries: [],
};

const RUNNING: CurrentProvisioning = {
  job: JOB,
  schema: undefined,
  credentials: {
    tenantUrl: DESIRED.tenantUrl,
    hasToken: true,
    scope: "assigned",
    notification: undefined,
    deleteThreshold: undefined,
    kept: [],
    others: [],
    hidden: [],
  },
};

const facts = (source: string, more: Partial<MappingFacts> = {}): MappingFacts => ({
  source,
  default: undefined,
  matchingPriority: 0,
  flowType: "Always",
  ...more,
});

function lines(proposal: Partial<ProvisioningProposal>): string[] {
  const whole: ProvisioningProposal = {
    desired: DESIRED,
    current: RUNNING,
    steps: [],
    changes: [],
    principals: [],
    members: [],
    role: undefined,
    people: undefined,
    proofUser: undefined,
    unproved: undefined,
    waitsForToken: false,
    ...proposal,
  };
  return provisioningLines(whole).map(({ mark, depth, text }) => `${"  ".repeat(depth)}${mark} ${text}`);
}

describe("the plan of provisioning", () => {
  test("is silent where nothing is to be done", () => {
    expect(lines({})).toEqual([]);
  });

  test("every kind of change of the mappings, and what they cost", () => {
    const changes: ProvisioningProposal["changes"] = [
      { kind: "switchMapping", object: "Group", to: false },
      { kind: "switchMapping", object: "User", to: true },
      { kind: "addSourceAttribute", name: "extension_0_floor" },
      { kind: "addTargetAttribute", attribute: { name: "urn:x:folders", type: "String", multiValued: true } },
      { kind: "addMapping", target: "userType", to: facts("[companyName]", { default: "Standard" }) },
      {
        kind: "changeMapping",
        target: "externalId",
        from: facts("[mailNickname]"),
        to: facts("[objectId]", { matchingPriority: 2 }),
      },
      { kind: "removeMapping", target: "title", from: facts("[jobTitle]", { flowType: "ObjectAddOnly" }) },
    ];
    expect(lines({ steps: ["changeSchema"], changes })).toEqual([
      "~ Provisioning of users to scim.example.com",
      "  ~ groups are not provisioned",
      "  ~ users are provisioned",
      "  + attribute extension_0_floor of your tenant, to be read from",
      "  + new attribute urn:x:folders, with several values",
      '  + userType = [companyName] ("Standard" where that is empty)',
      "  ~ externalId = [mailNickname] → [objectId] (by which users are recognised)",
      "  - title = [jobTitle] (only when a user is created)",
      "    a change of the mappings makes the next cycle go through everybody again",
    ]);
  });

  test("from everybody to those who are assigned: what that does to the others, and the restart", () => {
    const current = { ...RUNNING, credentials: { ...RUNNING.credentials, scope: "all" as const } };
    expect(lines({ current, steps: ["writeCredentials", "restart"], people: 5000 })).toEqual([
      "~ Provisioning of users to scim.example.com",
      "    tenant URL https://scim.example.com/v2",
      "  ~ secret token, saved only if Microsoft Entra can connect to the vendor with it",
      "  ~ only for who is assigned to the app; until now for everybody in the tenant",
      "    whoever is not assigned is disabled or deleted at the vendor; that takes a restart",
      "+ Provisioning is restarted and looks at everybody again; then it runs every 40 minutes",
      "    the first cycle goes through 5000 users, which takes 50 minutes to 7 hours once it has begun",
    ]);
  });

  test("what is not shown is no difference while it stays, and is said to be lost when it is written", () => {
    const hidden = ["scope", "notification"] as const;
    const current = { ...RUNNING, credentials: { ...RUNNING.credentials, scope: undefined, hidden } };
    const changes: ProvisioningProposal["changes"] = [{ kind: "switchMapping", object: "Group", to: false }];
    expect(lines({ current, steps: ["changeSchema"], changes })).toEqual([
      "~ Provisioning of users to scim.example.com",
      "  ~ groups are not provisioned",
      "    a change of the mappings makes the next cycle go through everybody again",
    ]);
    expect(lines({ current, steps: ["writeCredentials"] })).toEqual([
      "~ Provisioning of users to scim.example.com",
      "    tenant URL https://scim.example.com/v2",
      "  ~ secret token, saved only if Microsoft Entra can connect to the vendor with it",
      "    to whom failures are reported is not shown, and is lost: name it again with --notify",
      "  + only for who is assigned to the app",
    ]);
  });

  test("of a job that waits for its first token nothing but that is said", () => {
    const saved = { tenantUrl: undefined, hasToken: false, scope: undefined };
    const current = { ...RUNNING, credentials: { ...RUNNING.credentials, ...saved } };
    expect(lines({ current, waitsForToken: true })).toEqual([
      "  Connection and start wait for the vendor's secret token: run this again when you have it; it goes on from here",
    ]);
  });

  test("another address and whom to tell", () => {
    const desired = { ...DESIRED, tenantUrl: "https://new.example.com/v2", notification: "it@contoso.com" };
    expect(lines({ desired, steps: ["writeCredentials"] })).toEqual([
      "~ Provisioning of users to new.example.com",
      "  ~ tenant URL: https://scim.example.com/v2 → https://new.example.com/v2",
      "  ~ secret token, saved only if Microsoft Entra can connect to the vendor with it",
      "  + failures are reported to it@contoso.com",
    ]);
  });

  test("more than twenty who are assigned are counted, and scim assign is named", () => {
    const principals = Array.from({ length: 23 }, (_one, index) => ({
      id: String(index),
      displayName: `user${index}@contoso.com`,
      kind: "User" as const,
    }));
    const said = lines({ steps: ["assign"], principals, role: "Admin" });
    expect(said).toContain("+ Assign user19@contoso.com, as Admin");
    expect(said.at(-1)).toBe("+ and 3 more; for very many, scim assign takes a file and shows how far it is");
  });

  test("what comes from outside cannot write on the screen", () => {
    const hostile = "\u001b[2Jx\u202e";
    const said = lines({
      steps: ["assign", "changeSchema", "provisionOnDemand", "start"],
      changes: [{ kind: "addMapping", target: hostile, to: facts(hostile, { default: hostile }) }],
      principals: [{ id: "1", displayName: hostile, kind: "Group" }],
      members: [hostile],
      role: hostile,
      proofUser: hostile,
    });
    expect(said.join("\n")).not.toMatch(/[\u001b\u202e]/);
  });
});

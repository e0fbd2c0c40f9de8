import { expect } from "vitest";
import { testMatrix } from "./matrix.ts";
import { ALONE } from "./runs.ts";

/** From nothing to users at the vendor: whatever happens, there is one of each in the end, and it runs (D1 to D6). */
testMatrix({
  name: "scim setup",
  // Where an answer is lost, half a minute must agree that nothing was made.
  lanes: 10,
  secretVariables: { ENTRA_APP_REGISTRATION_SECRET_TOKEN: "the-vendors-token-for-users-of-contoso" },
  rows: [
    "Graph: POST /servicePrincipals/{id}/synchronization/jobs/validateCredentials",
    "Graph: POST /servicePrincipals/{id}/synchronization/jobs",
    "Graph: PUT /servicePrincipals/{id}/synchronization/secrets",
    "Graph: batch of 1 from POST /servicePrincipals/{id}/appRoleAssignedTo",
    "Graph: PUT /servicePrincipals/{id}/synchronization/jobs/{job}/schema",
    "Graph: POST /servicePrincipals/{id}/synchronization/jobs/{job}/provisionOnDemand",
    "Graph: POST /servicePrincipals/{id}/synchronization/jobs/{job}/restart",
  ],
  reads: [
    "Graph: GET /users/megan.bowen%40contoso.com",
    "Graph: GET /servicePrincipals/{id}",
    "Graph: POST /servicePrincipals/{id}/synchronization/jobs/validateCredentials #2",
    "Graph: POST /servicePrincipals/{id}/synchronization/jobs/{job}/validateCredentials",
    "Graph: GET /servicePrincipals/{id}/synchronization/jobs/{job}/schema",
    "Graph: GET /servicePrincipals/{id}/synchronization/jobs/{job}/schema #2",
    "Graph: GET /servicePrincipals/{id}/synchronization/jobs/{job}",
    "SCIM: GET /scim/Users",
  ],
  elsewhere: {
    matrix: "register --scim",
    rows: [
      "sign-in: devicecode",
      "sign-in: token device_code",
      "Graph: batch of 5 from GET /organization",
      "Graph: GET /applications(uniqueName='…')",
      "Graph: GET /directory/deletedItems/microsoft.graph.application",
      "Graph: GET /applications",
      "Graph: POST /applicationTemplates/{id}/instantiate",
      "Graph: PATCH /applications/{id}",
      "Graph: GET /applications/{id}",
      "Graph: GET /servicePrincipals(appId='{id}')",
      "Graph: batch of 4 from GET /applications/{id}",
    ],
  },
  command: () => ["scim", "setup", ...ALONE, "--template=flexwhere", "--user=megan.bowen@contoso.com"],
  expectDone: ({ place: { sandbox } }) => {
    const { state } = sandbox;
    const [principal, ...more] = state.servicePrincipals;
    expect([state.applications.length, more]).toEqual([1, []]);
    const megan = state.users.find(
      ({ userPrincipalName }) => userPrincipalName === "megan.bowen@contoso.com",
    );
    expect(state.appRoleAssignments.map(({ principalId, resourceId }) => [principalId, resourceId])).toEqual([
      [megan?.id, principal?.id],
    ]);
    const { credentials, job } = state.provisioning?.[principal?.id ?? ""] ?? {};
    expect(credentials).toMatchObject({
      values: { BaseAddress: "https://scim.flexwhere.com/scim", SyncAll: "false" },
      secretKeys: ["SecretToken"],
    });
    expect(job).toMatchObject({ schedule: "Active", quarantine: undefined });
    const mappings = job?.schema?.synchronizationRules.flatMap(({ objectMappings }) => objectMappings) ?? [];
    expect(
      Object.fromEntries(mappings.map(({ sourceObjectName, enabled }) => [sourceObjectName, enabled])),
    ).toEqual({ Group: false, User: true });
    expect(Object.keys(state.provisioning ?? {})).toEqual([principal?.id]);
  },
});

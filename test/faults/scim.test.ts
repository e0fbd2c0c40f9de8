import { expect } from "vitest";
import { BEFORE_THE_TENANT, testMatrix } from "./matrix.ts";
import { infoOf, openedBy, REGISTER } from "./runs.ts";

/** Instantiating a template cannot be repeated: whatever happens, there is one pair in the end. */
testMatrix({
  name: "register --scim",
  // Where an answer is lost, half a minute must agree that nothing was made.
  lanes: 10,
  rows: [
    "Graph: POST /applicationTemplates/{id}/instantiate",
    "Graph: PATCH /applications/{id}",
    "Graph: PATCH /applications/{id} #2",
    "Graph: batch of 1 from POST /oauth2PermissionGrants",
    "Graph: POST /applications/{id}/addPassword",
  ],
  reads: [
    "Graph: GET /applications(uniqueName='…')",
    "Graph: GET /directory/deletedItems/microsoft.graph.application",
    "Graph: GET /applications",
    "Graph: GET /applications/{id}",
    "Graph: GET /servicePrincipals(appId='{id}')",
  ],
  elsewhere: {
    matrix: "register",
    rows: [
      ...BEFORE_THE_TENANT,
      "Graph: batch of 6 from GET /organization",
      "delivery: store #2",
      "delivery: look #2",
      "Graph: PATCH /applications/{id} #3",
      "Graph: batch of 4 from GET /applications/{id}",
    ],
  },
  command: () => [...REGISTER, "--scim"],
  expectDone: ({ place }) => {
    const { sandbox } = place;
    const { applications, servicePrincipals, oauth2PermissionGrants, appRoleAssignments } = sandbox.state;
    const info = infoOf(place);
    expect(applications).toHaveLength(1);
    const [application] = applications;
    expect(application).toMatchObject({
      displayName: "empower SCIM",
      applicationTemplateId: expect.any(String),
      web: { redirectUris: expect.arrayContaining(["https://app.contoso.com/empower/identityservice"]) },
    });
    expect(servicePrincipals.map(({ appId }) => appId)).toEqual([application?.appId]);
    expect(oauth2PermissionGrants.map(({ scope }) => scope)).toEqual(["User.Read"]);
    expect(appRoleAssignments).toEqual([]);
    expect(info?.["clientId"]).toBe(application?.appId);
    const [secret, ...more] = application?.passwordCredentials ?? [];
    expect(more).toEqual([]);
    expect(openedBy(sandbox, info?.["clientSecret"])).toEqual([secret?.keyId]);
    expect(application?.tags).toContain(`delivered-${secret?.keyId.slice(0, 8)}`);
  },
});

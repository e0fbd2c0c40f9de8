import { expect } from "vitest";
import { BEFORE_THE_TENANT, testMatrix } from "./matrix.ts";
import { expectComplete, infoOf, REGISTER } from "./runs.ts";

/** Single sign-on for the add-in is one more write, of which the scope's id must outlive every repeat. */
testMatrix({
  name: "register --mails-online",
  rows: ["Graph: PATCH /applications(uniqueName='…')", "Graph: PATCH /applications/{id}"],
  elsewhere: {
    matrix: "register",
    rows: [
      ...BEFORE_THE_TENANT,
      "Graph: batch of 6 from GET /organization",
      "Graph: POST /servicePrincipals",
      "Graph: batch of 3 from POST /oauth2PermissionGrants",
      "Graph: POST /applications/{id}/addPassword",
      "delivery: store #2",
      "delivery: look #2",
      "Graph: PATCH /applications/{id} #2",
      "Graph: batch of 4 from GET /applications/{id}",
      "sign-in: token client_credentials",
      "Graph: GET /users",
      "Graph: GET /groups",
    ],
  },
  command: () => [...REGISTER, "--mails-online"],
  expectDone: ({ place }) => {
    expectComplete(place, infoOf(place));
    const [application] = place.sandbox.state.applications;
    const { oauth2PermissionScopes: scopes, preAuthorizedApplications: clients } = application?.api ?? {};
    expect(application?.identifierUris).toEqual([`api://app.contoso.com/${application?.appId}`]);
    expect(scopes).toHaveLength(1);
    expect(scopes).toMatchObject([{ value: "access_as_user", isEnabled: true }]);
    expect(clients).toEqual([expect.objectContaining({ delegatedPermissionIds: [scopes?.[0]?.id] })]);
  },
});

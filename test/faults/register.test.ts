import { BEFORE_THE_TENANT, testMatrix } from "./matrix.ts";
import { expectComplete, infoOf, REGISTER } from "./runs.ts";

testMatrix({
  name: "register",
  rows: [
    ...BEFORE_THE_TENANT,
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
  ],
  command: () => REGISTER,
  expectDone: ({ place }) => expectComplete(place, infoOf(place)),
});

import { expect } from "vitest";
import { ROLES } from "../../src/sandbox/index.ts";
import { COMPLETE, tally } from "../support/run.ts";
import { testMatrix } from "./matrix.ts";
import { momentAfter } from "./moment.ts";
import { ALONE, runBuilt } from "./runs.ts";

/**
 * Somebody registered the app who may not consent, and its enterprise application is gone since. Every fault of every
 * request, inside the process, is in `flow/consent.test.ts`.
 */
testMatrix({
  name: "consent",
  rows: ["Graph: POST /servicePrincipals", "Graph: batch of 3 from POST /oauth2PermissionGrants"],
  reads: [
    "Graph: batch of 3 from GET /organization",
    "Graph: batch of 3 from GET /servicePrincipals(appId='{id}')",
    "Graph: batch of 4 from GET /applications/{id}",
  ],
  elsewhere: { matrix: "register", rows: ["sign-in: devicecode", "sign-in: token device_code"] },
  start: async (lanes) => {
    const behaviour = { roles: [ROLES.applicationAdministrator] };
    const { state, secrets } = await momentAfter(lanes, behaviour, async (place) => {
      const run = await runBuilt(place);
      expect(run.exitCode, run.stderr).toBe(7);
    });
    state.servicePrincipals.splice(0);
    state.oauth2PermissionGrants.splice(0);
    state.appRoleAssignments.splice(0);
    // The colleague is at another machine: neither the journal nor the hand-over file is there.
    return { state, secrets, files: [] };
  },
  behaviour: { roles: [ROLES.privilegedRoleAdministrator, ROLES.applicationAdministrator] },
  command: ({ state }) => ["consent", ...ALONE, `--app-id=${state.applications[0]?.appId}`],
  expectDone: ({ place: { sandbox } }, { state }) => {
    const { linkOpens: _linkOpens, clientId: _clientId, ...complete } = COMPLETE;
    expect(tally(sandbox, { info: undefined })).toMatchObject(complete);
    // Nothing else of the registration has been touched.
    expect(sandbox.state.applications).toEqual(state.applications);
  },
});

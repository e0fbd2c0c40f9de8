import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import type { Fetch } from "../../src/ports/index.ts";
import type { TenantState } from "../../src/sandbox/index.ts";
import { testMatrix } from "./matrix.ts";
import { momentAfter } from "./moment.ts";
import { ALONE, runBuilt } from "./runs.ts";

/** Every fault of every request, inside the process, is in `flow/remove.test.ts`. */
testMatrix({
  name: "remove",
  rows: ["Graph: DELETE /applications/{id}", "Graph: DELETE /servicePrincipals/{id}"],
  reads: [
    "Graph: batch of 6 from GET /organization",
    "Graph: batch of 3 from GET /servicePrincipals(appId='{id}')",
    "Graph: GET /servicePrincipals(appId='{id}')",
  ],
  elsewhere: { matrix: "register", rows: ["sign-in: devicecode", "sign-in: token device_code"] },
  start: async (lanes) => {
    const { state, ...moment } = await momentAfter(lanes, {}, async (place) => {
      const run = await runBuilt(place);
      expect(run.exitCode, run.stderr).toBe(0);
    });
    addStranger(state);
    return { ...moment, state };
  },
  through: (place, { state }) => leavingPrincipal(() => place().sandbox.state, state),
  command: () => ["remove", ...ALONE],
  expectDone: ({ place: { sandbox }, second }, { state }) => {
    const ours = idsOf(state);
    const deleted = sandbox.state.deletedItems.map(({ object: { id } }) => id);
    expect(deleted.toSorted()).toEqual(ours.toSorted());
    expect(without(ours, sandbox.state)).toEqual(without(ours, state));
    if (second) expect(second.stdout).toMatch(/^(Nothing to remove|Removed)/m);
  },
});

/** A tenant in which the enterprise application does not go with its application at once. */
function leavingPrincipal(live: () => TenantState, { servicePrincipals }: TenantState) {
  return (fetch: Fetch): Fetch =>
    async (request) => {
      const answer = await fetch(request);
      if (request.method !== "DELETE" || !request.url.includes("/applications/")) return answer;
      const state = live();
      state.servicePrincipals = structuredClone(servicePrincipals);
      state.deletedItems = state.deletedItems.filter(({ type }) => type === "application");
      return answer;
    };
}

/** The ids of the objects that this tool made: those of the first registration. */
function idsOf({ applications, servicePrincipals }: TenantState): string[] {
  const [application] = applications;
  const principal = servicePrincipals.find(({ appId }) => appId === application?.appId);
  return [application?.id ?? "", principal?.id ?? ""];
}

/** Everything that is not ours; consent dies with its service principal. */
function without(ours: readonly string[], { deletedItems: _deleted, ...state }: TenantState): object {
  const isOther = (id: string) => !ours.includes(id);
  return {
    ...state,
    applications: state.applications.filter(({ id }) => isOther(id)),
    servicePrincipals: state.servicePrincipals.filter(({ id }) => isOther(id)),
    appRoleAssignments: state.appRoleAssignments.filter(({ principalId }) => isOther(principalId)),
    oauth2PermissionGrants: state.oauth2PermissionGrants.filter(({ clientId }) => isOther(clientId)),
  };
}

/** Somebody's own app, with a secret like ours and the same consent. */
function addStranger(state: TenantState): void {
  const [application] = state.applications;
  const [principal] = state.servicePrincipals;
  if (!application || !principal) throw new Error("nothing was registered");
  const [appId, id] = [randomUUID(), randomUUID()];
  const theirs = { id: randomUUID(), appId, displayName: "theirs", uniqueName: null, tags: [] };
  state.applications.push({ ...structuredClone(application), ...theirs });
  state.servicePrincipals.push({ ...structuredClone(principal), id, appId });
  const assigned = state.appRoleAssignments.map((one) => ({ ...one, id: randomUUID(), principalId: id }));
  const granted = state.oauth2PermissionGrants.map((one) => ({ ...one, id: randomUUID(), clientId: id }));
  state.appRoleAssignments.push(...assigned);
  state.oauth2PermissionGrants.push(...granted);
}

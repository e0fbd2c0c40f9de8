import { expect } from "vitest";
import { testMatrix } from "./matrix.ts";
import { ALONE } from "./runs.ts";

/** Two applications side by side: what befalls one leaves the other complete, and there are never three. */
testMatrix({
  name: "register --template andmoney",
  // Where an answer is lost, half a minute must agree that nothing was made.
  lanes: 10,
  rows: ["Graph: POST /applicationTemplates/{id}/instantiate #2", "Graph: PATCH /applications/{id} #2"],
  reads: [
    "Graph: batch of 5 from GET /organization",
    "Graph: batch of 4 from GET /applications(uniqueName='…')",
    "Graph: batch of 4 from GET /applications/{id}",
    "Graph: GET /applications(uniqueName='…') #2",
    "Graph: GET /applications #2",
    "Graph: GET /applications/{id} #2",
    "Graph: GET /servicePrincipals(appId='{id}') #2",
    "Graph: batch of 4 from GET /applications/{id} #2",
  ],
  elsewhere: {
    matrix: "register --scim",
    rows: [
      "sign-in: devicecode",
      "sign-in: token device_code",
      "Graph: GET /applications(uniqueName='…')",
      "Graph: GET /directory/deletedItems/microsoft.graph.application",
      "Graph: GET /directory/deletedItems/microsoft.graph.application #2",
      "Graph: GET /applications",
      "Graph: POST /applicationTemplates/{id}/instantiate",
      "Graph: PATCH /applications/{id}",
      "Graph: GET /applications/{id}",
      "Graph: GET /servicePrincipals(appId='{id}')",
    ],
  },
  command: () => [...ALONE, "--template=andmoney"],
  expectDone: ({ place: { sandbox }, second }) => {
    const { applications, servicePrincipals } = sandbox.state;
    expect(applications.map(({ displayName }) => displayName).toSorted()).toEqual([
      "&Money booking advisors",
      "&Money booking rooms",
    ]);
    for (const { displayName, appId, tags, passwordCredentials } of applications) {
      expect(servicePrincipals.filter((one) => one.appId === appId)).toHaveLength(1);
      expect(tags.filter((tag) => tag.startsWith("entra-app-registration-")).length).toBeGreaterThan(0);
      expect(passwordCredentials).toEqual([]);
      if (second) expect(second.stdout).toContain(displayName);
    }
    expect(servicePrincipals).toHaveLength(2);
  },
});

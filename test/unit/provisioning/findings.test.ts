import { expect, test } from "vitest";
import { provisioningFindings } from "../../../src/provisioning/findings.ts";
import { NO_CREDENTIALS } from "../../../src/provisioning/state.ts";
import type { DesiredProvisioning } from "../../../src/provisioning/types.ts";
import { aJob } from "../../support/jobs.ts";

const WANTED: DesiredProvisioning = {
  tenantUrl: "https://scim.vendor.example/scim?aadOptscim062020",
  scope: "all",
  groups: false,
  users: { mappings: [], exclusive: false },
  attributes: [],
  appRole: undefined,
  requirements: [],
  clearsState: false,
  notification: undefined,
};

test.each([
  ["https://scim.vendor.example/scim?aadOptscim062020", "ok"],
  ["https://scim.vendor.example/scim/?aadOptscim062020", "ok"],
  ["https://SCIM.vendor.example/scim?aadOptscim062020=", "ok"],
  ["https://scim.vendor.example/scim", "differs"],
  ["https://other.example/scim?aadOptscim062020", "differs"],
  [undefined, "missing"],
])("the tenant URL %s is %s, as `scim setup` sees it", (tenantUrl, state) => {
  const credentials = { ...NO_CREDENTIALS, tenantUrl, hasToken: true, scope: "all" } as const;
  const current = { job: aJob(), schema: undefined, credentials };
  const assignments = { count: 0, defaultAccess: { count: 0, names: [] }, missing: [] };
  const findings = provisioningFindings(WANTED, current, assignments);
  expect(findings.find(({ about }) => about === "tenantUrl")).toMatchObject({ state });
});

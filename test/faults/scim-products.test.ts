import { describe, expect, test } from "vitest";
import { ARRIVING } from "../support/arrivals.ts";
import { serveLanes } from "../support/lanes.ts";
import { scimServer } from "../support/scim-server.ts";
import { FAULTS, type Fault, naming, strike } from "./faults.ts";
import { ALONE, expectNothingSecret, runBuilt, watched } from "./runs.ts";

const lanes = serveLanes(ARRIVING.length);

const JOB = "/servicePrincipals/{id}/synchronization/jobs/{job}";
/** What the requests of a run meet: the first is killed in its middle, the second is disturbed, the third is left alone. */
const RUNS: readonly Readonly<Record<string, Fault | undefined>>[] = [
  { [`Graph: PUT ${JOB}/schema`]: FAULTS["killed after"] },
  {
    [`Graph: POST ${JOB}/validateCredentials`]: FAULTS["503"],
    [`Graph: POST ${JOB}/provisionOnDemand`]: FAULTS["reset after"],
    [`Graph: POST ${JOB}/start`]: FAULTS["429"],
    [`Graph: POST ${JOB}/restart`]: FAULTS["429"],
  },
  {},
];

describe.concurrent("killed, then disturbed: everybody arrives all the same, and the third run has nothing to do", () => {
  test.for(ARRIVING)("$title", { timeout: 600_000 }, async (product, { onTestFinished }) => {
    const { template, flags, tokens, server: options, handover, expectArrived } = product;
    const server = await scimServer({ ...options, onFinished: onTestFinished });
    const victim = { kill: () => undefined as void };
    const met: number[] = RUNS.map(() => 0);
    let meeting = naming((_name, request, fetch) => fetch(request));
    const { options: watching, secrets } = watched({}, (fetch) => (request) => meeting(fetch)(request));
    secrets.push(...Object.entries(tokens).map(([name, value]) => ({ name, value })));
    const served = await lanes({ ...watching, scimFetch: server.fetch }, onTestFinished);
    const place = { ...served, env: { ...served.env, ...tokens } };

    const ended = [];
    for (const [index, faults] of RUNS.entries()) {
      meeting = naming((name, request, fetch) => {
        const fault = faults[name];
        if (!fault) return fetch(request);
        met[index] = (met[index] ?? 0) + 1;
        return strike(fault, victim, request, fetch);
      });
      ended.push(
        await runBuilt(place, victim, ["scim", "setup", ...ALONE, "--template", template, ...flags]),
      );
    }
    const [killed, disturbed, last] = ended;
    expect(met).toEqual([1, 3, 0]);
    expect(killed?.exitCode).toBeNull();
    expect(disturbed?.exitCode, disturbed?.stderr).toBe(0);
    expect([last?.exitCode, last?.stdout], last?.stderr).toEqual([
      0,
      expect.stringMatching(/^Nothing to do/),
    ]);
    expectArrived(server, place.sandbox.state);
    expectNothingSecret(place, secrets, ended, { handover });
  });
});

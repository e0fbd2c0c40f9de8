import { expect } from "vitest";
import type { TenantState } from "../../src/sandbox/index.ts";
import { BEFORE_THE_TENANT, testMatrix } from "./matrix.ts";
import { type Moment, momentAfter } from "./moment.ts";
import { ALONE, infoOf, openedBy, REGISTER, runBuilt } from "./runs.ts";

const ROTATE = ["secret", "rotate", ...ALONE];

/** Every fault of every request, inside the process, is in `flow/secret.test.ts`. */
testMatrix({
  name: "secret rotate",
  rows: [
    "Graph: POST /applications/{id}/addPassword",
    "delivery: store #2",
    "delivery: look #2",
    "Graph: PATCH /applications/{id}",
  ],
  reads: [
    "Graph: batch of 6 from GET /organization",
    "Graph: batch of 3 from GET /servicePrincipals(appId='{id}')",
    "Graph: batch of 4 from GET /applications/{id}",
    "sign-in: token client_credentials",
    "Graph: GET /users",
    "Graph: GET /groups",
  ],
  elsewhere: {
    matrix: "register",
    rows: [...BEFORE_THE_TENANT],
  },
  start: (lanes) =>
    momentAfter(lanes, {}, async (place) => {
      const run = await runBuilt(place);
      expect(run.exitCode, run.stderr).toBe(0);
    }),
  command: () => ROTATE,
  // Who has the new secret needs no other one; what may be left to note, the next registration notes.
  next: ({ first }) => (first.exitCode === 0 ? REGISTER : ROTATE),
  expectDone: (cell, begun) => {
    const { sandbox } = cell.place;
    const old = linkOf(begun);
    const [first, last] = [cell.info, infoOf(cell.place)].map((info) => info?.["clientSecret"]);
    const isAgain = cell.second !== undefined && cell.first.exitCode !== 0;
    const wasHandedOver = first !== undefined && first !== old;
    // A rotation that was killed after the hand-over and is asked for again gives one more, handed over too.
    const links = isAgain && wasHandedOver ? [old, first, last] : [old, last];
    const [application] = sandbox.state.applications;
    const live = (application?.passwordCredentials ?? []).map(({ keyId }) => keyId);
    expect(links.flatMap((link) => openedBy(sandbox, link))).toEqual(live);
    expect(live).toHaveLength(links.length);
    for (const keyId of live) expect(application?.tags).toContain(`delivered-${keyId.slice(0, 8)}`);
    expect(withoutSecrets(sandbox.state)).toEqual(withoutSecrets(begun.state));
  },
});

/** The link in the hand-over file of a moment. */
function linkOf({ files }: Moment): string | undefined {
  const file = files.find(({ place }) => place.endsWith("AppRegistrationInfo.json"));
  const info = JSON.parse(String(file?.content)) as Record<string, string>;
  return info["clientSecret"];
}

/** What a rotation has no business with. */
function withoutSecrets({ secretHashes: _hashes, oneTimePasswords: _kept, ...state }: TenantState) {
  return {
    ...state,
    applications: state.applications.map(
      ({ passwordCredentials: _secrets, tags: _tags, ...others }) => others,
    ),
  };
}

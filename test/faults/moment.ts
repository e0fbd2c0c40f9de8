import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { type Behaviour, newTenant, type TenantState } from "../../src/sandbox/index.ts";
import type { Lanes } from "../support/lanes.ts";
import { filesIn, type Haystack, type Secret } from "../support/secrets.ts";
import type { Outpost } from "../support/served.ts";
import { watched } from "./runs.ts";

/** A tenant and a disk as they were at one moment, from which many runs can begin. */
export interface Moment {
  readonly state: TenantState;
  /** By their paths in the root of an outpost. */
  readonly files: readonly Haystack[];
  /** Everything secret that came up until then. */
  readonly secrets: readonly Secret[];
}

/** Nothing registered, and nothing on the disk. */
export const NOTHING: Moment = { state: newTenant(), files: [], secrets: [] };

/** What `work` leaves behind in an outpost that begins with nothing. */
export async function momentAfter(
  lanes: Lanes,
  behaviour: Partial<Behaviour>,
  work: (place: Outpost) => Promise<unknown>,
): Promise<Moment> {
  const ends: (() => void)[] = [];
  const { options, secrets } = watched(behaviour, (fetch) => fetch);
  const place = await lanes(options, (end) => void ends.push(end));
  try {
    await work(place);
    const files = filesIn(place.root).map((file) => ({ ...file, place: relative(place.root, file.place) }));
    return { state: structuredClone(place.sandbox.state), files, secrets };
  } finally {
    for (const end of ends) end();
  }
}

/** Puts the files of a moment back in their places. */
export function putBack({ files }: Moment, { root }: Pick<Outpost, "root">): void {
  for (const { place, content } of files) {
    const path = join(root, place);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
}

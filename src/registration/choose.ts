import { isMarked } from "./names.ts";
import type { Application } from "./types.ts";

/** The applications that could be the one this run is about. */
export interface Candidates {
  readonly byUniqueName: Application | undefined;
  readonly byTag: readonly Application[];
  readonly byName: readonly Application[];
}

export type Choice =
  | { readonly kind: "none" }
  | { readonly kind: "ours"; readonly application: Application }
  /** Same display name, or several with our tag: a person has to say which. */
  | { readonly kind: "ambiguous"; readonly applications: readonly Application[] };

/** Which application a run works on. Display names are not unique in Entra, so a name alone decides nothing. */
export function chooseApplication(candidates: Candidates, uniqueName: string): Choice {
  if (candidates.byUniqueName) return { kind: "ours", application: candidates.byUniqueName };
  const all = new Map(
    [...candidates.byTag, ...candidates.byName].map((application) => [application.objectId, application]),
  );
  const marked = [...all.values()].filter((application) => isMarked(application, uniqueName));
  const [only, another] = marked;
  if (only && !another) return { kind: "ours", application: only };
  return all.size > 0 ? { kind: "ambiguous", applications: [...all.values()] } : { kind: "none" };
}

import type { Namesake } from "../../../errors.ts";
import { say } from "../clean.ts";

/** What else is known of an application than its client ID. */
export function namesakeFacts({ createdDateTime, template }: Namesake): string {
  const created = `created ${createdDateTime?.slice(0, 10) ?? "?"}`;
  return template === undefined ? created : say`${created}, template ${template}`;
}

/** The questions about applications of one name, and their answers. */
export const NAMESAKE_QUESTIONS = {
  namesake: (name: string, candidates: readonly Namesake[]): string => {
    const templates = [...new Set(candidates.flatMap(({ template }) => template ?? []))];
    if (templates.length > 0) {
      const made = templates.map((template) => say`--template ${template}`).join(" or ");
      return say`There is an app registration named "${name}" that was made with another template; to work on that one, stop, and add ${made}. What now?`;
    }
    return candidates.length > 1
      ? say`There are several app registrations named "${name}". What now?`
      : say`There is an app registration named "${name}" that this tool did not make. What now?`;
  },
  adopt: (one: Namesake) => say`Take over ${one.appId} (${namesakeFacts(one)})`,
  whichApplication: (name: string) => say`Which app registration named "${name}" is meant?`,
  application: (one: Namesake) => say`${one.appId} (${namesakeFacts(one)})`,
} as const;

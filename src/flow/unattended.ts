import { AppError, type MissingInput } from "../errors.ts";
import { type KnownValues, missingInputs } from "../settings/known-values.ts";
import type { RunContext } from "./context.ts";

/**
 * Makes sure, before anybody signs in, that a run in which nobody can be asked has all it needs; what it
 * lacks is named at once, the yes included.
 *
 * @throws AppError INPUT_MISSING, YES_MISSING
 */
export function checkUnattended(
  { questions }: Pick<RunContext, "questions">,
  missing: readonly MissingInput[],
  { yes, dryRun }: { readonly yes: boolean; readonly dryRun: boolean },
): void {
  if (questions) return;
  const lacksYes = !yes && !dryRun;
  if (missing.length > 0) throw new AppError("INPUT_MISSING", { missing, lacksYes });
  if (lacksYes) throw new AppError("YES_MISSING", {});
}

/** What is missing to sign in and find a registration: the other values have defaults. */
export function missingTenant(known: KnownValues): MissingInput[] {
  return missingInputs(known).filter(({ flag }) => flag === "--tenant-id");
}

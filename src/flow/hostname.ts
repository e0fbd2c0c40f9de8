import { AppError } from "../errors.ts";
import { originOf } from "../registration/origin.ts";
import type { Application } from "../registration/types.ts";
import { isSettled, type KnownValues } from "../settings/known-values.ts";
import type { Template } from "../template/schema.ts";
import type { RunContext } from "./context.ts";

/** The product's address: given for this run, else as the registration itself has it, else asked. */
export async function hostnameOf(
  { questions }: Pick<RunContext, "questions">,
  { application: { web } }: Template,
  { hostname }: Pick<KnownValues, "hostname">,
  application: Application,
): Promise<string> {
  if (hostname && isSettled(hostname)) return hostname.value;
  const known = originOf(web?.redirectUris ?? [], application.web.redirectUris) ?? hostname?.value;
  if (known !== undefined) return known;
  if (questions) return (await questions.hostname(undefined)).origin;
  throw new AppError("INPUT_MISSING", { missing: [{ flag: "--hostname", configKey: "hostname" }] });
}

import { AppError } from "../errors.ts";
import { PAGE_FILE } from "../handover/page-file.ts";
import { type KnownValues, missingInputs } from "../settings/known-values.ts";
import type { TokenSource } from "../signin/token-source.ts";
import { openGraph, type RunContext } from "./context.ts";
import type { RegisterResult } from "./events.ts";
import { groupScopes } from "./group-scopes.ts";
import { checkOutputFolder } from "./output-folder.ts";
import type { Provisioner } from "./provisioner.ts";
import { checkReminder } from "./reminder.ts";
import type { RegisterInput } from "./run.ts";
import { prepareServices } from "./service.ts";
import { CHANGING_SCOPES, inTenant, READING_SCOPES, signIn } from "./sign-in.ts";
import { checkUnattended } from "./unattended.ts";

/**
 * Registers the applications of a product, or brings their registrations in line with the template:
 * settings, sign-in, one read, one plan, one question; then for each the writes, the secret's delivery, the
 * proof. What fails in a later one leaves the earlier ones complete.
 *
 * @param provisioner sets up the provisioning of the applications as well, in the same run.
 * @throws AppError for everything that can be foreseen.
 */
export async function register(
  context: RunContext,
  input: RegisterInput,
  provisioner?: Provisioner,
): Promise<RegisterResult[]> {
  checkUnattended(context, missingInputs(input.known), input);
  if (input.calendar !== undefined) await checkReminder(context, input.calendar, input);
  const { templates, outputFolder, dryRun } = input;
  const fileNames = templates.flatMap(({ application }) => application.handover?.fileName ?? []);
  const tidies: (() => Promise<void>)[] = [];
  const pageNames = input.handoverPage ? [PAGE_FILE] : [];
  for (const name of new Set(dryRun ? [] : [...fileNames, ...pageNames])) {
    // One after the other: each tries the folder under the same name.
    tidies.push(await checkOutputFolder(context, outputFolder, name));
  }
  const [template] = templates;
  const services =
    template && fileNames.length > 0 ? prepareServices(context, template, input.known, input) : undefined;
  const own = dryRun ? READING_SCOPES : CHANGING_SCOPES;
  const scopes = [...own, ...(provisioner?.scopes ?? (dryRun ? [] : groupScopes(input.known)))];
  const tokens = await goodFor(
    context,
    input.known,
    provisioner,
    await signIn(context, input.known, scopes),
    scopes,
  );
  const graph = openGraph(context, tokens);
  const { registerSignedIn } = await import("./register-signed-in.ts");
  return registerSignedIn({ context, input, provisioner, tokens, services, graph, secretEnds: [] }, tidies);
}

/**
 * A sign-in that is good for provisioning, where the run sets it up: that is read before the plan. A session of Cloud
 * Shell or the Azure CLI is not; then the person signs in once more, for everything. Where nobody can be asked it is
 * tried all the same.
 */
async function goodFor(
  context: RunContext,
  known: KnownValues,
  provisioner: Provisioner | undefined,
  tokens: TokenSource,
  scopes: readonly string[],
): Promise<TokenSource> {
  const { account } = tokens;
  const [needed] = provisioner?.scopes ?? [];
  const isGood = needed === undefined || account.scopes === undefined || account.scopes.includes(needed);
  if (isGood || !context.questions || account.way === "environment") return tokens;
  if ((await context.questions.stepUp(undefined)) !== "signIn") {
    const { way, clientId } = account;
    throw new AppError("SCOPES_MISSING", { scopes: [needed], way, clientId });
  }
  return signIn(context, { ...inTenant(known, account.tenantId), auth: "device-code" }, scopes);
}

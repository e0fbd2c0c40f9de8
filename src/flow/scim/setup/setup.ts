import { AppError } from "../../../errors.ts";
import { toDesiredProvisioning } from "../../../provisioning/desired.ts";
import { parseTenantUrl } from "../../../provisioning/tenant-url.ts";
import type { DesiredProvisioning } from "../../../provisioning/types.ts";
import { MOST_MEMBERS } from "../../../registration/groups.ts";
import { givenInputs, missingInputs } from "../../../settings/known-values.ts";
import type { Template } from "../../../template/schema.ts";
import type { Answers } from "../../answers.ts";
import type { RunContext } from "../../context.ts";
import type { RegisterResult } from "../../events.ts";
import { NewGroups } from "../../new-groups.ts";
import type { Provisioner } from "../../provisioner.ts";
import { register } from "../../register.ts";
import { readSecretTokens } from "../secret-tokens.ts";
import type { PrepareOptions, SetupInput } from "./options.ts";
import { prepareProvisioning } from "./prepare.ts";

const CHANGING = ["Synchronization.ReadWrite.All", "User.Read.All"];
const READING = ["Synchronization.Read.All"];

/**
 * Registers the applications of a product and sets up their provisioning, in one run of `register`: one sign-in,
 * one plan, one yes. Where the vendor's token is not there yet, everything that needs none.
 *
 * @throws AppError for everything that can be foreseen.
 */
export async function setup(context: RunContext, input: SetupInput): Promise<RegisterResult[]> {
  checkNames(input, context.questions !== undefined);
  if (missingInputs(input.known).length === 0 && !context.questions) checkDesired(input);
  const tokens = await readSecretTokens(context, {
    templates: input.templates,
    files: input.tokenFiles,
    inputIsTaken: input.known.auth === "token",
  });
  const options: PrepareOptions = { ...input, tokens, asked: new Map(), groupsToMake: new NewGroups() };
  const provisioner: Provisioner = {
    scopes: input.dryRun ? READING : [...CHANGING, groupScope(context, input)],
    prepare: (run, application, answers) =>
      prepareProvisioning(
        run,
        options,
        application,
        answers,
        desiredFor(application.template, answers, input),
      ),
  };
  return register(context, input, provisioner);
}

/** Making a group takes more than finding one; where a person is asked, the template says whether one is made. */
function groupScope({ questions }: RunContext, { newGroups, templates, users, known }: SetupInput): string {
  const isNamed = users.length > 0 || (known.groups?.value.length ?? 0) > 0;
  const isProposed = templates.some(({ application }) => application.scim?.newGroup !== undefined);
  const makes = newGroups.length > 0 || (questions !== undefined && !isNamed && isProposed);
  return makes ? "Group.ReadWrite.All" : "Group.Read.All";
}

/** What contradicts itself on the command line. @throws AppError NAMES_UNUSABLE */
function checkNames({ users, members, newGroups, templates }: SetupInput, isAsked: boolean): void {
  // A variable of a script that is not set, say: nobody would be assigned, and nobody would notice.
  const named = [
    ["--user", users] as const,
    ["--member", members] as const,
    ["--new-group", newGroups] as const,
  ];
  for (const [flag, values] of named) {
    if (values.some((value) => /(^|=)\s*$/.test(value))) {
      throw new AppError("NAMES_UNUSABLE", { problem: { kind: "empty", flag } });
    }
  }
  if (members.length > MOST_MEMBERS) {
    throw new AppError("NAMES_UNUSABLE", { problem: { kind: "members", most: MOST_MEMBERS } });
  }
  const proposes = isAsked && templates.some(({ application }) => application.scim?.newGroup !== undefined);
  if (members.length > 0 && newGroups.length === 0 && !proposes) {
    throw new AppError("NAMES_UNUSABLE", { problem: { kind: "noNewGroup" } });
  }
}

/** Everything that is wrong with an unattended run's values, before anybody signs in. */
function checkDesired(input: SetupInput): void {
  const { known, templates } = input;
  const inputs = givenInputs(known);
  const [first] = templates;
  const appName = known.appName?.value ?? first?.name ?? "";
  const answers = { appName, hostname: known.hostname?.value ?? "", addOns: [], inputs };
  for (const template of templates) desiredFor(template, answers, input);
}

/** What template and answers ask for. @throws AppError VALUES_INVALID, SETTING_UNSUPPORTED */
function desiredFor(
  template: Template,
  answers: Answers,
  { known, role }: Pick<SetupInput, "known" | "role">,
): DesiredProvisioning {
  if (!template.application.scim) throw new AppError("SETTING_UNSUPPORTED", { setting: "scim" });
  const notification = known.notifications.get(template.application.key);
  const parsed = toDesiredProvisioning(template, answers, { notification });
  if (!parsed.ok) throw new AppError("VALUES_INVALID", { faults: parsed.faults });
  const { desired } = parsed;
  const url = parseTenantUrl(desired.tenantUrl);
  if (!url.ok) {
    const expected = { tenantUrl: url.problem };
    const path = sourceOf(template);
    throw new AppError("VALUES_INVALID", { faults: [{ path, found: desired.tenantUrl, expected }] });
  }
  return { ...desired, tenantUrl: url.url, appRole: role ?? desired.appRole };
}

/** Which value the tenant URL of a template is made of, as a person gives it. */
function sourceOf({ application, inputs = [] }: Template): string {
  const text = application.scim?.tenantUrl ?? "";
  const input = inputs.find(({ name }) => text.includes(`{input.${name}}`));
  if (input) return `--set ${input.name}`;
  return text.includes("{host") ? "--hostname" : "tenantUrl";
}

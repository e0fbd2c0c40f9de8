import { AppError } from "../../../errors.ts";
import type { ProvisioningValues } from "../../../provisioning/desired.ts";
import { parseTenantUrl } from "../../../provisioning/tenant-url.ts";
import type { DesiredProvisioning } from "../../../provisioning/types.ts";
import { missingInputs } from "../../../settings/known-values.ts";
import { parseGroup } from "../../../settings/values.ts";
import type { Template } from "../../../template/schema.ts";
import type { RunContext } from "../../context.ts";
import type { RegisterResult } from "../../events.ts";
import { CHOOSING, FILLING, MAKING } from "../../group-scopes.ts";
import { NewGroups } from "../../new-groups.ts";
import type { Provisioner } from "../../provisioner.ts";
import { register } from "../../register.ts";
import { desiredProvisioning, givenAnswers } from "../desired.ts";
import { keyOf, splitKey, valuesFor } from "../keyed.ts";
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
  checkNames(input);
  checkMembers(input);
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

/** Making a group takes more than filling one, and that more than finding one; the template may propose to make one. */
function groupScope({ questions }: RunContext, input: SetupInput): string {
  const { newGroups, templates, users, members, known } = input;
  const isProposed = templates.some(({ application }) => application.scim?.newGroup !== undefined);
  const isAsked = questions !== undefined && users.length === 0 && (known.groups?.value.length ?? 0) === 0;
  const takesProposed = isProposed && (isAsked || (members.length > 0 && known.groups === undefined));
  if (newGroups.length > 0 || takesProposed) return MAKING.scope;
  return members.length > 0 ? FILLING.scope : CHOOSING.scope;
}

/** Names of nobody and nothing, before anybody signs in. @throws AppError NAMES_UNUSABLE, VALUES_INVALID */
function checkNames({ users, members, newGroups, templates, known }: SetupInput): void {
  const keys = templates.map(keyOf);
  const isEmpty = (value: string) => splitKey(value, keys).value.trim() === "";
  // A variable of a script that is not set, say: nobody would be assigned, and nobody would notice.
  const named = [
    ["--user", users] as const,
    ["--member", members] as const,
    ["--new-group", newGroups] as const,
    ["--group", known.groups?.value ?? []] as const,
  ];
  for (const [flag, values] of named) {
    if (values.some(isEmpty)) throw new AppError("NAMES_UNUSABLE", { problem: { kind: "empty", flag } });
  }
  const faults = newGroups.flatMap((found) => {
    const parsed = parseGroup(splitKey(found, keys).value);
    return parsed.ok ? [] : [{ path: "--new-group", found, expected: parsed.expected }];
  });
  if (faults.length > 0) throw new AppError("VALUES_INVALID", { faults });
}

/** Members of no group, or of one of several. @throws AppError NAMES_UNUSABLE */
function checkMembers({ members, newGroups, templates, known }: SetupInput): void {
  const keys = templates.map(keyOf);
  for (const member of members) {
    const { key } = splitKey(member, keys);
    const own = templates.filter((template) => key === undefined || keyOf(template) === key);
    const counts = own.map((template) => {
      const ownOf = (texts: readonly string[]) => valuesFor(texts, keys, keyOf(template));
      // Several of these get them all.
      if (ownOf(newGroups).length > 0) return 1;
      if (known.groups) return ownOf(known.groups.value).length;
      return template.application.scim?.newGroup ? 1 : 0;
    });
    const most = Math.max(...counts);
    if (most === 1) continue;
    throw new AppError("NAMES_UNUSABLE", { problem: { kind: most === 0 ? "noGroup" : "severalGroups" } });
  }
}

/** Everything that is wrong with an unattended run's values, before anybody signs in. */
function checkDesired(input: SetupInput): void {
  const { known, templates } = input;
  const answers = givenAnswers(known, known.appName?.value ?? templates[0]?.name ?? "");
  for (const template of templates) desiredFor(template, answers, input);
}

/** What template and answers ask for. @throws AppError VALUES_INVALID, SETTING_UNSUPPORTED */
function desiredFor(
  template: Template,
  answers: ProvisioningValues,
  { known, role }: Pick<SetupInput, "known" | "role">,
): DesiredProvisioning {
  const desired = desiredProvisioning(template, answers, known);
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

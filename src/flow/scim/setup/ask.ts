import { isTokenNeeded } from "../../../provisioning/plan-provisioning.ts";
import type { CurrentProvisioning, DesiredProvisioning } from "../../../provisioning/types.ts";
import { toValues } from "../../../registration/desired.ts";
import type { Secret } from "../../../secret.ts";
import { fill } from "../../../template/placeholders.ts";
import type { Answers } from "../../answers.ts";
import type { RunContext } from "../../context.ts";
import type { Prepared } from "../../prepare.ts";
import type { Run } from "../../run.ts";
import { keyOf, valuesFor } from "../keyed.ts";
import { type Assignees, findAssignees, type NamedAssignees } from "../people/assignees.ts";
import { askSecretToken } from "../secret-tokens.ts";
import type { PrepareOptions } from "./options.ts";
import type { ProvisioningNow } from "./read-now.ts";

/** The token to save: one that was given, else one that is asked for; none where the saved one is good. */
export async function tokenFor(
  context: Pick<RunContext, "questions" | "report">,
  { tokens, newSecretToken, asked, dryRun }: PrepareOptions,
  facts: {
    readonly template: Prepared["template"];
    readonly displayName: string;
    readonly desired: DesiredProvisioning;
    readonly current: CurrentProvisioning | undefined;
    readonly savedWorks: boolean | undefined;
  },
): Promise<Secret | undefined> {
  const { template, displayName, desired, current, savedWorks } = facts;
  const key = keyOf(template);
  const given = tokens.get(key);
  const isGood = !newSecretToken && current && !isTokenNeeded({ desired, current, savedWorks });
  if (isGood) {
    if (given) context.report({ kind: "secretTokenKept", displayName });
    return undefined;
  }
  if (given || dryRun) return given;
  const before = asked.get(key);
  if (before && "token" in before) return before.token;
  const token = await askSecretToken(context, displayName);
  asked.set(key, { ...before, token });
  return token;
}

/** Who is to be assigned: as named; where nobody is, and nobody is assigned yet, as a person answers. */
export async function assigneesFor(
  run: Run,
  options: PrepareOptions,
  { template, tenant, desired: { displayName } }: Prepared,
  { answers, now }: { readonly answers: Answers; readonly now: ProvisioningNow | undefined },
): Promise<Assignees> {
  const { templates, yes, asked, groupQuestion } = options;
  const key = keyOf(template);
  const before = asked.get(key);
  if (before?.assignees) return before.assignees;
  const named = namedFor(options, templates.map(keyOf), key);
  const { scim } = template.application;
  const isNamed = named.users.length + (named.groups?.length ?? 0) + named.newGroups.length > 0;
  const isAssigned = [...(now?.assigned.values() ?? [])].some(({ isProvisioned }) => isProvisioned);
  const asks = scim?.scope === "assigned" && !yes && !isNamed && !isAssigned;
  const proposed = scim?.newGroup && fill(scim.newGroup.displayName, toValues(answers));
  const assignees = await findAssignees(run, {
    named,
    question: asks ? groupQuestion(displayName) : undefined,
    proposed,
    tenantId: tenant.id,
    newGroups: options.groupsToMake,
  });
  asked.set(key, { ...before, assignees });
  return assignees;
}

/** What flags and config say of one application of the product. */
function namedFor(
  { users, newGroups, members, known }: PrepareOptions,
  keys: readonly string[],
  key: string,
): NamedAssignees {
  const own = (texts: readonly string[]) => valuesFor(texts, keys, key);
  return {
    users: own(users),
    groups: known.groups && own(known.groups.value),
    newGroups: own(newGroups),
    members: own(members),
  };
}

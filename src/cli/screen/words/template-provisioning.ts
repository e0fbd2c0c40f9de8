import type { Template } from "../../../template/schema.ts";
import type { TemplateScim } from "../../../template/scim.ts";
import { say } from "../clean.ts";
import { inWords } from "./templates.ts";

type Application = Template["application"];

/** How users get into an application: its address, who, and what is told beforehand. */
export function provisioningLines({ displayName, scim }: Application): string[] {
  if (!scim) return [];
  const { tenantUrl, scope, groups, appRole, newGroup, preconditions = [], contact } = scim;
  return [
    `${inWords(displayName)}, address (tenant URL) ${inWords(tenantUrl)}`,
    scope === "assigned" ? "who: users and groups that are assigned to the app" : "who: all users",
    ...(newGroup ? [`a security group "${inWords(newGroup.displayName)}" is offered to be created`] : []),
    ...(appRole === undefined ? [] : [`app role of whoever is assigned: ${inWords(appRole)}`]),
    groups ? "groups are provisioned, too" : "groups are not provisioned",
    ...(scim.requirements ?? []).map((requirement) => requirementLine(requirement)),
    ...(scim.clearsState ? ["the first start clears what Entra remembers of earlier ones"] : []),
    ...(scim.readsUsers ? ["who has arrived is read from <tenant URL>/Users with the token"] : []),
    ...preconditions.map((text) => say`before: ${text}`),
    ...(scim.afterFirstUsers === undefined ? [] : [say`after the first users: ${scim.afterFirstUsers}`]),
    ...(contact === undefined ? [] : [say`contact: ${contact}`]),
  ];
}

/** A value without which users fail to be provisioned. */
function requirementLine({
  target,
  present,
  unique,
  oneOf,
}: NonNullable<TemplateScim["requirements"]>[number]): string {
  const wants = [
    present && "has a value",
    unique && "no two users have the same",
    oneOf && say`one of ${oneOf.join(", ")}`,
  ].filter(Boolean);
  return `required of ${inWords(target)}: ${wants.join(", ")}`;
}

/** What is mapped of a user: each attribute of the app, and where it comes from. */
export function mappingLines({ users, repeat = [], attributes = [] }: TemplateScim): string[] {
  const added = new Map(attributes.map(({ name, multiValued }) => [name, multiValued]));
  const rows = [
    ...users.mappings.map(({ target, source, default: proposed, matchingPriority, apply }) => ({
      target,
      source,
      notes: [
        matchingPriority !== undefined && "users are recognised by it",
        proposed !== undefined && `"${inWords(proposed)}" where that is empty`,
        apply === "onlyWhenCreating" && "only when the user is created",
        added.has(target) && addedNote(added.get(target)),
      ],
    })),
    ...repeat.map(({ input, attribute, source }) => ({
      target: attribute.name,
      source,
      notes: [say`once for each pair of <${input}>`, addedNote(attribute.multiValued)],
    })),
  ].map((row) => ({ ...row, target: inWords(row.target) }));
  // A URN is wider than the rest of a screen.
  const width = Math.max(0, ...rows.map(({ target }) => target.length).filter((length) => length <= WIDEST));
  return rows.map(({ target, source, notes }) => {
    const said = notes.filter(Boolean).join("; ");
    return `${target.padEnd(width)} ← ${inWords(source)}${said === "" ? "" : ` (${said})`}`;
  });
}

const WIDEST = 40;

function addedNote(multiValued: boolean | undefined): string {
  return `added to the app's attributes where Entra does not know it${multiValued ? ", with several values" : ""}`;
}

/** What stands above these lines; `count` of them. */
export function mappingTitle({ users }: TemplateScim, count: number): string {
  if (users.exclusive) return "attributes of users, and nothing else (Entra's own mappings are removed):";
  return count === 0
    ? "attributes of users: as Entra maps them by itself"
    : "attributes of users, every other one as Entra maps it by itself:";
}

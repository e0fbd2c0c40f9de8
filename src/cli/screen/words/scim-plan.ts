import type { Principal, ProvisioningProposal } from "../../../flow/provisioner.ts";
import { estimateFullCycle } from "../../../provisioning/cycles.ts";
import type { MappingFacts, SchemaChange } from "../../../provisioning/schema-changes.ts";
import type { DesiredMapping } from "../../../provisioning/types.ts";
import { fromTo, say } from "../clean.ts";
import type { PlanLine } from "./plan.ts";
import { counted, durationText } from "./scim-time.ts";

const line = (mark: PlanLine["mark"], depth: PlanLine["depth"], text: string): PlanLine => ({
  mark,
  depth,
  text,
});

/** What becomes of the provisioning of an application, and everything that is worth knowing before a yes. */
export function provisioningLines(proposal: ProvisioningProposal): PlanLine[] {
  const { steps, current, desired } = proposal;
  if (steps.length === 0 && !proposal.waitsForToken) return [];
  const host = new URL(desired.tenantUrl).host;
  const isNew = current?.job === undefined;
  const title = say`Provisioning of users${desired.groups ? " and groups" : ""} to ${host}`;
  const own = [
    ...credentialLines(proposal),
    ...scopeLines(proposal),
    ...(isNew ? newMappingLines(proposal) : (proposal.changes ?? []).map(changeLine)),
    ...costLines(proposal),
  ];
  return [
    ...(own.length > 0 ? [line(isNew ? "+" : "~", 0, title), ...own] : []),
    ...assignmentLines(proposal),
    ...proofLines(proposal),
    ...startLines(proposal),
    ...waitingLines(proposal),
  ];
}

function credentialLines({ desired, current, steps }: ProvisioningProposal): PlanLine[] {
  const saved = current?.credentials;
  const { tenantUrl, notification } = desired;
  const isLost = notification === undefined && saved?.hidden.includes("notification") === true;
  if (!steps.includes("writeCredentials")) {
    return current?.job ? [] : [line("+", 1, say`tenant URL ${tenantUrl}`)];
  }
  const from = saved?.tenantUrl;
  return [
    from === undefined || from === tenantUrl
      ? line(from === undefined ? "+" : " ", 1, say`tenant URL ${tenantUrl}`)
      : line("~", 1, say`tenant URL: ${fromTo(from, tenantUrl)}`),
    line(
      saved?.hasToken ? "~" : "+",
      1,
      "secret token, saved only if Microsoft Entra can connect to the vendor with it",
    ),
    ...(notification !== undefined && notification !== saved?.notification
      ? [line("+", 1, say`failures are reported to ${notification}`)]
      : []),
    ...(isLost
      ? [line(" ", 1, "to whom failures are reported is not shown, and is lost: name it again with --notify")]
      : []),
  ];
}

function scopeLines({ desired, current, steps }: ProvisioningProposal): PlanLine[] {
  const from = current?.credentials.scope;
  // It is saved with the credentials: without them nothing changes of a job that is there.
  if (current?.job && !steps.includes("writeCredentials")) return [];
  if (from === undefined) {
    const who =
      desired.scope === "assigned" ? "only for who is assigned to the app" : "for everybody in the tenant";
    return [line("+", 1, who)];
  }
  if (from === desired.scope || !steps.includes("writeCredentials")) return [];
  return desired.scope === "assigned"
    ? [
        line("~", 1, "only for who is assigned to the app; until now for everybody in the tenant"),
        line(" ", 1, "whoever is not assigned is disabled or deleted at the vendor; that takes a restart"),
      ]
    : [line("~", 1, "for everybody in the tenant; until now only for who is assigned to the app")];
}

/** The mapping of a job that is not there yet: what the template says about it. */
function newMappingLines({ desired }: ProvisioningProposal): PlanLine[] {
  const { mappings, exclusive } = desired.users;
  const intro = exclusive
    ? "these attributes of users, and no others:"
    : mappings.length === 0
      ? "the attributes of users that Microsoft Entra proposes"
      : "the attributes of users that Microsoft Entra proposes, with these differences:";
  return [
    line("+", 1, intro),
    ...mappings.map((mapping) => line("+", 1, `  ${mappingText(mapping)}`)),
    ...desired.attributes.map(({ name, multiValued }) =>
      line("+", 1, say`  new attribute ${name}${multiValued ? ", with several values" : ""}`),
    ),
    line(
      desired.groups ? "+" : " ",
      1,
      desired.groups ? "groups with their members" : "groups are not provisioned",
    ),
  ];
}

function mappingText({ target, source, default: fallback, matchingPriority, apply }: DesiredMapping): string {
  return say`${target} = ${source}` + extras(fallback, matchingPriority ?? 0, apply === "onlyWhenCreating");
}

function factsText({ source, default: fallback, matchingPriority, flowType }: MappingFacts): string {
  return say`${source ?? "(nothing)"}` + extras(fallback, matchingPriority, flowType === "ObjectAddOnly");
}

function extras(fallback: string | undefined, matchingPriority: number, onlyWhenCreating: boolean): string {
  const parts = [
    ...(fallback === undefined ? [] : [say`"${fallback}" where that is empty`]),
    ...(matchingPriority > 0 ? ["by which users are recognised"] : []),
    ...(onlyWhenCreating ? ["only when a user is created"] : []),
  ];
  return parts.length === 0 ? "" : ` (${parts.join(", ")})`;
}

/** One difference to the mappings that are there. */
export function changeLine(change: SchemaChange): PlanLine {
  switch (change.kind) {
    case "switchMapping":
      return line(
        "~",
        1,
        `${change.object === "User" ? "users" : "groups"} are ${change.to ? "" : "not "}provisioned`,
      );
    case "addTargetAttribute":
      return line(
        "+",
        1,
        say`new attribute ${change.attribute.name}${change.attribute.multiValued ? ", with several values" : ""}`,
      );
    case "addSourceAttribute":
      return line("+", 1, say`attribute ${change.name} of your tenant, to be read from`);
    case "addMapping":
      return line("+", 1, say`${change.target} = ` + factsText(change.to));
    case "changeMapping":
      return line("~", 1, say`${change.target} = ` + `${factsText(change.from)} → ${factsText(change.to)}`);
    case "removeMapping":
      return line("-", 1, say`${change.target} = ` + factsText(change.from));
  }
}

/** What a change of the mappings of a job that runs already costs. */
function costLines({ changes, current }: ProvisioningProposal): PlanLine[] {
  if (!current?.job || (changes ?? []).length === 0) return [];
  return [line(" ", 1, "a change of the mappings makes the next cycle go through everybody again")];
}

const MOST_NAMED = 20;

function assignmentLines({ principals, members, role, steps, people }: ProvisioningProposal): PlanLine[] {
  if (!steps.includes("assign")) return [];
  const as = role === undefined ? "" : say`, as ${role}`;
  const named = principals.slice(0, MOST_NAMED);
  const more = principals.length - named.length;
  const hasGroups = principals.some(({ kind }) => kind === "Group");
  return [
    ...named.map((principal) => line("+", 0, say`Assign ${principalText(principal)}${as}`)),
    ...(more > 0
      ? [line("+", 0, `and ${more} more; for very many, scim assign takes a file and shows how far it is`)]
      : []),
    ...(members.length > 0 ? [line(" ", 1, say`members of the new group: ${members.join(", ")}`)] : []),
    ...(people === 0
      ? [line(" ", 1, "nobody is in it yet: whoever becomes a member arrives with one of the next cycles")]
      : []),
    ...(hasGroups
      ? [
          line(
            " ",
            1,
            "its direct members are provisioned; assigning groups takes a licence for Microsoft Entra ID P1 or P2",
          ),
        ]
      : []),
  ];
}

function principalText({ displayName, kind }: Principal): string {
  return kind === "Group" ? say`the group "${displayName}"` : say`${displayName}`;
}

const UNPROVED = {
  disabled:
    "No test comes first: of all who were named the account is disabled, and Microsoft Entra passes those over. To test, name somebody else with --user",
  nobody: "No test comes first: there is nobody to test with. To test, name somebody with --user",
} as const;

function proofLines({ steps, proofUser, unproved }: ProvisioningProposal): PlanLine[] {
  if (unproved) return [line(" ", 0, UNPROVED[unproved])];
  if (!steps.includes("provisionOnDemand") || proofUser === undefined) return [];
  return [
    line(
      " ",
      0,
      say`Then ${proofUser} is provisioned alone, as a test; only if that succeeds, provisioning is started`,
    ),
  ];
}

function startLines({ steps, people, current }: ProvisioningProposal): PlanLine[] {
  const restarts = steps.includes("restart");
  if (!restarts && !steps.includes("start")) return [];
  const isFirst = current?.job?.lastCycle === undefined;
  const begins =
    restarts && !isFirst
      ? "Provisioning is restarted and looks at everybody again; then it runs every 40 minutes"
      : `Provisioning is started${restarts ? ", with its state cleared" : ""}; it runs every 40 minutes`;
  return [line("+", 0, begins), ...(people ? [line(" ", 1, firstCycleText(people))] : [])];
}

function firstCycleText(people: number): string {
  const { from, to } = estimateFullCycle(people);
  const [least, most] = [durationText(from), durationText(to)];
  const span = least === most ? `about ${least}` : `${least} to ${most}`;
  return `the first cycle goes through ${counted(people, "user")}, which takes ${span} once it has begun`;
}

function waitingLines({ waitsForToken }: ProvisioningProposal): PlanLine[] {
  if (!waitsForToken) return [];
  return [
    line(
      " ",
      0,
      "Connection and start wait for the vendor's secret token: run this again when you have it; it goes on from here",
    ),
  ];
}

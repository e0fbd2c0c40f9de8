import type { Proposal } from "../../../flow/events.ts";
import { toScreenDate } from "../../../handover/dates.ts";
import { canonical } from "../../../registration/diff.ts";
import type { Change, Json, Step, StepOf } from "../../../registration/plan.ts";
import type { RetireReason } from "../../../registration/retire.ts";
import type { Obstacle } from "../../../registration/rights.ts";
import { fromTo, say } from "../clean.ts";
import { provisioningLines } from "./scim-plan.ts";

/** One line of a plan: `+` new, `~` changes, `-` goes, space explains. */
export interface PlanLine {
  readonly mark: "+" | "~" | "-" | " ";
  readonly depth: 0 | 1;
  readonly text: string;
}

const line = (mark: PlanLine["mark"], depth: PlanLine["depth"], text: string): PlanLine => ({
  mark,
  depth,
  text,
});

/** The plan as a diff against the tenant, line by line. */
export function planLines(proposal: Proposal): PlanLine[] {
  const { plan, proofs } = proposal;
  const lines = plan.steps.flatMap((step) => stepLines(step, proposal));
  const granting = plan.steps.some(({ kind }) => kind === "grantAppRole" || kind === "grantDelegatedScopes");
  const firstGrant = plan.steps.findIndex(
    ({ kind }) => kind === "grantAppRole" || kind === "grantDelegatedScopes",
  );
  if (granting) {
    const before = plan.steps.slice(0, firstGrant).flatMap((step) => stepLines(step, proposal)).length;
    lines.splice(before, 0, line("+", 0, "Admin consent for the whole tenant"));
  }
  if (proposal.provisioning) lines.push(...provisioningLines(proposal.provisioning));
  if (proofs.length > 0) {
    const names = proofs.map(({ value }) => value).join(" and ");
    lines.push(line(" ", 0, say`Then a test as the new app: it tries ${names} by reading one ID each`));
  }
  return lines;
}

function stepLines(step: Step, proposal: Proposal): PlanLine[] {
  switch (step.kind) {
    case "createApplication":
      return [
        line("+", 0, say`App registration "${proposal.displayName}", for this tenant only`),
        ...step.changes.flatMap(newPropertyLines),
        line(
          " ",
          1,
          "managed by this tenant's application administrators; you own it if you are none of them",
        ),
      ];
    case "instantiateApplication":
      return [
        line(
          "+",
          0,
          say`Enterprise application "${step.displayName}", made for provisioning, with its app registration`,
        ),
        line(" ", 1, "only people and groups who are assigned to it can sign in"),
      ];
    case "adoptApplication":
      return [
        line(
          "~",
          0,
          say`Take over the app registration "${step.displayName}" (mark it as managed by this tool)`,
        ),
      ];
    case "updateApplication":
      if (!proposal.current) return step.changes.flatMap(newPropertyLines);
      return [
        line("~", 0, say`App registration "${proposal.current?.displayName ?? proposal.displayName}"`),
        ...step.changes.flatMap(changeLines),
      ];
    case "exposeApi":
      return [
        line(proposal.current ? "~" : "+", 0, "Single sign-on for the add-in (exposed API)"),
        ...step.changes
          .filter(({ property }) => property !== "api.oauth2PermissionScopes")
          .flatMap(changeLines)
          .map((changed) => ({ ...changed, text: withClientNames(changed.text, proposal) })),
      ];
    case "createServicePrincipal":
      return [
        line("+", 0, "Enterprise application (service principal)"),
        ...(step.restores ? [line(" ", 1, "the one that was deleted is restored, if it still can be")] : []),
      ];
    case "updateServicePrincipal":
      return [line("~", 0, "Enterprise application"), ...step.changes.flatMap(changeLines)];
    case "grantDelegatedScopes":
      return step.added.map(({ value, displayName, resource }) =>
        line("+", 1, say`${value} (${resource.displayName}, delegated): ${displayName}`),
      );
    case "grantAppRole": {
      const { value, displayName, resource } = step.permission;
      return [line("+", 1, say`${value} (${resource.displayName}, application): ${displayName}`)];
    }
    case "createGroup":
      return [
        line(
          "+",
          0,
          say`Security group "${step.group.displayName}", ${membersText(step.group)} you as its owner`,
        ),
      ];
    case "addMembers":
      return [
        line("~", 0, say`Security group "${step.group.displayName}"`),
        ...step.members
          .slice(0, MOST_MEMBERS)
          .map(({ displayName }) => line("+", 1, say`member ${displayName}`)),
        ...(step.members.length > MOST_MEMBERS
          ? [line("+", 1, `and ${step.members.length - MOST_MEMBERS} more`)]
          : []),
      ];
    case "removeSecret":
      return removalLines(step);
    case "issueSecret":
      return secretLines(step, proposal);
    case "markDelivered":
      return [line("~", 0, "Note on the app that its client secret was handed over")];
  }
}

/** So many are named; beyond that the number is enough. */
const MOST_MEMBERS = 20;

function membersText({ members = [] }: StepOf<"createGroup">["group"]): string {
  if (members.length === 0) return "empty for now, with";
  return members.length === 1 ? "with one member and" : `with ${members.length} members and`;
}

const REMOVALS: Readonly<Record<RetireReason, string>> = {
  undelivered: "which was never handed over",
  expired: "which has expired",
  superseded: "which was followed by a newer one that was handed over",
  named: "which you named",
  last: "the last one that was handed over",
};

function removalLines({ keyId, displayName, reason = "undelivered" }: StepOf<"removeSecret">): PlanLine[] {
  const inUse = {
    superseded: "it stops working at once: make sure that the vendor uses the newer one",
    last: "it stops working at once, and the vendor's app with it",
  };
  const warning = reason === "superseded" || reason === "last" ? inUse[reason] : undefined;
  return [
    line("-", 0, say`Client secret "${displayName ?? keyId}", ${REMOVALS[reason]}`),
    ...(warning === undefined ? [] : [line(" ", 1, warning)]),
  ];
}

/** Clients are known by id to Graph, and by name to people. */
function withClientNames(text: string, { clients }: Proposal): string {
  return clients.reduce(
    (named, { appId, name }) => named.replace(appId, () => say`${name} (${appId})`),
    text,
  );
}

function secretLines(step: Extract<Step, { kind: "issueSecret" }>, proposal: Proposal): PlanLine[] {
  const { delivery, handoverFile } = proposal;
  const reasons = {
    none: "",
    expired: ", because the old one has expired",
    undelivered: ", because the old one was never handed over",
    doubtful: ", because nothing proves that the old one was handed over",
    asked: ", beside the old one",
  };
  const years = new Date(step.endDateTime).getUTCFullYear() - proposal.now.getUTCFullYear();
  return [
    line(
      "+",
      0,
      say`Client secret, valid until ${toScreenDate(new Date(step.endDateTime))}` + reasons[step.reason],
    ),
    ...(delivery
      ? [
          line(
            " ",
            1,
            say`goes to ${delivery.service} and comes back as a link that opens once, within ${duration(delivery.lifetimeSeconds)}`,
          ),
          ...(delivery.isTrusted ? [] : [line("~", 1, "the vendor does not name this service")]),
          line(" ", 1, say`the link is written to ${handoverFile ?? ""}`),
        ]
      : []),
    ...(years > 2 ? [line(" ", 1, "that is long: a leaked secret would work for all that time")] : []),
    ...step.doubtful.map(({ displayName, keyId }) =>
      line(" ", 1, say`"${displayName ?? ""}" (${keyId}) stays; when nobody uses it: secret retire ${keyId}`),
    ),
  ];
}

const PROPERTY_WORDS: Readonly<Record<string, string>> = {
  displayName: "name",
  signInAudience: "who can sign in",
  "web.redirectUris": "redirect URI",
  "spa.redirectUris": "redirect URI (single-page app)",
  "publicClient.redirectUris": "redirect URI (installed app)",
  identifierUris: "Application ID URI",
  tags: "tag",
  "api.requestedAccessTokenVersion": "access token version",
};

function newPropertyLines({ property, to }: Change): PlanLine[] {
  if (["displayName", "signInAudience", "tags", "requiredResourceAccess"].includes(property)) return [];
  return items(property, to).map((text) => line("+", 1, text));
}

/** Lists show what comes and goes; single values show from → to. */
function changeLines({ property, from, to }: Change): PlanLine[] {
  if (Array.isArray(from) && Array.isArray(to)) {
    return listLines(property, from, to);
  }
  if (property === "web.implicitGrantSettings") {
    return [line("~", 1, `${items(property, from)[0] ?? ""} → ${items(property, to)[0] ?? ""}`)];
  }
  const word = PROPERTY_WORDS[property] ?? property;
  return [line("~", 1, say`${word}: ${fromTo(plain(from), plain(to))}`)];
}

/** By value, not by what is shown of it: a scope that keeps its name changes all the same. */
function listLines(property: string, from: readonly Json[], to: readonly Json[]): PlanLine[] {
  const [before, after] = [from.map(canonical), to.map(canonical)];
  const goes = items(property, from).filter((_text, index) => !after.includes(before[index] ?? ""));
  const comes = items(property, to).filter((_text, index) => !before.includes(after[index] ?? ""));
  return [
    ...goes.filter((text) => !comes.includes(text)).map((text) => line("-", 1, text)),
    ...comes.map((text) => line(goes.includes(text) ? "~" : "+", 1, text)),
  ];
}

function items(property: string, value: Json): string[] {
  const word = PROPERTY_WORDS[property] ?? property;
  switch (property) {
    case "web.implicitGrantSettings": {
      const { enableAccessTokenIssuance: access, enableIdTokenIssuance: id } = value as Record<string, Json>;
      const on = [access && "access tokens", id && "ID tokens"].filter(Boolean).join(" and ");
      return [`implicit flow: ${on || "off"}`];
    }
    case "requiredResourceAccess":
      return (value as { resourceAccess: readonly unknown[] }[]).map(
        ({ resourceAccess }) => `permissions asked for: ${resourceAccess.length}`,
      );
    case "appRoles":
      return (value as { value: string | null; displayName: string }[]).map(
        (role) => say`app role ${role.value ?? role.displayName}`,
      );
    case "api.oauth2PermissionScopes":
      return (value as { value: string }[]).map((scope) => say`scope ${scope.value}`);
    case "api.preAuthorizedApplications":
      return (value as { appId: string }[]).map(
        (client) => say`authorised client application ${client.appId}`,
      );
    default:
      return Array.isArray(value)
        ? value.map((item: Json) => say`${word} ${plain(item).replace("{appId}", "<client ID>")}`)
        : [say`${word} ${plain(value)}`];
  }
}

function plain(value: Json): string {
  if (value === null) return "not set";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** What stands in the way, who can help, and what happens all the same. */
export function obstaclesText(obstacles: readonly Obstacle[]): readonly string[] {
  return [
    ...rolesText(obstacles.filter((obstacle) => obstacle.kind === "role")),
    ...scopesText(obstacles.filter((obstacle) => obstacle.kind === "scope")),
    ...obstacles
      .filter((obstacle) => obstacle.kind === "provisioningScope")
      .map(({ scope }) => say`This sign-in cannot set up provisioning: it lacks the permission ${scope}.`),
    ...(obstacles.some(({ kind }) => kind === "clientSecretsBlocked")
      ? [
          "A policy of this tenant forbids client secrets. Forward this to a Security Administrator or Global Administrator before you go ahead: Please exempt this app from the app management policy.",
          "You can go ahead all the same: the app is made without a secret, and a later run adds it.",
        ]
      : []),
  ];
}

function rolesText(lacking: readonly Extract<Obstacle, { kind: "role" }>[]): readonly string[] {
  const making = lacking.find(
    ({ step }) => step.kind === "createApplication" || step.kind === "instantiateApplication",
  );
  const names = lacking.flatMap(({ step }) => permissionNames(step));
  const roles = lacking.at(-1)?.roles ?? [];
  return [
    ...(making
      ? [
          making.step.kind === "createApplication"
            ? "This tenant lets only some people register applications, and your roles do not seem to be among them."
            : "Your roles do not seem to allow creating an enterprise application for provisioning.",
          say`That takes one of these: ${making.roles.join(", ")}. If you have one, activate it now; or ask somebody who has one to run this command.`,
        ]
      : []),
    ...(names.length > 0
      ? [
          say`Your roles do not seem to allow granting ${names.join(", ")}.`,
          say`That takes one of these: ${roles.join(", ")}. If you have one, activate it now.`,
        ]
      : []),
    ...(names.length > 0 && !making
      ? [
          "You can go ahead all the same: everything else is done, and the consent is left for somebody who may give it.",
        ]
      : []),
  ];
}

function scopesText(lacking: readonly Extract<Obstacle, { kind: "scope" }>[]): readonly string[] {
  if (lacking.length === 0) return [];
  const scopes = [...new Set(lacking.map(({ scope }) => scope))].join(", ");
  const names = lacking.flatMap(({ step }) => permissionNames(step));
  return [
    names.length === lacking.length
      ? say`This sign-in cannot grant ${names.join(", ")}: it lacks the permission ${scopes}.`
      : say`This sign-in cannot do all of that: it lacks the permission ${scopes}.`,
  ];
}

function permissionNames(step: Step): string[] {
  if (step.kind === "grantAppRole") return [step.permission.value];
  return step.kind === "grantDelegatedScopes" ? step.added.map(({ value }) => value) : [];
}

/** Days, or hours below two days. */
export function duration(seconds: number): string {
  const hours = Math.round(seconds / 3600);
  if (hours < 48) return hours === 1 ? "1 hour" : `${hours} hours`;
  return `${Math.round(hours / 24)} days`;
}

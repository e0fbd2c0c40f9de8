import type { ProvisioningFinding } from "../../../provisioning/findings.ts";
import type { MappingFacts, SchemaChange, SchemaProblem } from "../../../provisioning/schema-changes.ts";
import { say } from "../clean.ts";
import type { Advice } from "./advice.ts";
import { quarantineWording, STATE_ADVICE, STATES } from "./scim-state.ts";
import { SCOPES } from "./scim-status.ts";
import { counted } from "./scim-time.ts";

/** What stands above the findings. */
export const PROVISIONING = "Provisioning";

/** One finding about provisioning on one line, as it stands behind its mark. */
export function describeProvisioning(finding: ProvisioningFinding): string {
  switch (finding.about) {
    case "provisioning":
      return finding.state === "warning" && finding.is === "incomplete" ? PREPARED : STATES[finding.is];
    case "tenantUrl":
      return compared("tenant URL", finding);
    case "secretToken":
      return finding.state === "ok" ? "a secret token is saved" : "no secret token is saved";
    case "provisioningScope":
      if (finding.state === "warning") {
        return `Microsoft does not show who is provisioned; it should be ${SCOPES[finding.wanted ?? "unknown"]}`;
      }
      return compared("provisions", {
        ...finding,
        wanted: SCOPES[finding.wanted ?? "unknown"],
        found: finding.found && SCOPES[finding.found],
      });
    case "notification":
      if (finding.state === "warning") {
        return say`Microsoft does not show whom failures are reported to; it should be ${finding.wanted ?? "nobody"}`;
      }
      return finding.found === undefined && finding.wanted === undefined
        ? "failures are reported to nobody"
        : compared("failures are reported to", { ...finding, found: finding.found ?? "nobody" });
    case "mappings":
      return "the attribute mappings are as the template wants them";
    case "mapping":
      return mappingText(finding.change);
    case "mappingProblem":
      return problemText(finding.problem);
    case "singleValued":
      return say`${finding.name} is kept for one value in this tenant, and should take several: those are promised for apps of Microsoft's gallery only`;
    case "notKept":
      return say`${finding.name} was written by an earlier run, and Microsoft Entra did not keep it`;
    case "assignments":
      return finding.count === 0
        ? "nobody is assigned, so that nobody is provisioned"
        : `assigned: ${counted(finding.count, "user or group", "users and groups")}`;
    case "groupAssignment":
      return say`group "${finding.displayName}" is not assigned`;
    case "defaultAccess":
      return defaultAccess(finding);
    case "provisioningUnread":
      return "could not be looked at: that takes the role Cloud Application Administrator, Application Administrator or Global Administrator";
  }
}

/** Where it never ran. */
const PREPARED = "prepared, and waits for the vendor";

function compared(
  what: string,
  { wanted, found, state }: { wanted: string | undefined; found: string | undefined; state: string },
): string {
  if (state === "missing") return say`${what} ${found ?? "nothing"}, should be ${wanted ?? ""}`;
  if (state === "differs") return say`${what} ${found ?? ""}, should be ${wanted ?? ""}`;
  return say`${what} ${found ?? ""}`;
}

function defaultAccess({ count, names }: Extract<ProvisioningFinding, { about: "defaultAccess" }>): string {
  const left = count - names.length;
  const list = names.map((name) => say`"${name}"`).join(", ");
  return `assigned with "default access" only, which provisioning skips: ${list}${left > 0 ? ` and ${left} more` : ""}`;
}

const KINDS = { User: "users", Group: "groups" } as const;

function mappingText(change: SchemaChange): string {
  switch (change.kind) {
    case "switchMapping":
      return `the mapping of ${KINDS[change.object]} is ${change.to ? "off" : "on"}, should be ${change.to ? "on" : "off"}`;
    case "addSourceAttribute":
      return say`attribute ${change.name} of users is not known to the mapping`;
    case "addTargetAttribute":
      return say`attribute ${change.attribute.name} of the app is not known to the mapping`;
    case "addMapping":
      return say`${change.target} is not mapped, should be ${factsText(change.to)}`;
    case "changeMapping":
      return say`${change.target} is ${factsText(change.from)}, should be ${factsText(change.to, change.from)}`;
    case "removeMapping":
      return say`${change.target} is mapped, and should not be`;
  }
}

/** What a mapping does; beside another of the same source, how else it differs. */
function factsText(facts: MappingFacts, beside?: MappingFacts): string {
  const isSame = (key: keyof MappingFacts) => beside !== undefined && beside[key] === facts[key];
  return [
    facts.source ?? "(nothing)",
    ...(facts.default === undefined || isSame("default") ? [] : [`default "${facts.default}"`]),
    ...(facts.matchingPriority === 0 || isSame("matchingPriority")
      ? []
      : [`matching ${facts.matchingPriority}`]),
    ...(facts.flowType === "Always" || isSame("flowType") ? [] : ["only when creating"]),
  ].join(", ");
}

function problemText(problem: SchemaProblem): string {
  switch (problem.kind) {
    case "noRule":
      return "the job has no mapping of users that could be changed";
    case "noGroupMapping":
      return "the job has no mapping of groups";
    case "unknownSource":
      return say`${problem.target} should come from ${problem.attribute}, which users do not have`;
    case "unknownTarget":
      return say`${problem.target} is an attribute that the app does not have`;
    case "badExpression":
      return say`${problem.target} should be ${problem.source}, which is no good expression`;
    case "lastMatching":
      return say`no attribute is left by which users are recognised (now: ${problem.removed.join(", ")})`;
  }
}

/** What to do about differences, as the last words on the screen. */
export function provisioningAdvice(findings: readonly ProvisioningFinding[]): Advice[] {
  const [standing] = findings;
  const others = findings.filter(
    ({ about, state }) => about !== "provisioning" && (state === "differs" || state === "missing"),
  );
  if (others.length > 0) return [SETUP];
  if (standing?.about !== "provisioning") return [];
  const isEmpty = findings.some((one) => one.about === "assignments" && one.count === 0);
  if (standing.state === "warning") return [TOKEN];
  if (standing.state === "ok") return isEmpty ? [ASSIGN] : [];
  if (standing.is === "quarantine" && standing.job) return [quarantineWording(standing.job).advice];
  return [STATE_ADVICE[standing.is] ?? SETUP];
}

const SETUP: Advice = [
  { say: "This shows these differences of provisioning as its plan, and asks:", run: "scim setup" },
];
const TOKEN: Advice = [{ say: "When the vendor has given you its secret token:", run: "scim setup" }];
const ASSIGN: Advice = [{ say: "Assign users or groups with:", run: 'scim assign --group "<name or ID>"' }];

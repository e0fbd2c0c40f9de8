import { Hono } from "hono";
import { type GraphEnv, urlOf } from "../graph/environment.ts";
import { unsupportedQuery } from "../graph/errors.ts";
import { page, parseQuery } from "../graph/query.ts";
import { PERMISSIONS, ROLES_FOR, requirePermission, requireRole } from "../graph/rights.ts";
import type { World } from "../world.ts";
import { requireLicence } from "./jobs.ts";
import type { LogItem } from "./state.ts";

const CLAUSE = /^([\w/]+) (eq|gt|ge|lt|le) (?:'((?:[^']|'')*)'|(\d{4}-\d\d-\d\dT[\d:.]+Z))$/;
const TEXTS = [
  "jobId",
  "cycleId",
  "changeId",
  "provisioningAction",
  "provisioningStatusInfo/status",
  "servicePrincipal/id",
];

/** `auditLogs/provisioning`: minutes behind, and for tenants with a licence. */
export function logRoutes(world: World) {
  const routes = new Hono<GraphEnv>();
  routes.get("/auditLogs/provisioning", (c) => {
    requirePermission(c.get("caller"), PERMISSIONS.readProvisioningLogs);
    requireRole(world, c.get("caller"), ROLES_FOR.readProvisioningLogs);
    requireLicence(world);
    const url = urlOf(c);
    const query = parseQuery("provisioningObjectSummary", url, "list", ["$orderby"]);
    const matches = parseLogFilter(query.filter);
    const rows = visible(world).filter(matches);
    rows.sort((one, other) => one.activityDateTime.localeCompare(other.activityDateTime));
    if (isNewestFirst(url.searchParams.get("$orderby"))) rows.reverse();
    return c.json(page(query, rows));
  });
  return routes;
}

function visible({ state, behaviour, clock }: World): LogItem[] {
  const latest = new Date(clock.now().getTime() - behaviour.logDelayMs).toISOString();
  return Object.entries(state.provisioning ?? {}).flatMap(([id, { job }]) =>
    (job?.logs ?? [])
      .filter(({ activityDateTime }) => activityDateTime <= latest)
      .map((item) => ({ ...item, servicePrincipal: { id, displayName: "" } })),
  );
}

/** The newest come first unless asked otherwise. */
function isNewestFirst(order: string | null): boolean {
  if (order === null) return true;
  const match = /^activityDateTime(?: (asc|desc))?$/.exec(order);
  if (match === null) throw unsupportedQuery(`The query parameter '$orderby=${order}' is not supported.`);
  return match[1] === "desc";
}

function parseLogFilter(filter: string | undefined): (item: LogItem) => boolean {
  const clauses = filter === undefined ? [] : filter.split(" and ").map(parseClause);
  return (item) => clauses.every((matches) => matches(item));
}

function parseClause(text: string): (item: LogItem) => boolean {
  const [, property = "", operator = "", quoted, moment] = CLAUSE.exec(text.trim()) ?? [];
  if (property === "activityDateTime" && moment !== undefined && !Number.isNaN(Date.parse(moment))) {
    const wanted = Date.parse(moment);
    return ({ activityDateTime }) => compares(Date.parse(activityDateTime) - wanted, operator);
  }
  if (TEXTS.includes(property) && operator === "eq" && quoted !== undefined) {
    const wanted = quoted.replaceAll("''", "'");
    return (item) => at(item, property) === wanted;
  }
  throw unsupportedQuery(`Unsupported or invalid query filter clause '${text}'.`);
}

function compares(difference: number, operator: string): boolean {
  switch (operator) {
    case "gt":
      return difference > 0;
    case "ge":
      return difference >= 0;
    case "lt":
      return difference < 0;
    case "le":
      return difference <= 0;
    default:
      return difference === 0;
  }
}

function at(item: LogItem, path: string): unknown {
  let value: unknown = item;
  for (const name of path.split("/")) {
    value =
      typeof value === "object" && value !== null ? new Map(Object.entries(value)).get(name) : undefined;
  }
  return value;
}

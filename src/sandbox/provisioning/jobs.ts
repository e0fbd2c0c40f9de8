import { Hono } from "hono";
import { contextOf, type GraphContext, type GraphEnv } from "../graph/environment.ts";
import { badRequest, GraphError } from "../graph/errors.ts";
import { isEnumValue } from "../graph/provisioning-types.ts";
import type { ServicePrincipal } from "../state.ts";
import { isRecord, type World } from "../world.ts";
import { defaultSchema } from "./default-schema.ts";
import { jobView } from "./job-view.ts";
import { credentialsKey, isSettled, jobOf, permitted } from "./rules.ts";
import { checkSchema } from "./schema-rules.ts";
import { type JobState, provisioningOf } from "./state.ts";

const TEMPLATES = ["scim", "customappsso"] as const;
/** What a restart without words does: the portal's. */
const PORTAL_RESTART = "QuarantineState, Watermark, Escrows";

/** `synchronization/templates` and `jobs`. */
export function jobRoutes(world: World) {
  const routes = new Hono<GraphEnv>();
  const path = "/servicePrincipals/:key/synchronization";
  routes.get(`${path}/templates`, (c) => {
    const principal = permitted(world, c, "read");
    const value = offered(principal).map((id) => template(id, principal));
    return c.json({ "@odata.context": contextOf(c, "servicePrincipals/synchronization/templates"), value });
  });
  routes.get(`${path}/jobs`, (c) => {
    const { job } = provisioningOf(world, permitted(world, c, "read").id);
    const value = job === undefined || !isSettled(world, job.id) ? [] : [jobView(world, job)];
    return c.json({ "@odata.context": contextOf(c, "servicePrincipals/synchronization/jobs"), value });
  });
  routes.get(`${path}/jobs/:job`, (c) => {
    const job = jobOf(world, permitted(world, c, "read"), c.req.param("job"));
    return c.json({
      "@odata.context": contextOf(c, "servicePrincipals/synchronization/jobs/$entity"),
      ...jobView(world, job),
    });
  });
  routes.post(`${path}/jobs`, (c) => {
    const job = create(world, permitted(world, c, "write"), c.get("body"));
    return c.json(
      {
        "@odata.context": contextOf(c, "servicePrincipals/synchronization/jobs/$entity"),
        ...jobView(world, job),
      },
      201,
    );
  });
  routes.delete(`${path}/jobs/:job`, (c) => {
    const principal = permitted(world, c, "write");
    jobOf(world, principal, c.req.param("job"));
    provisioningOf(world, principal.id).job = undefined;
    world.changed = true;
    return c.body(null, 204);
  });
  routes.post(`${path}/jobs/:job/start`, (c) => {
    refuseParameters(c, "start", []);
    start(world, readyJob(world, c));
    return c.body(null, 204);
  });
  routes.post(`${path}/jobs/:job/pause`, (c) => {
    refuseParameters(c, "pause", []);
    const job = jobOf(world, permitted(world, c, "write"), c.req.param("job"));
    job.schedule = "Paused";
    job.nextCycle = undefined;
    world.changed = true;
    return c.body(null, 204);
  });
  routes.post(`${path}/jobs/:job/restart`, (c) => {
    refuseParameters(c, "restart", ["criteria"]);
    const criteria = readCriteria(c.get("body")["criteria"]);
    restart(world, readyJob(world, c), criteria);
    return c.body(null, 204);
  });
  routes.get(`${path}/jobs/:job/schema`, (c) => {
    const job = jobOf(world, permitted(world, c, "read"), c.req.param("job"));
    return c.json({
      "@odata.context": contextOf(c, "servicePrincipals/synchronization/jobs/schema/$entity"),
      ...schemaOf(job),
    });
  });
  routes.put(`${path}/jobs/:job/schema`, (c) => {
    const job = jobOf(world, permitted(world, c, "write"), c.req.param("job"));
    job.schema = checkSchema(schemaOf(job), c.get("body"));
    // The next cycle looks at everybody again.
    job.initial = true;
    world.changed = true;
    return c.body(null, 204);
  });
  return routes;
}

/** The schema of a job: as it was written last, or the template's own. */
export function schemaOf(job: JobState) {
  return job.schema ?? defaultSchema(job.id, ruleIdOf(job));
}

/** Differs from job to job, and stays. */
function ruleIdOf({ id }: JobState): string {
  return id.slice(-36);
}

/** Templates are there for apps that were instantiated; whether others get jobs is not known *(assumed: not)*. */
function offered(principal: ServicePrincipal): readonly string[] {
  return typeof principal["applicationTemplateId"] === "string" ? TEMPLATES : [];
}

function template(id: string, principal: ServicePrincipal) {
  return {
    id,
    applicationId: principal["applicationTemplateId"],
    default: id === "scim",
    description: null,
    discoverable: true,
    factoryTag: id === "scim" ? "SCIM" : "CustomSCIM",
    metadata: [],
  };
}

function create(world: World, principal: ServicePrincipal, body: Record<string, unknown>): JobState {
  const { templateId, ...others } = body;
  const [unknown] = Object.keys(others).filter((name) => !name.includes("@odata."));
  if (unknown !== undefined) throw badRequest(`Invalid property '${unknown}'.`);
  if (typeof templateId !== "string") throw badRequest("A value is required for property 'templateId'.");
  if (!offered(principal).includes(templateId)) {
    throw new GraphError(400, "TemplateNotFound", `The template '${templateId}' was not found.`);
  }
  requireLicence(world);
  const state = provisioningOf(world, principal.id);
  if (state.job !== undefined) {
    throw new GraphError(409, "Conflict", "A synchronization job already exists for the service principal.");
  }
  const { tenantId } = world.state;
  const job: JobState = {
    id: `${templateId}.${tenantId.replaceAll("-", "")}.${world.ids.uuid()}`,
    templateId,
    schedule: "Disabled",
    schema: undefined,
    nextCycle: undefined,
    initial: true,
    syncsAll: undefined,
    failures: 0,
    lastExecution: undefined,
    lastSuccessfulExecution: undefined,
    lastSuccessfulExecutionWithExports: undefined,
    steadySince: undefined,
    steadyLast: undefined,
    quarantine: undefined,
    entries: {},
    logs: [],
  };
  world.history.born(job.id);
  state.job = job;
  world.changed = true;
  return job;
}

/** 403 where the tenant has no Microsoft Entra ID P1. */
export function requireLicence({ behaviour }: World): void {
  if (behaviour.licence !== "free") return;
  throw new GraphError(
    403,
    "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
    "Neither tenant is B2C or tenant doesn't have premium license",
  );
}

/** The job of a path, for whoever may run it; its credentials must have arrived. */
function readyJob(world: World, c: GraphContext): JobState {
  const principal = permitted(world, c, "write");
  const job = jobOf(world, principal, c.req.param("job") ?? "");
  if (!isSettled(world, credentialsKey(principal.id))) {
    throw new GraphError(409, "Conflict", "The synchronization of the object is being set up.");
  }
  if (provisioningOf(world, principal.id).credentials === undefined) {
    throw new GraphError(400, "CredentialsMissing", "The credentials of the synchronization are missing.");
  }
  return job;
}

function start(world: World, job: JobState): void {
  if (job.schedule === "Active") return;
  job.schedule = "Active";
  job.nextCycle = world.clock.now().toISOString();
  world.changed = true;
}

function refuseParameters(c: GraphContext, operation: string, known: readonly string[]): void {
  const unknown = Object.keys(c.get("body")).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw badRequest(
    `The parameter '${unknown}' in the request payload is not a valid parameter for the operation '${operation}'.`,
  );
}

function readCriteria(criteria: unknown): string[] {
  if (criteria !== undefined && !isRecord(criteria)) throw badRequest("criteria must be an object.");
  const { resetScope = "", ...others } = criteria ?? {};
  const [unknown] = Object.keys(others).filter((name) => !name.includes("@odata."));
  if (unknown !== undefined) {
    throw badRequest(
      `The property '${unknown}' does not exist on type 'microsoft.graph.synchronizationJobRestartCriteria'. Make sure to only use property names that are defined by the type.`,
    );
  }
  if (typeof resetScope !== "string") throw badRequest("resetScope must be a string.");
  const text = resetScope.trim() === "" ? PORTAL_RESTART : resetScope;
  if (!isEnumValue("synchronizationJobRestartScope", text)) {
    throw badRequest(
      `Cannot convert the literal '${resetScope}' to the expected type 'microsoft.graph.synchronizationJobRestartScope'.`,
    );
  }
  const flags = text.split(",").map((flag) => flag.trim());
  if (flags.includes("None") || flags.includes("ConnectorDataStore")) {
    throw badRequest("The resetScope must not be None or ConnectorDataStore.");
  }
  return flags;
}

function restart(world: World, job: JobState, flags: readonly string[]): void {
  const resets = (flag: string) => flags.includes(flag) || flags.includes("Full");
  if (resets("QuarantineState")) {
    job.quarantine = undefined;
    job.failures = 0;
  }
  if (resets("Watermark")) {
    job.initial = true;
    job.syncsAll = undefined;
  }
  if (resets("Escrows")) for (const entry of Object.values(job.entries)) entry.escrow = undefined;
  // What is remembered of the endpoint goes only with everything: each is looked for there again.
  if (flags.includes("Full")) job.entries = {};
  job.schedule = "Active";
  job.nextCycle = world.clock.now().toISOString();
  world.changed = true;
}

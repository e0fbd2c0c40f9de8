import { Hono } from "hono";
import { cloudOf } from "../clouds.ts";
import type { Application } from "../state.ts";
import type { World } from "../world.ts";
import { newApplication } from "./application-body.ts";
import { checkApplication } from "./application-rules.ts";
import { addApplication } from "./applications.ts";
import { contextOf, type GraphEnv } from "./environment.ts";
import { badRequest, GraphError, invalidValue, notFound } from "./errors.ts";
import { project } from "./query.ts";
import { PERMISSIONS, ROLES_FOR, requirePermission, requireRole } from "./rights.ts";
import { servicePrincipalView } from "./service-principal-view.ts";
import { addServicePrincipal } from "./service-principals.ts";

const HOME_PAGE =
  "https://account.activedirectory.windowsazure.com:444/applications/default.aspx?metadata=customappsso|ISV9.1|primary|z";
const PARAMETERS = ["displayName", "serviceManagementReference"];
/** What the answer leaves out, although the application has it. */
const UNSHOWN = new Set(["uniqueName", "spa"]);

/** `instantiate`, for the one template of apps that are in no gallery. */
export function applicationTemplateRoutes(world: World) {
  const routes = new Hono<GraphEnv>();
  routes.post("/applicationTemplates/:id/instantiate", (c) => {
    requirePermission(c.get("caller"), PERMISSIONS.writeApplications);
    requireRole(world, c.get("caller"), ROLES_FOR.writeApplication);
    const templateId = c.req.param("id").toLowerCase();
    if (templateId !== cloudOf(world).nonGalleryTemplateId) throw notFound(c.req.param("id"));
    const pair = instantiate(world, templateId, readParameters(c.get("body")));
    if (world.behaviour.instantiate === "notFoundAlthoughCreated") {
      throw new GraphError(
        404,
        "NotFound",
        "Graph call failed with httpCode=NotFound, errorCode=, errorMessage=, reason=Not Found.",
      );
    }
    return c.json(
      { "@odata.context": contextOf(c, "microsoft.graph.applicationServicePrincipal"), ...pair },
      201,
    );
  });
  return routes;
}

interface Parameters {
  readonly displayName: string;
  readonly serviceManagementReference: string | null;
}

function readParameters(body: Record<string, unknown>): Parameters {
  const unknown = Object.keys(body).find((name) => !PARAMETERS.includes(name));
  if (unknown !== undefined) {
    throw badRequest(
      `The parameter '${unknown}' in the request payload is not a valid parameter for the operation 'instantiate'.`,
    );
  }
  const { displayName, serviceManagementReference = null } = body;
  if (displayName === undefined) {
    throw badRequest(
      "One or more parameters of the operation 'instantiate' are missing from the request payload. The missing parameters are: displayName.",
    );
  }
  if (typeof displayName !== "string") throw invalidValue("displayName", "Application");
  if (serviceManagementReference !== null && typeof serviceManagementReference !== "string") {
    throw invalidValue("serviceManagementReference", "Application");
  }
  return { displayName, serviceManagementReference };
}

/** Makes a new pair, however many of that name there are; each half becomes visible in its own time. */
function instantiate(world: World, templateId: string, parameters: Parameters) {
  const application = fromTemplate(world, templateId, parameters);
  checkApplication(world, undefined, application);
  addApplication(world, application);
  const principal = addServicePrincipal(
    world,
    {
      appId: application.appId,
      owners: [],
      applicationTemplateId: templateId,
      appRoleAssignmentRequired: true,
      homepage: HOME_PAGE,
      tags: [
        "WindowsAzureActiveDirectoryCustomSingleSignOnApplication",
        "WindowsAzureActiveDirectoryIntegratedApp",
      ],
    },
    world.behaviour.visibilityDelayMs,
  );
  const view = servicePrincipalView(world, principal);
  return {
    application: answered(application, view["appRoles"]),
    servicePrincipal: project({ type: "servicePrincipal", select: undefined }, view),
  };
}

function fromTemplate(world: World, templateId: string, parameters: Parameters): Application {
  const { displayName } = parameters;
  const application = newApplication(world, { ...parameters });
  application["applicationTemplateId"] = templateId;
  application.isFallbackPublicClient = false;
  application.appRoles = [
    userRole("18d14569-c3bd-439b-9a66-3a2aee01d14f", "User"),
    userRole("b9632174-c057-4f7e-951b-be3adc52bfe6", "msiam_access"),
  ];
  application.api.oauth2PermissionScopes = [
    {
      adminConsentDescription: `Allow the application to access ${displayName} on behalf of the signed-in user.`,
      adminConsentDisplayName: `Access ${displayName}`,
      id: world.ids.uuid(),
      isEnabled: true,
      type: "User",
      userConsentDescription: `Allow the application to access ${displayName} on your behalf.`,
      userConsentDisplayName: `Access ${displayName}`,
      value: "user_impersonation",
    },
  ];
  application.web = {
    ...application.web,
    homePageUrl: HOME_PAGE,
    implicitGrantSettings: { enableAccessTokenIssuance: false, enableIdTokenIssuance: true },
  };
  return application;
}

function userRole(id: string, name: string) {
  return {
    id,
    allowedMemberTypes: ["User"],
    description: name,
    displayName: name,
    isEnabled: true,
    value: null,
  };
}

/** The application as the answer shows it, which is less than a read does. */
function answered(application: Application, appRoles: unknown): Record<string, unknown> {
  const shown = project({ type: "application", select: undefined }, { ...application, appRoles });
  const { implicitGrantSettings: _, ...web } = application.web;
  return Object.fromEntries(Object.entries({ ...shown, web }).filter(([name]) => !UNSHOWN.has(name)));
}

import { AppError, type GraphAction, type LicenceNeed } from "../errors.ts";

/** What Graph answered, whatever the status; `body` is JSON, or undefined where there was none to read. */
export interface GraphAnswer {
  readonly status: number;
  readonly body: unknown;
  /** Whether there was a body that is no JSON: a proxy's page, or an answer that was cut off. */
  readonly isMalformed?: boolean;
  readonly requestId: string | undefined;
  /** The `Retry-After` header, for the items of a batch. */
  readonly retryAfter: string | undefined;
  /** The `WWW-Authenticate` header of a batch's item. */
  readonly challenge?: string | undefined;
  /**
   * How much of a quota is used up, 1 being all of it; Graph says so from 0.8 on
   * (https://learn.microsoft.com/graph/throttling-limits, `x-ms-throttle-limit-percentage`).
   */
  readonly throttlePercentage?: number | undefined;
}

export const THROTTLE_HEADER = "x-ms-throttle-limit-percentage";

/** The value of that header; undefined where there is none, or none that is a number. */
export function toThrottlePercentage(header: string | null | undefined): number | undefined {
  const text = header?.trim() ?? "";
  return /^\d{1,3}(\.\d+)?$/.test(text) ? Number(text) : undefined;
}

/** Whether Graph did what it was asked to; a page of somebody else with status 200 is no such answer. */
export function isSuccess({ status, isMalformed }: GraphAnswer): boolean {
  return status >= 200 && status < 300 && isMalformed !== true;
}

/** Graph's error code and message; both empty where the body is not Graph's (a proxy's page, nothing). */
export function errorOf({ body }: GraphAnswer): { code: string; message: string } {
  const error = property(body, "error");
  return { code: textOf(property(error, "code")), message: textOf(property(error, "message")) };
}

/** Whether the server may have acted although the answer says nothing of use. */
export function isAmbiguous(answer: GraphAnswer): boolean {
  const { status, isMalformed } = answer;
  return status >= 500 || status === 408 || (status < 400 && isMalformed === true);
}

/**
 * Whether the answer means: an object that was just created is not known here yet. Graph says it in several
 * ways, one of them a 403 (https://learn.microsoft.com/graph/api/serviceprincipal-post-serviceprincipals;
 * the texts are those that long-running clients match on).
 */
export function isReplicationLag(answer: GraphAnswer): boolean {
  const { code, message } = errorOf(answer);
  if (answer.status === 404) return code === "Request_ResourceNotFound" || code === "ResourceNotFound";
  if (answer.status === 400) {
    return (
      code === "NoBackingApplicationObject" ||
      /does not reference a valid application object|reference-property objects are not present|Not a valid reference update|was not found on application/i.test(
        message,
      )
    );
  }
  return answer.status === 403 && /backing application of the service principal/i.test(message);
}

/** Whether what should be created is there already; Graph has answered so with 409 and with 400. */
export function isDuplicate(answer: GraphAnswer): boolean {
  if (answer.status !== 409 && answer.status !== 400) return false;
  const { code, message } = errorOf(answer);
  return (
    code === "Request_MultipleObjectsWithSameKeyValue" ||
    /already exists|is already in use|already exist/i.test(message)
  );
}

/** Two writes met; Graph wants the second one again (409 or 503). */
export function isConcurrencyViolation(answer: GraphAnswer): boolean {
  return errorOf(answer).code === "Directory_ConcurrencyViolation";
}

/** The failure an unexpected answer stands for. */
export function toAppError(action: GraphAction, answer: GraphAnswer): AppError {
  const { code, message } = errorOf(answer);
  const { status } = answer;
  const detail = message.split(/\r?\n/, 1)[0] ?? "";
  const options = answer.requestId === undefined ? {} : { requestId: answer.requestId };
  if (answer.isMalformed === true && status >= 400 && status < 500) {
    // Graph's refusals are JSON; this is the page of a proxy or a filter on the way.
    return new AppError("NETWORK", { host: "Microsoft Graph", cause: `HTTP_${status}` }, options);
  }
  if (isUnlicensed(answer)) {
    return new AppError(
      "LICENCE_MISSING",
      { needs: LICENCE_NEEDS[action] ?? "provisioning", detail },
      options,
    );
  }
  if (status === 403) return new AppError("GRAPH_FORBIDDEN", { action, detail }, options);
  if (status === 429 || status >= 500 || status < 400) {
    return new AppError("GRAPH_UNAVAILABLE", { status, detail }, options);
  }
  const reason = identifierUriProblem(code, message);
  if (reason) return new AppError("IDENTIFIER_URI_REFUSED", { reason, detail }, options);
  return new AppError("GRAPH_REFUSED", { action, status, graphCode: code, detail }, options);
}

/** What a call needs a licence for; all others of provisioning need it for provisioning itself. */
const LICENCE_NEEDS: { readonly [Action in GraphAction]?: LicenceNeed } = {
  readProvisioningLogs: "provisioningLogs",
  assign: "groupAssignment",
};

/** Whether an answer asks for Microsoft Entra ID P1, which Graph says as 403 of a code of its own. */
function isUnlicensed(answer: GraphAnswer): boolean {
  if (answer.status !== 403 && answer.status !== 400) return false;
  const { code, message } = errorOf(answer);
  return /NonPremiumTenant/i.test(code) || /premium licen[cs]e|plan level of the tenant/i.test(message);
}

/**
 * Why the tenant does not take an Application ID URI; policies have no code of their own
 * (https://learn.microsoft.com/entra/identity-platform/identifier-uri-restrictions).
 */
function identifierUriProblem(code: string, message: string): "domain" | "policy" | undefined {
  if (code === "HostNameNotOnVerifiedDomain") return "domain";
  return /identifier ?uri.*default tenant policy|newly added URI.*must comply/is.test(message)
    ? "policy"
    : undefined;
}

/** The answer itself where it succeeded, else the failure it stands for. */
export function expectSuccess(action: GraphAction, answer: GraphAnswer): GraphAnswer {
  if (isSuccess(answer)) return answer;
  throw toAppError(action, answer);
}

function property(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

/** Messages of some services are JSON in a string, or missing. */
function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

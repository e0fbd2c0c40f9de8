import type { World } from "../world.ts";

export type ErrorStatus = 400 | 401 | 403 | 404 | 409 | 424 | 429 | 500 | 503;

interface Detail {
  readonly code: string;
  readonly message: string;
  readonly target: string | null;
}

/** A refusal in Graph's own form. */
export class GraphError extends Error {
  readonly status: ErrorStatus;
  readonly code: string;
  readonly details: readonly Detail[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: ErrorStatus,
    code: string,
    message: string,
    options: { details?: readonly Detail[]; headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = options.details ?? [];
    this.headers = options.headers ?? {};
  }
}

/** The body Graph sends with an error. */
export function graphErrorBody(error: GraphError, world: World, ids: { request: string; client: string }) {
  return {
    error: {
      code: error.code,
      message: error.message,
      ...(error.details.length === 0 ? {} : { details: error.details }),
      innerError: {
        date: world.clock.now().toISOString().slice(0, 19),
        "request-id": ids.request,
        "client-request-id": ids.client,
      },
    },
  };
}

/** 400 `Request_BadRequest`: a rule about the content was broken. */
export function badRequest(message: string): GraphError {
  return new GraphError(400, "Request_BadRequest", message);
}

/** 400 about one property, in the wording Graph uses for most of them. */
export function invalidValue(property: string, resource: string, why?: string): GraphError {
  const message = `Invalid value specified for property '${property}' of resource '${resource}'.${why === undefined ? "" : ` ${why}`}`;
  return new GraphError(400, "Request_BadRequest", message, {
    details: [{ code: "InvalidValue", message, target: property }],
  });
}

/** 400: a key value is taken, by a live object or by a deleted one. */
export function objectConflict(property: string): GraphError {
  const message = `Another object with the same value for property ${property} already exists.`;
  return new GraphError(400, "Request_BadRequest", message, {
    details: [{ code: "ObjectConflict", message, target: property }],
  });
}

/** 404: wrong id, or not copied to this data centre yet; Graph does not say which. */
export function notFound(id: string): GraphError {
  return new GraphError(
    404,
    "Request_ResourceNotFound",
    `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`,
  );
}

/** 403: a permission is missing in the token, or a role with the person; Graph does not say which. */
export function forbidden(): GraphError {
  return new GraphError(
    403,
    "Authorization_RequestDenied",
    "Insufficient privileges to complete the operation.",
  );
}

/** 400: a query Graph does not run. */
export function unsupportedQuery(message: string): GraphError {
  return new GraphError(400, "Request_UnsupportedQuery", message);
}

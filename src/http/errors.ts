import { AppError, type NetworkFailure } from "../errors.ts";

/** What the transport knows of a failure beside its code, as far as it knows it. */
export type TransportFacts = Omit<NetworkFailure, "host" | "cause">;

/** The names other HTTP stacks have for what Node's own calls otherwise. */
const SYNONYMS: Readonly<Record<string, string>> = {
  UND_ERR_CONNECT_TIMEOUT: "ETIMEDOUT",
  UND_ERR_HEADERS_TIMEOUT: "ETIMEDOUT",
  UND_ERR_BODY_TIMEOUT: "ETIMEDOUT",
  UND_ERR_SOCKET: "ECONNRESET",
  ESOCKETTIMEDOUT: "ETIMEDOUT",
  EPIPE: "ECONNRESET",
};

/** Failures of looking a host up and of connecting: nothing can have been sent yet. */
const NOT_CONNECTED: ReadonlySet<string> = new Set([
  // What a proxy answers that cannot reach the host itself.
  "PROXY_502",
  "PROXY_503",
  "PROXY_504",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ECONNREFUSED",
  "EHOSTUNREACH",
  "ENETUNREACH",
]);

/** Failures that may pass. A certificate nobody trusts, or a body too large, is not among them. */
const PASSING: ReadonlySet<string> = new Set([...NOT_CONNECTED, "ECONNRESET", "ECONNABORTED", "ETIMEDOUT"]);

/** An error may be its own cause. */
const MAX_DEPTH = 8;

/**
 * The code of what went wrong on the wire, such as `ENOTFOUND`, `ECONNRESET`, `ETIMEDOUT` or
 * `UNABLE_TO_VERIFY_LEAF_SIGNATURE`, dug out of the error and its causes; `UNKNOWN` where there is none.
 */
export function transportCode(error: unknown): string {
  for (const link of causesOf(error)) {
    if (link.name === "TimeoutError") return "ETIMEDOUT";
    if (link.name === "AbortError") return "ABORTED";
    if (typeof link.code === "string" && link.code !== "") return SYNONYMS[link.code] ?? link.code;
  }
  return "UNKNOWN";
}

/** Whether the same request may well succeed in a moment. */
export function isPassingFailure(error: unknown): boolean {
  return PASSING.has(transportCode(error));
}

/** Whether the connection never came about, so that the server cannot have acted on the request. */
export function isNeverSent(error: unknown): boolean {
  const code = transportCode(error);
  const syscall = causesOf(error).find((link) => typeof link.syscall === "string")?.syscall;
  // A route can also vanish under a connection that has carried the request already.
  if (syscall === "read" || syscall === "write") return false;
  if (NOT_CONNECTED.has(code)) return true;
  // A time-out says nothing by itself: our own limit and a dead connection end in the same code.
  return code === "ETIMEDOUT" && syscall === "connect";
}

/**
 * The failure to tell a person: `host` could not be reached, and why. What is a foreseen failure already
 * (a request given up because the run was interrupted) stays what it is.
 */
export function networkError(host: string, error: unknown): AppError {
  if (error instanceof AppError) return error;
  return new AppError("NETWORK", networkFailure(host, error), { cause: error });
}

/** The same as facts alone. */
export function networkFailure(host: string, error: unknown): NetworkFailure {
  const facts: Record<string, unknown> = {};
  for (const name of ["proxy", "issuer", "systemStore", "proxyLogIn", "loggedIn"] as const) {
    const found = causesOf(error).find((link) => link[name] !== undefined)?.[name];
    if (found !== undefined) facts[name] = found;
  }
  return { host, cause: transportCode(error), ...facts };
}

/** Whether a certificate was refused, by the code of OpenSSL or of Node. */
export function isCertificateFailure(code: string): boolean {
  return /^(CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|INVALID_CA$|INVALID_PURPOSE$|PATH_LENGTH_|HOSTNAME_MISMATCH$|ERR_TLS_CERT_)/.test(
    code,
  );
}

/** What stood in the way, as far as the code tells. */
export type NetworkTrouble =
  /** The host's name, or the proxy's where there is one, is not known. */
  | "noName"
  /** Nobody listens there, or no way leads there. */
  | "notReached"
  | "silent"
  | "cut"
  /** The proxy wants credentials, or others. */
  | "proxyLogIn"
  /** The proxy does not let the request through. */
  | "proxyRefuses"
  /** The proxy cannot reach the host either. */
  | "proxyFails"
  /** A certificate of an issuer that nobody here trusts. */
  | "certificate"
  /** A certificate that is not valid today. */
  | "certificateDate"
  /** A certificate for another name. */
  | "certificateName"
  /** What answers does not speak TLS as it should. */
  | "tls"
  /** Somebody answered in the host's place. */
  | "answeredInstead"
  /** An answer points to a host that is none of Microsoft's; it was not asked. */
  | "foreignHost"
  | "other";

const TROUBLES: readonly (readonly [RegExp, NetworkTrouble])[] = [
  [/^(ENOTFOUND|EAI_AGAIN)$/, "noName"],
  [/^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL)$/, "notReached"],
  [/^ETIMEDOUT$/, "silent"],
  [/^(ECONNRESET|ECONNABORTED)$/, "cut"],
  [/^(PROXY|HTTP)_407$/, "proxyLogIn"],
  [/^PROXY_50[234]$/, "proxyFails"],
  [/^PROXY_/, "proxyRefuses"],
  [/^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/, "certificateDate"],
  [/^(ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH)$/, "certificateName"],
  [/^(EPROTO$|ERR_SSL_|ERR_TLS_(?!CERT_))/, "tls"],
  [/^(HTTP_|HPE_)/, "answeredInstead"],
  [/^FOREIGN_HOST$/, "foreignHost"],
];

/** Sorts a failure by what a person can do about it. */
export function troubleOf({ cause }: Pick<NetworkFailure, "cause">): NetworkTrouble {
  const known = TROUBLES.find(([pattern]) => pattern.test(cause))?.[1];
  return known ?? (isCertificateFailure(cause) ? "certificate" : "other");
}

interface Link extends Partial<Record<keyof TransportFacts, unknown>> {
  name?: unknown;
  code?: unknown;
  syscall?: unknown;
}

/** The error, its causes, and the first of several attempts (`AggregateError`), from the outside in. */
function causesOf(error: unknown): Link[] {
  const links: Link[] = [];
  for (let next = error; typeof next === "object" && next !== null && links.length < MAX_DEPTH; ) {
    const link: Link & { cause?: unknown; errors?: unknown } = next;
    links.push(link);
    next = link.cause ?? (Array.isArray(link.errors) ? link.errors[0] : undefined);
  }
  return links;
}

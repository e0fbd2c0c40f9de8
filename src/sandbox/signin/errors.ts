/** An answer of the sign-in service that is not a token. */
export class SignInError extends Error {
  readonly status: 400 | 401;
  /** The OAuth word, such as `invalid_grant`. */
  readonly error: string;
  /** The number behind `AADSTS`; undefined where Microsoft sends none. */
  readonly aadsts: number | undefined;
  readonly more: Record<string, string>;

  constructor(
    error: string,
    aadsts: number | undefined,
    text: string,
    options: { status?: 400 | 401; more?: Record<string, string> } = {},
  ) {
    super(aadsts === undefined ? text : `AADSTS${aadsts}: ${text}`);
    this.status = options.status ?? 400;
    this.error = error;
    this.aadsts = aadsts;
    this.more = options.more ?? {};
  }
}

/** The body Microsoft's sign-in service sends with an error. */
export function signInErrorBody(error: SignInError, now: Date, ids: { trace: string; correlation: string }) {
  const timestamp = now.toISOString().slice(0, 19).replace("T", " ") + "Z";
  return {
    error: error.error,
    error_description: `${error.message} Trace ID: ${ids.trace} Correlation ID: ${ids.correlation} Timestamp: ${timestamp}`,
    ...(error.aadsts === undefined
      ? {}
      : {
          error_codes: [error.aadsts],
          error_uri: `https://login.microsoftonline.com/error?code=${error.aadsts}`,
        }),
    timestamp,
    trace_id: ids.trace,
    correlation_id: ids.correlation,
    ...error.more,
  };
}

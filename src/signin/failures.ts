import { AppError, type SignInAttempt, type SignInProblem } from "../errors.ts";

/** The error body of the sign-in service (RFC 6749 section 5.2, with Entra's additions). */
export interface OAuthError {
  readonly error: string;
  readonly error_description?: string;
  readonly error_codes?: readonly number[];
  readonly correlation_id?: string;
}

/** https://learn.microsoft.com/entra/identity-platform/reference-error-codes */
const BY_CODE: readonly (readonly [SignInProblem, readonly number[]])[] = [
  ["tenantNotFound", [90002, 900023, 50059]],
  ["accountNotInTenant", [50020, 51004, 90072]],
  ["declined", [70018]],
  ["consentDeclined", [65004]],
  ["expired", [70019, 70020]],
  ["blockedByPolicy", [53003, 530033, 53000, 53001, 50097, 530036]],
  ["securityDefaults", [530035]],
  ["multiFactor", [50076, 50079, 50072, 50074, 50078, 50158]],
  ["adminApprovalNeeded", [65001, 90008, 90094, 90095, 90093]],
  ["clientNotAllowed", [65002]],
  ["clientUnknown", [700016, 7000112, 7000116, 70001]],
  ["clientNotPublic", [7000218]],
  ["confirmationNeeded", [50199]],
  ["userNotAssigned", [50105]],
  ["credentialRefused", [7000215, 7000222, 700027, 7000216]],
  ["wrongCloud", [900382, 900383, 900432, 900439]],
  ["sessionExpired", [50173, 700082, 70043, 50133]],
];

const BY_NAME: ReadonlyMap<string, SignInProblem> = new Map([
  ["authorization_declined", "declined"],
  ["access_denied", "declined"],
  ["expired_token", "expired"],
  ["code_expired", "expired"],
  ["bad_verification_code", "expired"],
]);

/** How AADSTS50020 names the identity provider of a personal Microsoft account. */
const PERSONAL =
  /identity provider '(live\.com|https:\/\/sts\.windows\.net\/9188040d-6c67-4c5b-b112-36a304b66dad)/i;

/** The failure that an error body of the sign-in service stands for. */
export function signInFailure(body: OAuthError, asked: SignInAttempt): AppError<"SIGN_IN_FAILED"> {
  const description = body.error_description ?? "";
  const named = /AADSTS(\d+)/.exec(description)?.[1];
  const codes = [...(body.error_codes ?? []), ...(named === undefined ? [] : [Number(named)])];
  const coded = BY_CODE.find(([, known]) => codes.some((code) => known.includes(code)))?.[0];
  const problem =
    coded === "accountNotInTenant" && PERSONAL.test(description)
      ? "personalAccount"
      : (coded ?? BY_NAME.get(body.error) ?? "unknown");
  const [code] = codes;
  const detail = description.split(/\r?\n| Trace ID:/, 1)[0] || body.error;
  return new AppError(
    "SIGN_IN_FAILED",
    { problem, ...asked, ...(code !== undefined && { aadsts: `AADSTS${code}` }), detail },
    body.correlation_id === undefined ? {} : { requestId: body.correlation_id },
  );
}

/** Reads an error body; undefined where it is not one. */
export function toOAuthError(body: unknown): OAuthError | undefined {
  if (typeof body !== "object" || body === null) return undefined;
  const { error, error_description, error_codes, correlation_id } = body as Record<string, unknown>;
  if (typeof error !== "string") return undefined;
  return {
    error,
    ...(typeof error_description === "string" && { error_description }),
    ...(Array.isArray(error_codes) && {
      error_codes: error_codes.filter((code): code is number => typeof code === "number"),
    }),
    ...(typeof correlation_id === "string" && { correlation_id }),
  };
}

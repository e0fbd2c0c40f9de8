import type { ConnectionTest, Job } from "../provisioning/types.ts";
import type { Json } from "../registration/plan.ts";
import type { Secret } from "../secret.ts";
import { errorOf, type GraphAnswer, isSuccess, toAppError } from "./answers.ts";
import type { GraphContext } from "./batch.ts";
import { hiding, withoutBearer, withoutSecret } from "./redact.ts";
import { parseJson } from "./synchronization-schemas.ts";
import {
  isNotKnownYet,
  jobPath,
  type ProvisioningTarget,
  sendToJob,
  synchronizationPath,
} from "./synchronization-send.ts";

/** What is tested: credentials that nothing is known of yet, or the saved ones of a job. */
export type CredentialsToTest =
  | {
      readonly tenantUrl: string;
      readonly token: Secret;
      /** The job, as soon as there is one: not every tenant tests without it. */
      readonly job?: (() => Promise<JobToTest>) | undefined;
    }
  | { readonly jobId: string; readonly templateId: string };

export type JobToTest = Pick<Job, "id" | "templateId">;

/** Such sentences go to the screen; a page of HTML in one does not. */
const LONGEST_DETAIL = 500;
const LONGEST_MESSAGE = 20_000;
const DEEPEST = 8;

/**
 * Has Entra call the vendor's endpoint, as it will in every cycle: with a search for somebody who does not
 * exist. Nothing is saved by it, and no job is needed.
 *
 * @throws AppError where it could not be tested: no right to, Graph failing.
 */
export async function validateCredentials(
  context: GraphContext,
  target: ProvisioningTarget,
  tested: CredentialsToTest,
): Promise<ConnectionTest> {
  if ("jobId" in tested) {
    const { jobId: id, templateId } = tested;
    const body = { useSavedCredentials: true, credentials: [] };
    const answer = await sendTest(context, target, { id, templateId }, body);
    return toTest(answer, withoutBearer);
  }
  const { tenantUrl, token, job } = tested;
  const hide = hiding(token);
  const answer = await sendGiven(withoutSecret(context, token), target, { tenantUrl, token, job });
  return toTest(answer, (text) => withoutBearer(hide(text)));
}

/** Without a job where that is possible: it is quicker. */
async function sendGiven(
  context: GraphContext,
  target: ProvisioningTarget,
  { tenantUrl, token, job }: Extract<CredentialsToTest, { tenantUrl: string }>,
): Promise<GraphAnswer> {
  const credentials = [
    { key: "BaseAddress", value: tenantUrl },
    { key: "SecretToken", value: token.reveal() },
  ];
  const body = { useSavedCredentials: false, credentials };
  if (!job) return sendTest(context, target, undefined, body);
  const answer = await sendTest(context, { ...target, isNew: false }, undefined, body);
  const isUntested =
    isNotKnownYet(answer) ||
    [404, 405, 501].includes(answer.status) ||
    (answer.status === 400 && !isAboutEndpoint(answer));
  return isUntested ? sendTest(context, target, await job(), body) : answer;
}

function sendTest(
  context: GraphContext,
  target: ProvisioningTarget,
  job: JobToTest | undefined,
  body: { readonly useSavedCredentials: boolean; readonly credentials: Json },
): Promise<GraphAnswer> {
  const { servicePrincipalId } = target;
  const parent = job
    ? jobPath(servicePrincipalId, job.id)
    : `${synchronizationPath(servicePrincipalId)}/jobs`;
  const path = `${parent}/validateCredentials`;
  const templateId = job?.templateId || "scim";
  return sendToJob(
    context,
    "testConnection",
    { method: "POST", path, body: { templateId, ...body } },
    target,
  );
}

/** 204 is what is documented, 200 what has been seen. */
function toTest(answer: GraphAnswer, hide: (text: string) => string): ConnectionTest {
  if (isSuccess(answer)) return { ok: true };
  // All others tell of the request.
  if (!isAboutEndpoint(answer)) throw toAppError("testConnection", answer);
  const { code, message } = errorOf(answer);
  // What was JSON in a text may have held it in yet another spelling.
  const sentences = textsOf(message).map(hide);
  return {
    ok: false,
    problem: problemOf(`${code} ${sentences.join(" ")}`),
    detail: shorten(sentences.join(" ")),
    requestId: answer.requestId,
  };
}

/** Whether a refusal tells of the vendor's endpoint. */
function isAboutEndpoint(answer: GraphAnswer): boolean {
  const { code, message } = errorOf(answer);
  return answer.status === 400 && /CredentialValidation|InvalidCredentials/i.test(code + message);
}

/**
 * The texts of a message, which may be JSON with more of them inside, a few levels deep. What the vendor's endpoint
 * answered may be part of it, so that it is not followed any further.
 */
function textsOf(message: string): readonly string[] {
  const text = message.slice(0, LONGEST_MESSAGE);
  // The same sentence stands at several depths.
  return [...new Set(textsIn(text, DEEPEST))].filter((one) => one.trim() !== "");
}

function textsIn(value: unknown, depth: number): readonly string[] {
  if (typeof value === "number") return [String(value)];
  if (depth === 0) return [];
  if (typeof value === "string") {
    const inner = parseJson(value);
    return typeof inner === "object" && inner !== null ? textsIn(inner, depth - 1) : [value];
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap((one) => textsIn(one, depth - 1));
}

function shorten(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length > LONGEST_DETAIL ? `${line.slice(0, LONGEST_DETAIL)}…` : line;
}

type Problem = Extract<ConnectionTest, { ok: false }>["problem"];

/** The first that fits; the status of the endpoint's answer says most. */
const SIGNS: readonly (readonly [Problem, RegExp])[] = [
  ["refused", /\b40[13]\b|Unauthorized|Forbidden|invalid ?credentials/i],
  ["unreachable", /\b50[234]\b|Bad ?Gateway|Service ?Unavailable|Gateway ?Time-?out/i],
  ["unreachable", /timed? ?-?out|no such host|name or service|(could|can) ?not be (resolved|reached)/i],
  ["unreachable", /unable to connect|actively refused|connection (attempt|was|is|has been)|\bSSL\b|\bTLS\b/i],
  ["unreachable", /error occurred while sending the request/i],
  ["notScim", /\b404\b|Not ?Found|text\/html|<html|not (a )?valid|unexpected (character|response|token)/i],
  [
    "notScim",
    /ListResponse|totalResults|deserializ|pars(e|ing)|non-?conform|does not conform|not SCIM|schema/i,
  ],
];

/** What Entra says first whatever went wrong, which is no sign of anything. */
const PREAMBLE = /You appear to have entered invalid credentials\.( Please confirm [^.]*\.)?/gi;

function problemOf(text: string): Problem {
  const told = text.replaceAll(PREAMBLE, "");
  return SIGNS.find(([, sign]) => sign.test(told))?.[0] ?? "other";
}

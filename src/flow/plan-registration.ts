import { join } from "node:path";
import { toGermanDate } from "../handover/dates.ts";
import { readHandover } from "../handover/file.ts";
import { readSecretEvidence } from "../journal/evidence.ts";
import { diff, staleRedirectUris } from "../registration/diff.ts";
import type { Plan } from "../registration/plan.ts";
import { type HandoverEvidence, type JudgedSecret, judgeSecrets } from "../registration/secrets.ts";
import type { Application, CurrentRegistration, DesiredRegistration } from "../registration/types.ts";
import type { Template } from "../template/schema.ts";
import type { RunContext } from "./context.ts";

export interface PlanInput {
  readonly template: Template;
  readonly desired: DesiredRegistration;
  readonly current: CurrentRegistration;
  readonly adopt: boolean;
  readonly newSecret: boolean;
  readonly tenantId: string;
  readonly outputFolder: string;
}

/** Gathers what only files and people know, and lets the pure diff decide. */
export async function planRegistration(
  context: RunContext,
  input: PlanInput,
): Promise<{ plan: Plan; secrets: readonly JudgedSecret[] }> {
  const { desired, current, adopt, newSecret } = input;
  const removeRedirectUris = await askAboutStale(context, staleRedirectUris(desired, current.application));
  const judged = current.application ? await judge(context, input, current.application) : [];
  const keepDoubtful = newSecret ? false : await askAboutDoubtful(context, judged);
  const options = { adopt, removeRedirectUris, newSecret, keepDoubtful };
  const plan = diff(desired, current, judged, options);
  // Beside a new secret the plan names them.
  const issues = plan.steps.some(({ kind }) => kind === "issueSecret");
  if (!issues && !keepDoubtful) sayDoubtful(context, judged);
  return { plan, secrets: judged };
}

/** Which redirect URIs of an earlier address may go; where nobody can be asked, none. */
async function askAboutStale({ questions, report }: RunContext, uris: readonly string[]): Promise<string[]> {
  if (!questions && uris.length > 0) report({ kind: "redirectUrisKept", uris });
  const removed: string[] = [];
  for (const uri of uris) {
    if (await questions?.removeRedirectUri(uri)) removed.push(uri);
  }
  return removed;
}

/** What the tenant, the journals and the hand-over file say about each client secret of an application. */
export async function judge(
  { ports, journalFolder }: Pick<RunContext, "ports" | "journalFolder">,
  { template, tenantId, outputFolder }: Pick<PlanInput, "template" | "tenantId" | "outputFolder">,
  application: Application,
): Promise<JudgedSecret[]> {
  const { handover } = template.application;
  const path = handover && join(outputFolder, handover.fileName);
  const file = path === undefined ? undefined : await readHandover(ports.files, path, handover?.section);
  return judgeSecrets(application, {
    journal: await readSecretEvidence(ports, journalFolder, application.objectId),
    handover: toEvidence(handover?.entries ?? {}, file, tenantId, application.appId),
    toDate: (iso) => toGermanDate(new Date(iso)),
    now: ports.clock.now(),
  });
}

/** The two dates of an earlier hand-over file, where it speaks of this application. */
function toEvidence(
  entries: Readonly<Record<string, string>>,
  file: Record<string, unknown> | undefined,
  tenantId: string,
  appId: string,
): HandoverEvidence | undefined {
  const read = (placeholder: string): unknown => {
    const key = Object.keys(entries).find((name) => entries[name] === placeholder);
    return key === undefined ? undefined : file?.[key];
  };
  if (read("{tenantId}") !== tenantId || read("{appId}") !== appId) return undefined;
  const [start, end] = [read("{clientSecretStart}"), read("{clientSecretEnd}")];
  return typeof start === "string" && typeof end === "string" ? { start, end } : undefined;
}

/** Whether the vendor has a secret of which neither journal, tag nor file knows; only a person can say. */
async function askAboutDoubtful(
  { questions }: RunContext,
  judged: readonly JudgedSecret[],
): Promise<boolean> {
  const doubtful = judged.filter(({ state }) => state === "doubtful");
  const isDelivered = judged.some(({ state }) => state === "delivered");
  if (!questions || isDelivered || doubtful.length === 0) return false;
  return questions.keepDoubtfulSecret(doubtful.map(({ credential }) => credential.displayName ?? ""));
}

/** Names the secrets that stay although nothing proves that anybody has them. */
export function sayDoubtful({ report }: Pick<RunContext, "report">, judged: readonly JudgedSecret[]): void {
  const secrets = judged.filter(({ state }) => state === "doubtful").map(({ credential }) => credential);
  if (secrets.length > 0) report({ kind: "secretsDoubtful", secrets });
}

import type { Files } from "../ports/index.ts";
import type { SecretEvidence } from "../registration/secrets.ts";
import { sha256 } from "../sha256.ts";
import { forEachJournal, type JournalPorts, type Line, readLines } from "./read.ts";

/**
 * What all journals in `folder` say about the client secrets of one application, named by its object id or
 * its application id. Journals and lines that cannot be read are passed over: less evidence makes a run
 * ask, never remove. A secret counts as `open` from its intent on, also where the outcome was a failure:
 * an answer that was lost can have made it. One whose hand-over file was being written when the run ended
 * is delivered where that file holds its link, and was not handed over where only the draft does; where
 * neither does, the file may have been sent on and removed, and nobody knows. What a run that is still under way has not handed over yet is
 * left out: it is that run's to finish, and taking its secret for a lost one would kill it.
 */
export async function readSecretEvidence(
  ports: JournalPorts,
  folder: string,
  id: string,
): Promise<SecretEvidence[]> {
  const secrets: Secret[] = [];
  await forEachJournal(ports, folder, (lines, isUnderWay) => {
    for (const line of lines) note(secrets, line, isUnderWay);
  });
  const wanted = secrets.filter(({ ids }) => ids.has(id.toLowerCase()));
  for (const secret of wanted) {
    if (secret.state === "issued") secret.state = await fateOf(ports.files, secret);
  }
  return wanted
    .filter(({ isUnderWay, state }) => !(isUnderWay && isUnproven(state)))
    .map(({ secretName, keyId, state, delivered, wasListed }) => ({
      secretName,
      state,
      ...(keyId !== undefined && { keyId }),
      ...(delivered && !wasListed && { delivered }),
    }));
}

interface Secret {
  secretName: string;
  keyId: string | undefined;
  state: SecretEvidence["state"];
  delivered: SecretEvidence["delivered"];
  wasListed: boolean;
  /** The file that was about to be written, its draft, and the hash of the link in them. */
  handover:
    | { readonly file: string; readonly draft: string | undefined; readonly linkHash: string }
    | undefined;
  /** The object id and the application id, as far as they came up. */
  readonly ids: Set<string>;
  /** Its run has not ended and may be handing it over right now. */
  readonly isUnderWay: boolean;
}

function isUnproven(state: SecretEvidence["state"]): boolean {
  return state === "open" || state === "issued" || state === "unclear";
}

function note(secrets: Secret[], line: Line, isUnderWay: boolean): void {
  const { event, step } = line;
  if (event === "intent" && step === "issueSecret") remember(secretOf(secrets, line, isUnderWay), line);
  if (event === "outcome" && step === "issueSecret" && line["ok"] === true) {
    remember(secretOf(secrets, line, isUnderWay), line);
    advance(secretOf(secrets, line, isUnderWay), "issued");
  }
  if (event === "handingOver") expectIn(secretOf(secrets, line, isUnderWay), line);
  if (event === "delivered") deliver(secretOf(secrets, line, isUnderWay), line);
  if (event === "listed") list(secretOf(secrets, line, isUnderWay));
  if (event === "removedSecret") advance(secretOf(secrets, line, isUnderWay), "removed");
}

function deliver(secret: Secret | undefined, line: Line): void {
  advance(secret, "delivered");
  const [at, endDateTime] = [textOf(line["at"]), textOf(line["endDateTime"])];
  if (secret && at !== undefined && endDateTime !== undefined) secret.delivered = { at, endDateTime };
}

function list(secret: Secret | undefined): void {
  if (secret) secret.wasListed = true;
}

/** By its name where the line has one, else by its key; a name that is new begins a new secret. */
function secretOf(secrets: Secret[], line: Line, isUnderWay: boolean): Secret | undefined {
  const secretName = textOf(line["secretName"]);
  const keyId = textOf(line["keyId"]);
  if (secretName === undefined)
    return keyId === undefined ? undefined : secrets.find((one) => one.keyId === keyId);
  const known = secrets.find((one) => one.secretName === secretName);
  if (known) return known;
  const begun = {
    keyId: undefined,
    state: "open",
    delivered: undefined,
    wasListed: false,
    handover: undefined,
    ids: new Set<string>(),
  } as const;
  const secret: Secret = { ...begun, secretName, isUnderWay };
  secrets.push(secret);
  return secret;
}

function remember(secret: Secret | undefined, line: Line): void {
  if (secret === undefined) return;
  secret.keyId = textOf(line["keyId"]) ?? secret.keyId;
  for (const id of [textOf(line["objectId"]), textOf(line["appId"])])
    if (id !== undefined) secret.ids.add(id.toLowerCase());
}

function expectIn(secret: Secret | undefined, line: Line): void {
  const [file, linkHash] = [textOf(line["file"]), textOf(line["linkHash"])];
  const draft = textOf(line["draft"]);
  if (secret && file !== undefined && linkHash !== undefined) secret.handover = { file, draft, linkHash };
}

/** What became of a secret that was issued and that no line says more of. */
async function fateOf(
  files: Pick<Files, "read">,
  { handover }: Secret,
): Promise<"issued" | "delivered" | "unclear"> {
  if (!handover) return "issued";
  const { file, draft, linkHash } = handover;
  if (await holds(files, file, linkHash)) return "delivered";
  return draft === undefined || (await holds(files, draft, linkHash)) ? "issued" : "unclear";
}

async function holds(files: Pick<Files, "read">, path: string, linkHash: string): Promise<boolean> {
  // A file that several applications share has an object for each.
  const values = (await readLines(files, path, (text) => [text])).flatMap(Object.values<unknown>);
  const entries = values.flatMap((value) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? (Object.values(value) as unknown[])
      : [value],
  );
  return entries.some((value) => typeof value === "string" && sha256(value) === linkHash);
}

const ORDER: readonly SecretEvidence["state"][] = ["open", "issued", "delivered", "removed"];

/** Forward only: the lines of two runs side by side may come in any order. */
function advance(secret: Secret | undefined, state: SecretEvidence["state"]): void {
  if (secret && ORDER.indexOf(state) > ORDER.indexOf(secret.state)) secret.state = state;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

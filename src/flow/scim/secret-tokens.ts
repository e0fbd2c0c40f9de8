import { AppError, type Expectation, type Fault } from "../../errors.ts";
import { cleanSecretToken, type RemovedFromToken } from "../../provisioning/secret-token.ts";
import { Secret } from "../../secret.ts";
import { SECRET_TOKEN_VARIABLE } from "../../signin/token-source.ts";
import type { Template } from "../../template/schema.ts";
import type { RunContext } from "../context.ts";
import { unreadableReason } from "../errno.ts";
import { absolute } from "../load.ts";
import { keyOf, splitKey } from "./keyed.ts";

/** No token is anywhere near this size. */
const MAX_BYTES = 64 * 1024;
/** A pipeline may leave standard input open and never write to it. */
const PATIENCE_MS = 10_000;

/** The secret tokens that were given beforehand, by the key of their application. */
export type SecretTokens = ReadonlyMap<string, Secret>;

export interface TokenInput {
  readonly templates: readonly Template[];
  /** What `--secret-token-file` was given, each `[<app>=]<path>`, and how it was named: as a flag or a variable. */
  readonly files: { readonly values: readonly string[]; readonly path: string };
  /** Whether standard input holds something else: the access token of `--auth token`. */
  readonly inputIsTaken: boolean;
}

type TokenContext = Pick<RunContext, "ports" | "report" | "readInput" | "questions">;

/**
 * The secret tokens that files, variables and standard input hold, in that order; checked before anybody signs
 * in. Where somebody can be asked, those that are missing are asked for later, if they are needed at all.
 *
 * @throws AppError VALUES_INVALID; what was found is never part of it.
 */
export async function readSecretTokens(context: TokenContext, input: TokenInput): Promise<SecretTokens> {
  const reading = new Reading(context, input.templates.map(keyOf));
  for (const value of input.files.values) await reading.fromFile(input.files.path, value);
  reading.fromVariables();
  if (!context.questions && !input.inputIsTaken && reading.isMissing()) await reading.fromInput();
  return reading.end();
}

/** A secret token that somebody types, with a word about what was cut off it; undefined for none yet. */
export async function askSecretToken(
  { questions, report }: Pick<RunContext, "questions" | "report">,
  displayName: string,
): Promise<Secret | undefined> {
  const typed = await questions?.secretToken(displayName);
  if (typed) tellCleaned(report, "", typed.removed);
  return typed?.token;
}

/** Every file ends with a line end: that is no news. */
function tellCleaned(report: RunContext["report"], source: string, parts: readonly RemovedFromToken[]): void {
  const removed = parts.filter((part) => part !== "whiteSpace");
  if (removed.length > 0) report({ kind: "secretTokenCleaned", source, removed });
}

class Reading {
  readonly #context: TokenContext;
  readonly #keys: readonly string[];
  readonly #tokens = new Map<string, Secret>();
  readonly #faults: Fault[] = [];

  constructor(context: TokenContext, keys: readonly string[]) {
    this.#context = context;
    this.#keys = keys;
  }

  isMissing(): boolean {
    return this.#keys.some((key) => !this.#tokens.has(key));
  }

  end(): SecretTokens {
    if (this.#faults.length > 0) throw new AppError("VALUES_INVALID", { faults: this.#faults });
    return this.#tokens;
  }

  async fromFile(flag: string, value: string): Promise<void> {
    const { ports, report } = this.#context;
    const named = this.#split(value);
    // Not what was found: somebody may have given the token itself.
    if (!named) return this.#fault(flag, { oneOf: this.#keys.map((key) => `${key}=<file>`) });
    // A variable of a script that is not set, say.
    if (named.rest.trim() === "") return this.#fault(flag, { secretToken: "notFile" });
    if (this.#tokens.has(named.key)) return this.#fault(flag, { secretToken: "twice" });
    const path = absolute(ports.system.currentFolder, named.rest);
    const at = `${flag} ${named.rest}`;
    try {
      const text = decode(await ports.files.read(path, MAX_BYTES));
      if (text === undefined) this.#fault(at, { reason: "notUtf8" });
      else this.#take(named.key, text, at);
      const isShared = await ports.files.isReadableByOthers(path).catch(() => false);
      if (isShared) report({ kind: "secretTokenFileShared", file: path });
    } catch (error) {
      const reason = unreadableReason(error);
      // A name that no file has may be the token itself, and what is said here goes to support.
      if (reason === "missing" || reason === "failed") this.#fault(flag, { secretToken: "notFile" });
      else this.#fault(at, reason === "tooLarge" ? { secretToken: reason } : { reason });
    }
  }

  /** A variable each, with the application's key behind the name where there are several. */
  fromVariables(): void {
    const { environment } = this.#context.ports.system;
    for (const key of this.#keys) {
      const names = this.#isAlone() ? [variableOf(key), SECRET_TOKEN_VARIABLE] : [variableOf(key)];
      const name = names.find((one) => (environment[one] ?? "") !== "");
      if (name !== undefined && !this.#tokens.has(key)) this.#take(key, environment[name] ?? "", name);
    }
    // One that is for another product stands in nobody's way.
    const isMeant = !this.#isAlone() && this.isMissing();
    if (isMeant && (environment[SECRET_TOKEN_VARIABLE] ?? "") !== "") {
      this.#fault(SECRET_TOKEN_VARIABLE, { oneOf: this.#keys.map(variableOf) });
    }
    const known = new Set([...this.#keys.map(variableOf), `${SECRET_TOKEN_VARIABLE}_FILE`]);
    const names = Object.keys(environment).filter(
      (name) => name.startsWith(`${SECRET_TOKEN_VARIABLE}_`) && !known.has(name),
    );
    if (names.length > 0) this.#context.report({ kind: "variablesUnknown", names });
  }

  /** The only token there is, or a line `<app>=<token>` for each of several. */
  async fromInput(): Promise<void> {
    const { ports, readInput, report } = this.#context;
    const silence = ports.clock.sleep(PATIENCE_MS).then(() => undefined);
    const text = await Promise.race([readInput(), silence]);
    if (text === undefined) report({ kind: "inputSilent", seconds: PATIENCE_MS / 1000 });
    const lines = (text ?? "").split(/\r?\n/).filter((line) => line.trim() !== "");
    if (this.#isAlone()) {
      const { key, rest } = this.#split(lines.join("\n")) ?? {};
      if (key !== undefined && rest) this.#take(key, rest, STANDARD_INPUT);
      return;
    }
    for (const line of lines) {
      const named = this.#split(line.trim());
      // Not what was found: it may be a token.
      if (!named) this.#fault(STANDARD_INPUT, { oneOf: this.#keys.map((key) => `${key}=<token>`) });
      else if (!this.#tokens.has(named.key)) this.#take(named.key, named.rest, STANDARD_INPUT);
    }
  }

  /** Whether there is one application alone, so that nothing has to be told apart. */
  #isAlone(): boolean {
    return this.#keys.length === 1;
  }

  /** `<app>=<rest>`; for one application alone also the whole of it. */
  #split(value: string): { readonly key: string; readonly rest: string } | undefined {
    const [only] = this.#keys;
    const { key = this.#isAlone() ? only : undefined, value: rest } = splitKey(value, this.#keys);
    return key === undefined ? undefined : { key, rest };
  }

  #take(key: string, text: string, path: string): void {
    const cleaned = cleanSecretToken(text);
    if (!cleaned.ok) return this.#fault(path, { secretToken: cleaned.problem });
    this.#tokens.set(key, new Secret(cleaned.token));
    tellCleaned(this.#context.report, path, cleaned.removed);
  }

  #fault(path: string, expected: Expectation): void {
    this.#faults.push({ path, expected });
  }
}

const STANDARD_INPUT = "standard input";

function variableOf(key: string): string {
  return key === ""
    ? SECRET_TOKEN_VARIABLE
    : `${SECRET_TOKEN_VARIABLE}_${key.toUpperCase().replaceAll("-", "_")}`;
}

/** UTF-8, or what Windows PowerShell writes with `>`: UTF-16 with a byte order mark. */
function decode(bytes: Uint8Array): string | undefined {
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  try {
    return new TextDecoder(isUtf16 ? "utf-16le" : "utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

import type { PeopleListProblem } from "../../../errors.ts";
import { withoutApostrophe } from "../../../handover/csv.ts";

/** One line of a list of people: who is meant, and which role they get where the list says so. */
export interface ListedPrincipal {
  readonly who: string;
  readonly role: string | undefined;
}

/** Why a list cannot be used; whoever reads it says whose list it was. */
export class ListFault extends Error {
  readonly problem: PeopleListProblem;
  constructor(problem: PeopleListProblem) {
    super(problem.kind);
    this.problem = problem;
  }
}

/** What a column may be called that says who is meant, the surest first; without spaces and signs. */
const WHO = [
  "userprincipalname",
  "upn",
  "benutzerprinzipalname",
  "objectid",
  "objektid",
  "id",
  "principalid",
  "user",
  "username",
  "benutzer",
  "benutzername",
  "group",
  "groupname",
  "gruppe",
  "gruppenname",
  "email",
  "mail",
  "who",
];
const ROLE = ["role", "approle", "rolle", "approlle"];
/** Longer than any name, with room for the other columns of an export. */
const LONGEST_LINE = 20_000;
const SHOWN_COLUMNS = 10;

/**
 * Reads a list of people as it comes: one for each line, or a table whose first line names its columns, split at
 * commas, semicolons (Excel in many countries) or tabs.
 *
 * @throws ListFault
 */
export async function* parsePeople(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<ListedPrincipal, void, undefined> {
  const columns = new Columns();
  let count = 0;
  for await (const line of lines(decoded(chunks))) {
    for (const row of columns.rows(line)) {
      count += 1;
      yield row;
    }
  }
  if (count === 0) throw new ListFault({ kind: "empty" });
}

/** UTF-8, or UTF-16 as Excel's "Unicode text" is; either may begin with its mark. */
async function* decoded(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, undefined> {
  let decoder: InstanceType<typeof TextDecoder> | undefined;
  const decode = (bytes?: Uint8Array): string => {
    try {
      return decoder?.decode(bytes, { stream: bytes !== undefined }) ?? "";
    } catch {
      throw new ListFault({ kind: "notUtf8" });
    }
  };
  for await (const chunk of chunks) {
    if (chunk.length === 0) continue;
    decoder ??= new TextDecoder(encodingOf(chunk), { fatal: true });
    const text = decode(chunk);
    if (text.includes("\0")) throw new ListFault({ kind: "binary" });
    yield text;
  }
  yield decode();
}

function encodingOf([first, second, third, fourth]: Uint8Array): string {
  if (first === 0x50 && second === 0x4b && third === 0x03 && fourth === 0x04) {
    throw new ListFault({ kind: "workbook" });
  }
  if (first === 0xff && second === 0xfe) return "utf-16le";
  return first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
}

async function* lines(texts: AsyncIterable<string>): AsyncGenerator<string, void, undefined> {
  let rest = "";
  for await (const text of texts) {
    const parts = (rest + text).split(/\r\n|\n|\r(?!$)/);
    rest = parts.pop() ?? "";
    if (rest.length > LONGEST_LINE) throw new ListFault({ kind: "binary" });
    yield* parts;
  }
  yield rest;
}

/** Knows, once it has seen the first line, which column is which. */
class Columns {
  #delimiter: string | undefined;
  /** Where it may say who is meant, the surest first. */
  #who: readonly number[] = [0];
  #role: number | undefined;
  #isBegun = false;

  rows(line: string): readonly ListedPrincipal[] {
    const separator = /^sep=(.)\s*$/i.exec(line)?.[1];
    if (separator !== undefined && !this.#isBegun) {
      this.#delimiter = separator;
      return [];
    }
    if (line.trim() === "") return [];
    this.#delimiter ??= delimiterOf(line);
    const cells = split(line, this.#delimiter).map((cell) => withoutApostrophe(cell.trim()));
    if (!this.#isBegun) {
      this.#isBegun = true;
      if (this.#isHeader(cells)) return [];
    }
    // Users may stand in one column and groups in another.
    const who = this.#who.map((index) => cells[index] ?? "").find((cell) => cell !== "") ?? "";
    const role = this.#role === undefined ? undefined : cells[this.#role] || undefined;
    return who === "" ? [] : [{ who, role }];
  }

  #isHeader(cells: readonly string[]): boolean {
    const names = cells.map((cell) => cell.toLowerCase().replaceAll(/[^\p{L}\d]/gu, ""));
    const who = WHO.map((name) => names.indexOf(name)).filter((index) => index >= 0);
    if (who.length === 0) {
      if (cells.slice(1).every((cell) => cell === "")) return false;
      throw new ListFault({ kind: "columns", found: cells.slice(0, SHOWN_COLUMNS) });
    }
    const role = names.findIndex((name) => ROLE.includes(name));
    this.#who = who;
    this.#role = role < 0 ? undefined : role;
    return true;
  }
}

/** The sign that stands most often between the cells of the first line. */
function delimiterOf(line: string): string {
  const bare = line.replaceAll(/"(?:[^"]|"")*"/g, "");
  const signs = ["\t", ";", ","];
  const counted = signs.map((sign) => ({ sign, count: bare.split(sign).length - 1 }));
  return counted.reduce((most, one) => (one.count > most.count ? one : most)).sign;
}

/** The cells of a line; in quotation marks, two of them stand for one. */
function split(line: string, delimiter: string): string[] {
  const cells: string[] = [];
  let cell = "";
  let isQuoted = false;
  for (let index = 0; index < line.length; index += 1) {
    const sign = line[index] ?? "";
    if (isQuoted && sign === '"' && line[index + 1] === '"') {
      cell += '"';
      index += 1;
    } else if (sign === '"' && (isQuoted || cell.trim() === "")) isQuoted = !isQuoted;
    else if (sign === delimiter && !isQuoted) {
      cells.push(cell);
      cell = "";
    } else cell += sign;
  }
  return [...cells, cell];
}

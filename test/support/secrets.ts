import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import type { Fetch } from "../../src/ports/index.ts";

/** A value that must not be found, and what it is. */
export interface Secret {
  readonly name: string;
  readonly value: string;
}

/** A place that was searched, and everything that stands there. */
export interface Haystack {
  readonly place: string;
  readonly content: string | Uint8Array;
}

export interface Find {
  readonly place: string;
  readonly secret: string;
  readonly form: string;
}

const SECRET_KEYS = ["secretText", "access_token", "refresh_token", "id_token", "device_code"];

/** Stands between a program and the sandbox, and keeps every secret that the answers carry. */
export function collecting(secrets: Secret[]): (fetch: Fetch) => Fetch {
  return (fetch) => async (request) => {
    const answer = await fetch(request);
    const text = await answer.clone().text();
    if (text.startsWith("{")) collect(JSON.parse(text), secrets);
    return answer;
  };
}

function collect(value: unknown, secrets: Secret[]): void {
  if (typeof value !== "object" || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (typeof inner !== "string") collect(inner, secrets);
    else if (SECRET_KEYS.includes(key)) secrets.push({ name: key, value: inner });
    // The link's last part opens it; nothing else in it is secret.
    else if (key === "link") secrets.push({ name: key, value: linkKey(inner) });
  }
}

/** The part of a one-time link that nobody can guess: the key behind the name of the stored value. */
export function linkKey(link: string): string {
  const token = decodeURIComponent(new URL(link).pathname);
  return token.slice(token.indexOf("~") + 1);
}

/** Everything in a folder, and in the folders in it. */
export function filesIn(folder: string): Haystack[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ place: path, content: readFileSync(path) }));
}

/** So much of a secret is the secret: what is cut off, or stands among other text, is found too. */
const PIECE = 16;
const STEP = 4;

/** As many characters as every piece has in every form. */
const HEAD = 16;

interface Needle {
  readonly secret: string;
  readonly form: string;
  readonly text: string;
}

/** Looks for every secret, whole or in part, in every form in which a program might let it out. */
export function find(secrets: readonly Secret[], haystacks: readonly Haystack[]): Find[] {
  const needles = new Map<string, Needle[]>();
  for (const { name: secret, value } of secrets) {
    for (const [form, text] of piecesOf(value).flatMap(formsOf)) {
      const needle = { secret, form, text: text.toLowerCase() };
      const head = needle.text.slice(0, HEAD);
      needles.set(head, [...(needles.get(head) ?? []), needle]);
    }
  }
  return haystacks.flatMap(({ place, content }) => {
    const searched = searchable(content);
    const ways = new Map<string, Find>();
    // One walk through the text for all of them: there are thousands.
    for (let start = 0; start + HEAD <= searched.length; start += 1) {
      for (const { secret, form, text } of needles.get(searched.slice(start, start + HEAD)) ?? []) {
        if (searched.startsWith(text, start)) ways.set(`${secret} ${form}`, { place, secret, form });
      }
    }
    return [...ways.values()];
  });
}

function piecesOf(value: string): string[] {
  if (value.length < PIECE) throw new Error(`too short to be searched for: ${value.length} characters`);
  const pieces: string[] = [];
  for (let start = 0; start < value.length - PIECE; start += STEP) {
    pieces.push(value.slice(start, start + PIECE));
  }
  return [...pieces, value.slice(-PIECE)];
}

function formsOf(piece: string): (readonly [form: string, text: string])[] {
  const bytes = Buffer.from(piece);
  return [
    ["plain", piece],
    ["hex", bytes.toString("hex")],
    ...[0, 1, 2].flatMap((offset) =>
      (["base64", "base64url"] as const).map((encoding) => {
        // Where the piece starts in a group of three bytes decides how it looks; the rim mixes with others.
        const text = Buffer.concat([Buffer.alloc(offset), bytes])
          .toString(encoding)
          .replaceAll("=", "");
        const whole = Math.floor(((offset + bytes.length) * 8) / 6);
        return ["base64", text.slice(Math.ceil((offset * 8) / 6), whole)] as const;
      }),
    ),
  ];
}

/** As written; without what a terminal, a frame or a log puts between two characters; and unescaped. */
function searchable(content: string | Uint8Array): string {
  const text = typeof content === "string" ? content : Buffer.from(content).toString("latin1");
  const plain = stripVTControlCharacters(text);
  const joined = plain.replaceAll(/[\s\0\b]+/g, "");
  const unframed = plain.replaceAll(/[\s\0\b>|│┃║]+/g, "");
  return [text, joined, unframed, unescaped(joined), unescaped(unescaped(joined))].join("\n").toLowerCase();
}

/** Without the escapes of URLs, HTML and JSON, whichever characters they were used for. */
function unescaped(text: string): string {
  return text
    .replaceAll(/(?:%|\\u00|&#x)([0-9a-f]{2});?/gi, (_all, code: string) =>
      String.fromCharCode(Number.parseInt(code, 16)),
    )
    .replaceAll(/&#(\d{2,3});/g, (_all, code: string) => String.fromCharCode(Number(code)))
    .replaceAll(/\\([/"])/g, "$1")
    .replaceAll("&amp;", "&");
}

/** What `/proc` tells everybody about a process and its children, for as long as it runs. Linux only. */
export function watchProcess(pid: number): { stop: () => Haystack[] } {
  const seen = new Map<string, Haystack>();
  const look = (process: number): void => {
    for (const file of ["cmdline", "environ"]) {
      try {
        const content = readFileSync(`/proc/${process}/${file}`);
        seen.set(`${file} ${content.toString("base64")}`, { place: `${file} of ${process}`, content });
      } catch {
        // It has ended.
      }
    }
    for (const child of childrenOf(process)) look(child);
  };
  look(pid);
  const timer = setInterval(() => look(pid), 15);
  return {
    stop: () => {
      clearInterval(timer);
      return [...seen.values()];
    },
  };
}

function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").split(" ").filter(Boolean).map(Number),
    );
  } catch {
    return [];
  }
}

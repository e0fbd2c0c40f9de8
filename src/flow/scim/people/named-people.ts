import { AppError } from "../../../errors.ts";
import type { NamedPrincipal } from "../../../graph/find-principals.ts";
import type { FlowPorts } from "../../context.ts";
import { errnoOf, unreadableReason } from "../../errno.ts";
import { ListFault, parsePeople } from "./people-list.ts";

/** Where it says who is meant. */
export interface PeopleSources {
  /** An absolute path, or `-` for what is piped into the program. */
  readonly file: string | undefined;
  /** By user principal name, mail address or object ID. */
  readonly users: readonly string[];
  /** By name or object ID. */
  readonly groups: readonly string[];
  /** Groups, by name or object ID, whose direct members are meant. */
  readonly membersOf: readonly string[];
  /** What is piped into the program. */
  readonly input: () => AsyncIterable<Uint8Array>;
}

/** Somebody, or a group, with the role that a list wants for them. */
export interface WantedPrincipal extends NamedPrincipal {
  readonly role: string | undefined;
}

/** Everybody who is named, which can be gone through more than once. */
export interface People {
  readonly all: () => AsyncGenerator<WantedPrincipal, void, undefined>;
  readonly count: number;
  /** The roles that a list names, each once. */
  readonly roles: readonly string[];
}

/** More than any list of names of the largest tenants; what is piped in has to be kept. */
const MOST_PIPED_BYTES = 64 * 1024 * 1024;
/** An application has a few roles; a column with more is none of roles. */
const MOST_ROLES = 100;

/**
 * Goes through everybody who is named once, so that a list that cannot be used is told before anybody signs in.
 * A file is not kept; it is read again when it is gone through again.
 *
 * @throws AppError PEOPLE_LIST, NAMES_UNUSABLE
 */
export async function readPeople(
  { files }: Pick<FlowPorts, "files">,
  sources: PeopleSources,
): Promise<People> {
  const { file, users, groups } = sources;
  if ([...users, ...groups, ...sources.membersOf].some((name) => name.trim() === "")) {
    throw new AppError("NAMES_UNUSABLE", { problem: { kind: "empty" } });
  }
  const listed = file === undefined ? undefined : await toListed(files, file, sources);
  async function* all(): AsyncGenerator<WantedPrincipal, void, undefined> {
    for (const who of users) yield { who, as: "user", role: undefined };
    for (const who of groups) yield { who, as: "group", role: undefined };
    if (listed && file !== undefined) yield* named(file, listed);
  }
  let count = 0;
  const roles = new Set<string>();
  for await (const { role } of all()) {
    count += 1;
    if (role !== undefined && roles.size < MOST_ROLES) roles.add(role);
  }
  return { all, count, roles: [...roles] };
}

type Listed = () => AsyncIterable<Uint8Array>;

async function toListed(files: FlowPorts["files"], file: string, { input }: PeopleSources): Promise<Listed> {
  if (file !== "-") return () => files.chunks(file);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of input()) {
    size += chunk.length;
    if (size > MOST_PIPED_BYTES) throw new AppError("PEOPLE_LIST", { file, problem: { kind: "tooLarge" } });
    chunks.push(chunk);
  }
  return async function* kept() {
    yield* chunks;
  };
}

async function* named(file: string, listed: Listed): AsyncGenerator<WantedPrincipal, void, undefined> {
  try {
    yield* parsePeople(listed());
  } catch (error) {
    if (error instanceof ListFault) throw new AppError("PEOPLE_LIST", { file, problem: error.problem });
    if (errnoOf(error) === undefined) throw error;
    throw new AppError("PEOPLE_LIST", { file, problem: { kind: unreadableReason(error) } }, { cause: error });
  }
}

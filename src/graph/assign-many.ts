import type { AppError } from "../errors.ts";
import { retryDelayMs } from "../http/retry-delay.ts";
import type { Clock } from "../ports/index.ts";
import {
  errorOf,
  type GraphAnswer,
  isAmbiguous,
  isConcurrencyViolation,
  isDuplicate,
  isReplicationLag,
  isSuccess,
  toAppError,
} from "./answers.ts";
import { type BatchItem, type GraphContext, sendItems } from "./batch.ts";
import { Pacer } from "./pacer.ts";

/** Somebody, or a group, who gets an app role. */
export interface AssignmentWrite {
  readonly principalId: string;
  readonly appRoleId: string;
  /** Assignments, by id, that this one takes the place of; they go once it is there. */
  readonly replaces?: readonly string[];
}

export interface AssignmentTally {
  /** How many of those given are assigned now, by this run or by somebody at the same time. */
  readonly assigned: number;
  /** Assignments that others took the place of. */
  readonly removed: number;
  readonly refused: number;
}

export interface AssignProgress extends AssignmentTally {
  readonly perSecond: number;
  /** Whether it goes slower than it could, for the sake of others who write. */
  readonly isSlowed: boolean;
}

export interface RefusedAssignment {
  readonly principalId: string;
  readonly error: AppError;
  /** Graph's own sentence. */
  readonly detail: string;
}

export interface AssignManyOptions {
  /** The service principal of the application. */
  readonly servicePrincipalId: string;
  /** Whose waits may add up: they are the work. */
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  /** Whether application or principals were made a moment ago and may not be known everywhere yet. */
  readonly isNew?: boolean;
  readonly onProgress?: (progress: AssignProgress) => void;
  readonly onRefused?: (refused: RefusedAssignment) => void;
}

/** What one `$batch` takes. */
const MOST_AT_ONCE = 20;
/** A batch of writes may take seconds; with so many under way at once the pace is kept all the same. */
const MOST_UNDER_WAY = 5;
const MOST_TRIES = 8;
/** A new object takes up to two minutes to be known everywhere. */
const REPLICATION_LIMIT_MS = 120_000;
/** Who asks for more is answered by giving up. */
const LONGEST_PAUSE_MS = 10 * 60_000;

interface Item {
  readonly kind: "assign" | "remove";
  readonly write: AssignmentWrite;
  /** Where an assignment goes: its id. */
  readonly assignmentId?: string;
  readonly tries: number;
}

/**
 * Assigns any number of users and groups, twenty in a batch, as fast as the write quota allows and no faster.
 * What was refused for the sake of the quota goes out again by itself; what is there already is as good as
 * made. Holds no more than what is under way: `writes` may be a generator.
 *
 * @throws AppError where it cannot go on, such as GRAPH_FORBIDDEN; or the signal's reason. What is under way is
 * brought to its end first, and `onProgress` has told all of it.
 */
export async function assignMany(
  context: GraphContext,
  writes: Iterable<AssignmentWrite>,
  options: AssignManyOptions,
): Promise<AssignmentTally> {
  return new Assigning(context, writes, options).run();
}

class Assigning {
  readonly #context: GraphContext;
  readonly #options: AssignManyOptions;
  readonly #source: Iterator<AssignmentWrite>;
  readonly #pacer: Pacer;
  /** What goes out again, and what follows from what went out. */
  readonly #again: Item[] = [];
  readonly #underWay = new Set<Promise<void>>();
  readonly #start: number;
  readonly #tally = { assigned: 0, removed: 0, refused: 0 };
  #failure: { readonly error: unknown } | undefined;

  constructor(context: GraphContext, writes: Iterable<AssignmentWrite>, options: AssignManyOptions) {
    this.#context = context;
    this.#options = options;
    this.#source = writes[Symbol.iterator]();
    this.#pacer = new Pacer(options.clock);
    this.#start = options.clock.now().getTime();
  }

  async run(): Promise<AssignmentTally> {
    try {
      while (this.#failure === undefined) {
        const items = this.#next();
        if (items.length > 0) await this.#dispatch(items);
        else if (this.#underWay.size > 0) await Promise.race(this.#underWay);
        else break;
      }
    } finally {
      await Promise.all(this.#underWay);
    }
    if (this.#failure) throw this.#failure.error;
    return this.#tally;
  }

  /** The next batch; what goes out again stands first. */
  #next(): Item[] {
    const count = Math.min(MOST_AT_ONCE, this.#pacer.handful);
    const items = this.#again.splice(0, count);
    while (items.length < count) {
      const { value: write, done } = this.#source.next();
      if (done === true) break;
      items.push({ kind: "assign", write, tries: 0 });
    }
    return items;
  }

  async #dispatch(items: readonly Item[]): Promise<void> {
    await this.#pacer.take(items.length, this.#options.signal);
    this.#options.signal?.throwIfAborted();
    const sending: Promise<void> = this.#send(items)
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => this.#underWay.delete(sending));
    this.#underWay.add(sending);
    if (this.#underWay.size >= MOST_UNDER_WAY) await Promise.race(this.#underWay);
  }

  async #send(items: readonly Item[]): Promise<void> {
    const requests = items.map((item) => toRequest(item, this.#options.servicePrincipalId));
    const answers = await sendItems(this.#context, "assign", requests);
    const percentages = answers.flatMap((answer) => answer?.throttlePercentage ?? []);
    this.#pacer.heard(percentages.length > 0 ? Math.max(...percentages) : undefined);
    let pauseMs = 0;
    let failure: AppError | undefined;
    for (const [index, item] of items.entries()) {
      const outcome = this.#judge(item, answers[index]);
      if (outcome.kind === "again") pauseMs = Math.max(pauseMs, outcome.ms);
      if (outcome.kind === "failed") failure ??= outcome.error;
    }
    if (pauseMs > 0) this.#pacer.pause(pauseMs);
    const { perSecond, isSlowed } = this.#pacer;
    this.#options.onProgress?.({ ...this.#tally, perSecond, isSlowed });
    if (failure) throw failure;
  }

  /** Books one answer. */
  #judge(item: Item, answer: GraphAnswer | undefined): Outcome {
    if (answer && isDone(item, answer)) return this.#settle(item);
    if (answer === undefined || isPassing(answer) || this.#isNotThereYet(answer)) {
      return this.#tryAgain(item, answer);
    }
    // A role that this person lacks is lacking for all of them; a licence may only be one for groups.
    const error = toAppError("assign", answer);
    if (error.code === "GRAPH_FORBIDDEN") return { kind: "failed", error };
    this.#tally.refused += 1;
    const { principalId } = item.write;
    this.#options.onRefused?.({ principalId, error, detail: errorOf(answer).message });
    return DONE;
  }

  #settle({ kind, write }: Item): Outcome {
    if (kind === "remove") this.#tally.removed += 1;
    else {
      this.#tally.assigned += 1;
      for (const assignmentId of write.replaces ?? []) {
        this.#again.push({ kind: "remove", write, assignmentId, tries: 0 });
      }
    }
    return DONE;
  }

  #tryAgain(item: Item, answer: GraphAnswer | undefined): Outcome {
    const tries = item.tries + 1;
    const ms = delayOf(answer, tries, this.#options.clock);
    if (tries >= MOST_TRIES || ms === undefined) {
      const lost = { status: 503, body: undefined, requestId: undefined, retryAfter: undefined };
      return { kind: "failed", error: toAppError("assign", answer ?? lost) };
    }
    this.#again.push({ ...item, tries });
    return { kind: "again", ms };
  }

  #isNotThereYet(answer: GraphAnswer): boolean {
    const waited = this.#options.clock.now().getTime() - this.#start;
    return this.#options.isNew === true && waited < REPLICATION_LIMIT_MS && isReplicationLag(answer);
  }
}

type Outcome =
  | { readonly kind: "done" }
  | { readonly kind: "again"; readonly ms: number }
  | { readonly kind: "failed"; readonly error: AppError };

const DONE: Outcome = { kind: "done" };

function toRequest({ kind, write, assignmentId = "" }: Item, servicePrincipalId: string): BatchItem {
  const path = `/servicePrincipals/${servicePrincipalId}/appRoleAssignedTo`;
  if (kind === "remove") return { method: "DELETE", path: `${path}/${encodeURIComponent(assignmentId)}` };
  const { principalId, appRoleId } = write;
  return { method: "POST", path, body: { principalId, resourceId: servicePrincipalId, appRoleId } };
}

/** What is there already, or gone already, is as good as done. */
function isDone({ kind }: Item, answer: GraphAnswer): boolean {
  return isSuccess(answer) || (kind === "assign" ? isDuplicate(answer) : answer.status === 404);
}

function isPassing(answer: GraphAnswer): boolean {
  return answer.status === 429 || isAmbiguous(answer) || isConcurrencyViolation(answer);
}

/** @returns undefined where the service asks for more than anybody should wait. */
function delayOf(answer: GraphAnswer | undefined, tries: number, clock: Clock): number | undefined {
  const asked = Number(answer?.retryAfter ?? Number.NaN) * 1000;
  if (asked > 0) return asked > LONGEST_PAUSE_MS ? undefined : asked;
  return retryDelayMs(tries + 1, answer?.retryAfter, clock.now(), Math.random());
}

import { AppError, type GraphAction } from "../errors.ts";
import { MAX_REPEATS, retryDelayMs, type Wait } from "../http/retry.ts";
import type { Clock } from "../ports/index.ts";
import type { Json } from "../registration/plan.ts";
import {
  expectSuccess,
  type GraphAnswer,
  THROTTLE_HEADER,
  toAppError,
  toThrottlePercentage,
} from "./answers.ts";
import type { Graph, GraphMethod } from "./client.ts";

export interface BatchItem {
  readonly method: GraphMethod;
  /** From the version on, encoded. */
  readonly path: string;
  readonly body?: Json;
  /** Whether it only asks, as some POSTs do: then it may be sent again like a GET. */
  readonly isRead?: boolean;
}

export interface GraphContext {
  readonly graph: Graph;
  readonly clock: Clock;
  readonly onWait?: ((wait: GraphWait) => void) | undefined;
  /** Told of every item of a batch, which is a call of its own to whoever reads the journal. */
  readonly onItem?: ((item: BatchItem, answer: GraphAnswer, batchMs: number) => void) | undefined;
}

/**
 * A wait that the screen shows; `replication`: a new object is not visible everywhere yet; `absence`: nothing is
 * made before reads agree that it is not there; `assignment`: who was just assigned does not count as such yet.
 */
export type GraphWait = Omit<Wait, "reason"> & {
  readonly reason: Wait["reason"] | "replication" | "absence" | "assignment";
};

/** What `$batch` takes in one call (https://learn.microsoft.com/graph/json-batching). */
const MOST_ITEMS = 20;

/**
 * Sends up to 20 requests in one `$batch` and gives their answers in the same order. Every item is throttled
 * on its own: only those that were refused are sent again, after the longest wait any of them asked for.
 *
 * @throws AppError where the batch as a whole failed.
 */
export async function sendBatch(
  context: GraphContext,
  action: GraphAction,
  items: readonly BatchItem[],
): Promise<GraphAnswer[]> {
  if (items.length > MOST_ITEMS) throw new RangeError(`${items.length} requests in one batch`);
  const answers = new Map<number, GraphAnswer>();
  let pending = items.map((_item, index) => index);
  let isRenewed = false;
  const reads = items.every(isRead);
  for (let attempt = 1; ; attempt += 1) {
    const start = context.clock.now().getTime();
    for (const [index, answer] of await sendOnce(context.graph, action, items, pending, reads)) {
      answers.set(index, answer);
      const item = items[index];
      if (item) context.onItem?.(item, answer, context.clock.now().getTime() - start);
    }
    // Nothing was done for an item that lacks a good token: once, it goes out again with a new one.
    const refused = isRenewed ? [] : pending.filter((index) => answers.get(index)?.status === 401);
    const [first] = refused;
    if (first !== undefined) {
      isRenewed = true;
      await context.graph.renew(answers.get(first)?.challenge);
    }
    const waiting = pending.filter((index) => isRepeatable(answers.get(index), items[index]));
    pending = [...refused, ...waiting];
    const isOver = pending.length === 0 || attempt > MAX_REPEATS;
    const delay = isOver ? undefined : waitFor(waiting, answers, attempt, context);
    if (delay === undefined) break;
    if (waiting.length === 0) continue;
    context.onWait?.({ ms: delay, reason: "throttled", host: "Microsoft Graph", attempt });
    await context.clock.sleep(delay);
  }
  return items.map((_item, index) => {
    const answer = answers.get(index);
    if (!answer) throw new AppError("GRAPH_UNAVAILABLE", { status: 200, detail: "" });
    return answer;
  });
}

/**
 * The same for whoever keeps to a pace of their own: no item is sent again by itself, and one that was not
 * answered is undefined. The batch as a whole is repeated where its answer got lost, so that each item must be
 * one that does no harm twice.
 *
 * @throws AppError where the batch as a whole failed.
 */
export async function sendItems(
  context: GraphContext,
  action: GraphAction,
  items: readonly BatchItem[],
): Promise<readonly (GraphAnswer | undefined)[]> {
  if (items.length > MOST_ITEMS) throw new RangeError(`${items.length} requests in one batch`);
  const all = items.map((_item, index) => index);
  const start = context.clock.now().getTime();
  const answers = new Map(await sendOnce(context.graph, action, items, all, true));
  const refused = all.filter((index) => answers.get(index)?.status === 401);
  const [first] = refused;
  if (first !== undefined) {
    await context.graph.renew(answers.get(first)?.challenge);
    const again = await sendOnce(context.graph, action, items, refused, true);
    for (const [index, answer] of again) answers.set(index, answer);
  }
  const ms = context.clock.now().getTime() - start;
  return items.map((item, index) => {
    const answer = answers.get(index);
    if (answer) context.onItem?.(item, answer, ms);
    return answer;
  });
}

async function sendOnce(
  graph: Graph,
  action: GraphAction,
  items: readonly BatchItem[],
  pending: readonly number[],
  canRepeat: boolean,
): Promise<[number, GraphAnswer][]> {
  const requests = pending.map((index): Json => {
    const item = items[index];
    return {
      id: String(index),
      method: item?.method ?? "GET",
      url: item?.path ?? "",
      ...(item?.body !== undefined && {
        body: item.body,
        headers: { "Content-Type": "application/json" },
      }),
    };
  });
  const outer = await graph.send({
    method: "POST",
    path: "/$batch",
    body: { requests },
    repeat: canRepeat ? "always" : "ifRefused",
  });
  const responses = (outer.body as { responses?: unknown } | undefined)?.responses;
  // A throttled batch has been documented to come back as 424 with its items: read them either way.
  if (!Array.isArray(responses)) {
    expectSuccess(action, outer);
    throw toAppError(action, outer);
  }
  return responses.flatMap((response: unknown): [number, GraphAnswer][] => {
    const { id, status, headers, body } = (response ?? {}) as Record<string, unknown>;
    const index = typeof id === "string" && id !== "" ? Number(id) : Number.NaN;
    if (!pending.includes(index) || typeof status !== "number") return [];
    const header = headerReader(headers);
    const [requestId, retryAfter] = [header("request-id"), header("retry-after")];
    const throttlePercentage = toThrottlePercentage(header(THROTTLE_HEADER)) ?? outer.throttlePercentage;
    const challenge = header("www-authenticate");
    return [[index, { status, body, requestId, retryAfter, challenge, throttlePercentage }]];
  });
}

function isRead({ method, isRead: asks = false }: BatchItem): boolean {
  return method === "GET" || asks;
}

function isRepeatable(answer: GraphAnswer | undefined, item: BatchItem | undefined): boolean {
  const reads = item !== undefined && isRead(item);
  if (!answer) return reads;
  return answer.status === 429 || (reads && [502, 503, 504].includes(answer.status));
}

function waitFor(
  pending: readonly number[],
  answers: ReadonlyMap<number, GraphAnswer>,
  attempt: number,
  { clock }: GraphContext,
): number | undefined {
  const delays = pending.map((index) =>
    retryDelayMs(attempt, answers.get(index)?.retryAfter ?? null, clock.now(), Math.random()),
  );
  return delays.reduce(
    (longest, delay) => (longest === undefined || delay === undefined ? undefined : Math.max(longest, delay)),
    0,
  );
}

/** Header names in a batch answer come in any letter case. */
function headerReader(headers: unknown): (name: string) => string | undefined {
  const entries = Object.entries((headers ?? {}) as Record<string, unknown>);
  return (name) => {
    const value = entries.find(([key]) => key.toLowerCase() === name)?.[1];
    return typeof value === "string" ? value : undefined;
  };
}

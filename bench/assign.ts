import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { assignments, type Crowd, listOf, makeCrowd } from "../test/support/crowd.ts";
import { eventClock } from "../test/support/event-clock.ts";

interface Place {
  readonly folder: string;
  readonly packageFolder: string;
}

export interface AssignmentFigures {
  readonly seconds: number;
  readonly rejected: number;
}

/** Assigns so many people in simulated time, with a quota that is enforced. */
export async function runAssignments({
  count,
  others,
  ...place
}: Place & { readonly count: number; readonly others: number }): Promise<AssignmentFigures> {
  const crowd = await makeCrowd(place, count, { otherWriter: others, latencyMs: 100 });
  const { exitCode, seconds, notes } = await assignments(
    { ...place, ...crowd },
    listOf(place.folder, crowd.names),
  );
  if (exitCode !== 0) throw new Error(notes.join("\n"));
  return { seconds, rejected: crowd.rejected() };
}

/**
 * Serves a tenant to another process, whose clock it has: every request says what time it is there. The process is
 * told where by its variables.
 */
export async function serveCrowd(place: Place, count: number) {
  const crowd = await makeCrowd(place, count);
  const { port, close } = await listen(crowd);
  const now = () => crowd.clock.now().getTime();
  return { close, now, names: crowd.names, url: `http://127.0.0.1:${port}` };
}

async function listen({ fetch, clock }: Crowd): Promise<{ port: number; close: () => void }> {
  const answering = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const headers = new Headers(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    );
    const behind = Number(headers.get("x-bench-now")) - clock.now().getTime();
    if (behind > 0) await clock.sleep(behind);
    const body = chunks.length > 0 ? { body: Buffer.concat(chunks) } : {};
    const method = request.method ?? "GET";
    const answer = await fetch(new Request(headers.get("x-bench-url") ?? "", { method, headers, ...body }));
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    response.end(Buffer.from(await answer.arrayBuffer()));
  };
  const server = createServer((request, response) => void answering(request, response));
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** In a process of its own: assigns the people of the list that lies in the folder. */
export async function runAgainst(url: string, place: Place, startMs: number): Promise<void> {
  const clock = eventClock(new Date(startMs));
  const { exitCode, notes } = await assignments(
    {
      ...place,
      clock,
      fetch: (request) =>
        clock.during(async () => {
          const headers = new Headers(request.headers);
          headers.set("x-bench-url", request.url);
          headers.set("x-bench-now", String(clock.now().getTime()));
          const body = request.body === null ? {} : { body: await request.arrayBuffer() };
          return fetch(url, { method: request.method, headers, redirect: "manual", ...body });
        }),
    },
    ["scim", "assign", "--file", "people.txt", "--json"],
  );
  if (exitCode !== 0) throw new Error(notes.join("\n"));
}

export { listOf } from "../test/support/crowd.ts";

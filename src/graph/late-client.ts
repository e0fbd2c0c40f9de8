import type { Graph, GraphOptions } from "./client.ts";

/** A Graph client whose library is loaded with the first request: nobody has to wait for it before the sign-in. */
export function lateGraph(options: GraphOptions): Graph {
  let loading: Promise<Graph> | undefined;
  const load = (): Promise<Graph> => {
    loading ??= import("./client.ts").then(({ createGraph }) => createGraph(options));
    return loading;
  };
  return {
    send: async (request) => (await load()).send(request),
    renew: async (wwwAuthenticate) => (await load()).renew(wwwAuthenticate),
  };
}

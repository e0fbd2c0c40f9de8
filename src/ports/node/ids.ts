import type { Ids } from "../index.ts";

/** Random ids from the system's generator; the global one, because it is loaded with the first use. */
export const nodeIds: Ids = { uuid: () => crypto.randomUUID() };

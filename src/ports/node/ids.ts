import { randomUUID } from "node:crypto";
import type { Ids } from "../index.ts";

/** Random ids from the system's generator. */
export const nodeIds: Ids = { uuid: () => randomUUID() };

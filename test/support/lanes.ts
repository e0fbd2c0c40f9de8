import { folderForFiles } from "./scratch.ts";
import { type Outpost, type OutpostOptions, serve } from "./served.ts";

/** Waits for a free server and gives a fresh place behind it, until what was registered is called. */
export type Lanes = (
  options: Omit<OutpostOptions, "onFinished">,
  onFinished: (clean: () => void) => void,
) => Promise<Outpost>;

/**
 * So many served sandboxes as tests of this file may run beside each other; call it where `beforeAll` may
 * be. A concurrent test brings its own context's `onTestFinished`.
 */
export function serveLanes(count: number): Lanes {
  const free = Array.from({ length: count }, () => serve(folderForFiles));
  const waiting: ((lane: ReturnType<typeof serve>) => void)[] = [];
  return async (options, onFinished) => {
    const lane = free.pop() ?? (await new Promise<ReturnType<typeof serve>>((take) => waiting.push(take)));
    onFinished(() => {
      const next = waiting.shift();
      if (next) next(lane);
      else free.push(lane);
    });
    return lane({ ...options, onFinished });
  };
}

/**
 * Answers an abort at once, for work that looks at the signal now and then, or never.
 *
 * @throws whatever the work throws; the reason of the signal once it is aborted.
 */
export async function untilAborted<Value>(signal: AbortSignal, work: Promise<Value>): Promise<Value> {
  // Whatever becomes of it once nobody waits for it any more is no failure of the run.
  work.catch(() => undefined);
  signal.throwIfAborted();
  let onAbort = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

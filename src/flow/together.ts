/** The values of promises, in their order. */
type Values<Promises extends readonly unknown[]> = {
  -readonly [Key in keyof Promises]: Awaited<Promises[Key]>;
};

/**
 * Waits for all of several pieces of work to end; only then the first failure is told, so that none is left in
 * the middle of something.
 */
export async function together<const Promises extends readonly unknown[]>(
  ...work: Promises
): Promise<Values<Promises>> {
  const outcomes = await Promise.allSettled(work);
  const values = outcomes.map((outcome) => {
    if (outcome.status === "rejected") throw outcome.reason;
    return outcome.value;
  });
  return values as Values<Promises>;
}

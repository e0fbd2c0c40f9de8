import { configureGlobal } from "fast-check";

/*
 * fast-check with the same examples in every run, so that a failure tells of a change. `FAST_CHECK_SEED=<number>` looks
 * at others.
 */
configureGlobal({ seed: Number(process.env["FAST_CHECK_SEED"] ?? 6) });

export * from "fast-check";

import { config } from "zod";

// Without this zod writes a program for each schema as it is first used: worth it for millions of values,
// a fifth of our start for the one file that is read.
config({ jitless: true });

export * from "zod";

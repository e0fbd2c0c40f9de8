import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

const builtProgram = ["test/terminal/**/*.test.ts", "test/package/**/*.test.ts", "test/faults/**/*.test.ts"];
const shared = {
  // Far above what a busy machine needs: nothing is measured with them.
  testTimeout: 120_000,
  hookTimeout: 120_000,
  expect: { poll: { timeout: 60_000 } },
  unstubGlobals: true,
  restoreMocks: true,
};

export default defineConfig({
  test: {
    // One for each core, on two cores as well: half of the time goes by in waiting for other processes.
    maxWorkers: Math.max(availableParallelism(), 2),
    projects: [
      {
        test: { ...shared, name: "source", include: ["test/**/*.test.ts"], exclude: builtProgram },
      },
      {
        // These run the program as a user gets it: built, packed and installed once for all of them.
        test: {
          ...shared,
          name: "program",
          include: builtProgram,
          globalSetup: ["test/support/product.ts"],
          // Whole processes on a busy machine: what fails twice is a failure.
          retry: 1,
          // Many wait for half a minute at a time; how many of a file run beside each other is its lanes' to say.
          maxConcurrency: 12,
        },
      },
    ],
  },
});

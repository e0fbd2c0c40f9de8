// Preloaded: writes the most memory that the process has held, in KB, where the parent listens.
"use strict";

const { readFileSync, writeSync } = require("node:fs");

process.on("exit", () => {
  writeSync(3, String(highWaterMark() ?? process.resourceUsage().maxRSS));
});

/** Linux counts into `maxRSS` what the parent held when it forked; this is what the process itself did. */
function highWaterMark() {
  try {
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1]) || undefined;
  } catch {
    return undefined;
  }
}

// Preloaded: writes the most memory that the process has held, in KB, where the parent listens.
"use strict";

process.on("exit", () => {
  require("node:fs").writeSync(3, String(process.resourceUsage().maxRSS));
});

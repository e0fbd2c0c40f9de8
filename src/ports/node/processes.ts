import type { Processes } from "../index.ts";

/** The processes of this machine. */
export const nodeProcesses: Processes = {
  id: process.pid,
  // What `performance.timeOrigin` says; for that Node would load all that measures.
  startedAt: Math.round(Date.now() - process.uptime() * 1000),
  isRunning(id) {
    try {
      return process.kill(id, 0);
    } catch (error) {
      // It is there, and belongs to somebody else.
      return (error as NodeJS.ErrnoException).code === "EPERM";
    }
  },
};

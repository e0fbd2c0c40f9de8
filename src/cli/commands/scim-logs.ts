import { AppError, type ExitCode, type Fault } from "../../errors.ts";
import { followLogs, type LogFilters, type LogLine, MOST_ENTRIES, scimLogs } from "../../flow/scim/logs.ts";
import type { Flags } from "../../settings/known-values.ts";
import { isOn, textOf } from "../flags.ts";
import type { Invocation } from "../program.ts";
import {
  logsHead,
  logsTail,
  renderEntry,
  renderLogs,
  toJsonLogLine,
  toJsonLogs,
} from "../screen/scim-logs.ts";
import { withSession } from "../session.ts";
import { meantApplications } from "../settings.ts";

/** `scim logs`: parses, calls the flow, shows the entries; with `--follow` as they come. */
export async function runScimLogs(invocation: Invocation): Promise<ExitCode> {
  const { terminal } = invocation.ports;
  return withSession(invocation, async ({ context, settings, flags }) => {
    const input = {
      known: settings.known,
      templates: meantApplications(settings, flags),
      ...readFilters(flags, context.ports.clock.now()),
    };
    if (!isOn(flags, "follow")) {
      const logs = await scimLogs(context, input);
      return { exitCode: 0, text: renderLogs(logs, terminal), json: toJsonLogs(logs) };
    }
    const isJson = invocation.globals.json;
    const show = (entries: readonly LogLine[]): void => {
      for (const entry of entries) {
        terminal.result(isJson ? JSON.stringify(toJsonLogLine(entry)) : renderEntry(entry, terminal));
      }
    };
    await followLogs(context, input, {
      begin: (logs) => {
        if (!isJson) terminal.result(logsHead(logs, terminal));
        show(logs.entries);
        const tail = logsTail(logs, true, terminal);
        if (!isJson && tail !== "") terminal.result(tail);
      },
      more: show,
      isRead: () => terminal.isRead(),
    });
    return { exitCode: 0, text: undefined, json: undefined };
  });
}

const DEFAULT_SINCE = "1d";
const DEFAULT_LIMIT = 50;

/** @throws AppError VALUES_INVALID with everything that is wrong. */
function readFilters(flags: Flags, now: Date): LogFilters {
  const faults: Fault[] = [];
  const sinceText = textOf(flags, "since") ?? DEFAULT_SINCE;
  const since = parseSince(sinceText, now);
  if (!since || since > now) faults.push({ path: "--since", found: sinceText, expected: { schema: SINCE } });
  const limitText = textOf(flags, "limit");
  const limit = limitText === undefined ? DEFAULT_LIMIT : Number(limitText);
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST_ENTRIES) {
    faults.push({ path: "--limit", found: limitText ?? "", expected: { schema: LIMIT } });
  }
  if (faults.length > 0 || !since) throw new AppError("VALUES_INVALID", { faults });
  const user = textOf(flags, "user")?.trim();
  return {
    since,
    status: textOf(flags, "status"),
    action: textOf(flags, "action"),
    user: user === "" ? undefined : user,
    limit,
  };
}

const SINCE = "must be a time ago such as 30m, 2h or 7d, or a date such as 2026-03-01 or 2026-03-01T08:00Z";
const LIMIT = `must be a whole number from 1 to ${MOST_ENTRIES}`;
const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A time ago, or a moment in ISO 8601; what names no zone is UTC. */
function parseSince(text: string, now: Date): Date | undefined {
  const ago = /^([1-9]\d{0,5})([mhd])$/.exec(text.trim());
  if (ago) return new Date(now.getTime() - Number(ago[1]) * (UNIT_MS[ago[2] ?? ""] ?? 0));
  if (!/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/.test(text.trim()))
    return undefined;
  const named = /T.*(Z|[+-]\d\d:?\d\d)$/.test(text.trim()) || !text.includes("T");
  const date = new Date(named ? text.trim() : `${text.trim()}Z`);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

import { Chalk, type ChalkInstance } from "chalk";
import type { Proposal, RunEvent, Task } from "../../flow/events.ts";
import type { AssignmentProposal } from "../../flow/scim/assign.ts";
import type { Ports, Progress } from "../../ports/index.ts";
import { clean, say } from "./clean.ts";
import { fit } from "./fit.ts";
import { advised, type Program } from "./words/advice.ts";
import { consentSubjectLines } from "./words/consent.ts";
import { obstaclesText, type PlanLine, planLines } from "./words/plan.ts";
import { removalLines } from "./words/removal.ts";
import {
  BLOCKED_CODE_HINT,
  codeCountdown,
  consentPageLines,
  describeEvent,
  deviceCode,
  signInPage,
  WAITING_FOR_BROWSER,
  waiting,
} from "./words/run.ts";
import { assigningText, assignmentLines, assignmentsTitle, missingLines } from "./words/scim-assign.ts";
import { checkedUsersLines } from "./words/scim-users.ts";
import { TASKS } from "./words/tasks.ts";

export interface ReporterOptions {
  readonly quiet: boolean;
  readonly verbose: boolean;
}

const WARNINGS: ReadonlySet<RunEvent["kind"]> = new Set([
  "signInFailed",
  "grantRefused",
  "secretsRestored",
  "surplusApplications",
  "deletedFound",
  "markNotSet",
  "secretTokenFileShared",
  "inputSilent",
  "anyTokenAccepted",
  "attributesNotKept",
  "nobodyAssigned",
  "leftOut",
  "controlFailed",
  "notInScopeYet",
  "notVisibleYet",
  "readBackFailed",
  "consentNotSeen",
  "pageNotWritten",
  "proofFailed",
  "interrupted",
  "sandboxBusy",
  "noJournal",
  "reminderNotWritten",
  "redirectUrisKept",
  "secretsDoubtful",
  "variablesUnknown",
]);

/** What a failure names as done. */
const MADE: ReadonlySet<RunEvent["kind"]> = new Set(["applicationDone", "controlDone", "assignedSoFar"]);

/** The longest silence while something is under way. */
const STILL_THERE_MS = 10_000;

/** Work that changes nothing: no line of its own when it is done, and nothing to name when a run fails. */
const READING: ReadonlySet<Task> = new Set([
  "takeTurn",
  "findTenant",
  "findGroups",
  "readMembers",
  "read",
  "signIn",
  "oneTimePasswordService",
  "network",
  "readBack",
  "prove",
  "awaitConsent",
  "testConnection",
  "awaitArrivals",
  "findUsers",
  "checkUsers",
  "readLogs",
]);

/** How long a code waits before a person is told why it may wait in vain. */
const HINT_AFTER_MS = 60_000;

/** Shows what a run says. Talk goes to standard error; nothing here decides anything. */
export class Reporter {
  readonly #changes: string[] = [];
  #unclear = false;
  /** Several plans in a row are one, which one question is about. */
  #isPlanShown = false;
  /** Whether the run only ends when somebody stops it: then that needs no words. */
  #isFollowing = false;
  readonly #ports: Pick<Ports, "terminal" | "clock">;
  readonly #options: ReporterOptions;
  readonly #style: ChalkInstance;
  readonly #running: Task[] = [];
  #progress: Progress | undefined;
  #heartbeat: ReturnType<typeof setInterval> | undefined;
  #ticking: ReturnType<typeof setInterval> | undefined;
  /** What stands on the moving line while a sign-in waits for its person. */
  #signingIn: (() => string) | undefined;
  /** How far many assignments are. */
  #assigned: (() => string) | undefined;

  readonly #program: Program;

  constructor(ports: Pick<Ports, "terminal" | "clock">, options: ReporterOptions, program: Program) {
    this.#ports = ports;
    this.#program = program;
    this.#options = options;
    this.#style = new Chalk({ level: ports.terminal.colour ? 1 : 0 });
  }

  readonly report = (event: RunEvent): void => {
    this.#isPlanShown &&= event.kind === "plan";
    this.#isFollowing ||= event.kind === "following";
    if (this.#isFollowing && event.kind === "interrupted") return;
    const advice = describeEvent(event);
    const sentence = advice === undefined ? undefined : advised(advice, this.#program);
    const isMade = MADE.has(event.kind);
    if (isMade && sentence !== undefined) this.#changes.push(sentence);
    // The failure that follows says it.
    if (event.kind === "assignedSoFar") return;
    if (sentence !== undefined) this.#say(event, sentence);
    else if (event.kind === "task") this.#task(event.task, event.state);
    else if (event.kind === "deviceCode") this.#deviceCode(event);
    else if (event.kind === "signInPage") this.#signInPage(event);
    else if (event.kind === "consentPage") {
      const names = event.permissions.map(({ value }) => value);
      this.#lines(consentPageLines(event.url, names));
    } else if (event.kind === "wait") this.#wait(event);
    else if (event.kind === "plan") this.#plan(event.proposal);
    else if (event.kind === "removal") this.#removal(event);
    else if (event.kind === "usersChecked") this.#usersChecked(event);
    else if (event.kind === "assignments") this.#assignments(event.proposal);
    else if (event.kind === "assigning") this.#assigning(event);
    else if (event.kind === "consentSubject") this.#lines(consentSubjectLines(event.subject));
    else if (event.kind === "exchange" && this.#options.verbose) {
      const { method, host, path, status, durationMs, requestId } = event.exchange;
      const line = `${method} ${host}${path} ${status} ${durationMs} ms ${requestId ?? ""}`;
      this.#ports.terminal.note(this.#style.dim(clean(line)));
    }
  };

  /** What was changed so far; undefined where nothing is known of, but a change that failed may have been made. */
  changes(): readonly string[] | undefined {
    return this.#unclear && this.#changes.length === 0 ? undefined : this.#changes;
  }

  /** Takes the moving line away; nothing is shown after this. */
  stop(): void {
    this.#show(undefined);
  }

  #note(text: string): void {
    this.#ports.terminal.note(fit(text, this.#ports.terminal.columns));
  }

  #say(event: RunEvent, sentence: string): void {
    const isWarning = WARNINGS.has(event.kind);
    if (this.#options.quiet && !isWarning) return;
    if (isWarning) this.#note(`${this.#style.yellow("!")} ${sentence}`);
    else if (event.kind === "journal") this.#note(this.#style.dim(sentence));
    else if (event.kind === "signedIn" || event.kind === "applicationDone" || event.kind === "controlDone")
      this.#note(`${this.#style.green("✔")} ${sentence}`);
    else this.#note(`${this.#style.cyan("i")} ${sentence}`);
  }

  #task(task: Task, state: "started" | "done" | "failed"): void {
    const { doing, done } = TASKS[task];
    if (state === "started") this.#running.push(task);
    else this.#running.splice(this.#running.lastIndexOf(task), 1);
    if (task === "signIn") this.#signingIn = undefined;
    if (task === "assign") this.#assigned = undefined;
    if (state === "done" && !READING.has(task)) this.#changes.push(done);
    if (state === "failed" && !READING.has(task)) this.#unclear = true;
    if (this.#options.quiet) return;
    // The failure that follows says more than that nobody signed in.
    if (state === "failed" && task !== "signIn" && task !== "findTenant")
      this.#note(`${this.#style.red("✖")} ${doing}`);
    if (state === "done" && (!READING.has(task) || task === "readBack" || task === "prove")) {
      this.#note(`${this.#style.green("✔")} ${done}`);
    }
    this.#showRunning();
  }

  #showRunning(): void {
    // What somebody has to do goes before what is done meanwhile.
    if (this.#signingIn && this.#running.includes("signIn")) {
      this.#show(this.#signingIn(), this.#signingIn);
      return;
    }
    if (this.#assigned) {
      this.#show(this.#assigned(), this.#assigned);
      return;
    }
    const running = this.#running.at(-1);
    this.#show(running && TASKS[running].doing);
  }

  /** Puts a text on the moving line; undefined takes the line away. A text that ticks gives itself anew. */
  #show(text: string | undefined, tick?: () => string | undefined): void {
    clearInterval(this.#ticking);
    clearInterval(this.#heartbeat);
    if (text === undefined) {
      this.#progress?.stop();
      this.#progress = undefined;
      return;
    }
    if (this.#progress) this.#progress.update(text);
    else this.#progress = this.#ports.terminal.progress(text);
    if (this.#ports.terminal.columns === undefined && !this.#options.quiet) {
      // No moving line here: say now and then that the program is still there.
      this.#heartbeat = setInterval(() => this.#note(`  … ${tick?.() ?? text}`), STILL_THERE_MS).unref();
    }
    if (!tick) return;
    this.#ticking = setInterval(() => {
      const next = tick();
      if (next === undefined) this.#showRunning();
      else this.#progress?.update(next);
    }, 1000).unref();
  }

  #secondsUntil(end: number): number {
    return Math.max(0, (end - this.#ports.clock.now().getTime()) / 1000);
  }

  /** The code is shown even when asked to be quiet: without it nothing goes on. */
  #deviceCode({ code, canSwitch }: Extract<RunEvent, { kind: "deviceCode" }>): void {
    const { userCode, verificationUri, expiresAt } = code;
    this.#note("");
    for (const text of deviceCode(userCode, verificationUri, canSwitch)) {
      this.#note(
        text.replace(/\S.*/, (words) => (text.includes(userCode) ? this.#style.bold(words) : words)),
      );
    }
    const hintAt = this.#ports.clock.now().getTime() + HINT_AFTER_MS;
    let isHinted = !canSwitch;
    const countdown = () => {
      if (!isHinted && this.#ports.clock.now().getTime() >= hintAt) {
        isHinted = true;
        this.#note(`${this.#style.yellow("!")} ${BLOCKED_CODE_HINT}`);
      }
      return codeCountdown(this.#secondsUntil(expiresAt.getTime()));
    };
    this.#signingIn = countdown;
    this.#showRunning();
  }

  #signInPage({ url, canSwitch }: Extract<RunEvent, { kind: "signInPage" }>): void {
    this.#lines(signInPage(url, canSwitch));
    this.#signingIn = () => WAITING_FOR_BROWSER;
    this.#showRunning();
  }

  /** On a terminal the seconds count down in place; elsewhere a wait of a second or more is one line. */
  #wait({ wait }: Extract<RunEvent, { kind: "wait" }>): void {
    const end = this.#ports.clock.now().getTime() + wait.ms;
    const text = () => {
      const seconds = Math.ceil(this.#secondsUntil(end));
      return seconds > 0 ? waiting(wait, seconds) : undefined;
    };
    if (this.#ports.terminal.columns !== undefined && this.#running.length > 0) this.#show(text(), text);
    else if (wait.ms >= 1000 && !this.#options.quiet) {
      this.#note(`${this.#style.cyan("i")} ${waiting(wait, Math.ceil(wait.ms / 1000))}`);
    }
  }

  #assignments(proposal: AssignmentProposal): void {
    const { plan, file } = proposal;
    this.#note("");
    this.#note(this.#style.bold(assignmentsTitle(proposal)));
    this.#note("");
    for (const line of assignmentLines(proposal)) this.#note(this.#planLine(line));
    const [first, ...rest] = missingLines(plan.missing, file);
    if (first !== undefined) {
      this.#note("");
      this.#note(`${this.#style.yellow("!")} ${first}`);
      for (const text of rest) this.#note(text);
    }
    this.#note("");
  }

  /** The line ticks by itself: it is told of every batch, several times a second where many are under way. */
  #assigning({ total, progress }: Extract<RunEvent, { kind: "assigning" }>): void {
    const isFirst = this.#assigned === undefined;
    this.#assigned = () => assigningText(total, progress);
    if (isFirst && !this.#options.quiet) this.#show(this.#assigned(), () => this.#assigned?.());
  }

  /** Who would fail is said even when asked to be quiet. */
  #usersChecked(event: Extract<RunEvent, { kind: "usersChecked" }>): void {
    const fails = event.check.failing > 0;
    if (this.#options.quiet && !fails) return;
    const [first = "", ...rest] = checkedUsersLines(event);
    this.#note(`${fails ? this.#style.yellow("!") : this.#style.cyan("i")} ${first}`);
    for (const text of rest) this.#note(text);
  }

  /** Always shown: without it nobody knows what the question is about. */
  #lines(texts: readonly string[]): void {
    this.#note("");
    for (const text of texts) this.#note(text);
  }

  #plan(proposal: Proposal): void {
    const { displayName, id } = proposal.tenant;
    if (!this.#isPlanShown) {
      this.#note("");
      this.#note(this.#style.bold(say`This will change in ${displayName} (${id}):`));
      this.#note("");
    }
    this.#isPlanShown = true;
    for (const line of planLines(proposal)) this.#note(this.#planLine(line));
    if (proposal.obstacles.length > 0) this.#note("");
    for (const text of obstaclesText(proposal.obstacles)) {
      this.#note(`${this.#style.yellow("!")} ${text}`);
    }
    this.#note("");
  }

  #removal({ removal, tenant: { displayName, id } }: Extract<RunEvent, { kind: "removal" }>): void {
    this.#note("");
    this.#note(this.#style.bold(say`This will be removed from ${displayName} (${id}):`));
    this.#note("");
    for (const line of removalLines(removal)) this.#note(this.#planLine(line));
    this.#note("");
  }

  #planLine({ mark, depth, text }: PlanLine): string {
    const { green, yellow, red, dim } = this.#style;
    const colours = { "+": green, "~": yellow, "-": red, " ": dim };
    return `${depth === 0 ? "  " : "      "}${colours[mark](`${mark} ${text}`)}`;
  }
}

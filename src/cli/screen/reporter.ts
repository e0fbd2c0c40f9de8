import { Chalk, type ChalkInstance } from "chalk";
import type { Proposal, RunEvent, Task } from "../../flow/events.ts";
import type { Ports, Progress } from "../../ports/index.ts";
import type { DeviceCode } from "../../signin/device-code.ts";
import { clean, say } from "./clean.ts";
import { lackingRightsText, type PlanLine, planLines } from "./words/plan.ts";
import { codeCountdown, describeEvent, deviceCode, TASKS, waiting } from "./words/run.ts";

export interface ReporterOptions {
  readonly quiet: boolean;
  readonly verbose: boolean;
}

/** Shows what a run says. Talk goes to standard error; nothing here decides anything. */
export class Reporter {
  readonly #ports: Pick<Ports, "terminal" | "clock">;
  readonly #options: ReporterOptions;
  readonly #style: ChalkInstance;
  readonly #tasks: Task[] = [];
  #progress: Progress | undefined;
  #countdown: ReturnType<typeof setInterval> | undefined;

  constructor(ports: Pick<Ports, "terminal" | "clock">, options: ReporterOptions) {
    this.#ports = ports;
    this.#options = options;
    this.#style = new Chalk({ level: ports.terminal.colour ? 1 : 0 });
  }

  readonly report = (event: RunEvent): void => {
    const sentence = describeEvent(event);
    if (sentence !== undefined) this.#say(event, sentence);
    else if (event.kind === "task") this.#task(event.task, event.state);
    else if (event.kind === "deviceCode") this.#deviceCode(event.code);
    else if (event.kind === "wait") this.#wait(event);
    else if (event.kind === "plan") this.#plan(event.proposal);
    else if (event.kind === "exchange" && this.#options.verbose) {
      const { method, host, path, status, durationMs, requestId } = event.exchange;
      this.#note(
        this.#style.dim(clean(`${method} ${host}${path} ${status} ${durationMs} ms ${requestId ?? ""}`)),
      );
    }
  };

  /** Takes the moving line away; nothing is shown after this. */
  stop(): void {
    clearInterval(this.#countdown);
    this.#progress?.stop();
    this.#progress = undefined;
  }

  #note(text: string): void {
    this.#ports.terminal.note(text);
  }

  #say(event: RunEvent, sentence: string): void {
    if (this.#options.quiet && event.kind !== "proofFailed") return;
    if (event.kind === "signedIn") this.#note(`${this.#style.green("✔")} ${sentence}`);
    else if (
      ["tenantNotFound", "proofFailed", "notVisibleYet", "grantRefused", "markNotSet"].includes(event.kind)
    ) {
      this.#note(`${this.#style.yellow("!")} ${sentence}`);
    } else this.#note(`${this.#style.cyan("i")} ${sentence}`);
  }

  #task(task: Task, state: "started" | "done" | "failed"): void {
    if (this.#options.quiet) return;
    const { doing, done } = TASKS[task];
    if (state === "started") {
      this.#tasks.push(task);
      this.#show(doing);
      return;
    }
    clearInterval(this.#countdown);
    this.#tasks.splice(this.#tasks.lastIndexOf(task), 1);
    const quietOnes: readonly Task[] = ["read", "signIn", "oneTimePasswordService"];
    if (state === "failed") this.#note(`${this.#style.red("✖")} ${doing}`);
    else if (!quietOnes.includes(task)) this.#note(`${this.#style.green("✔")} ${done}`);
    const still = this.#tasks.at(-1);
    this.#show(still === undefined ? undefined : TASKS[still].doing);
  }

  #show(text: string | undefined): void {
    if (text === undefined) {
      this.#progress?.stop();
      this.#progress = undefined;
    } else if (this.#progress) this.#progress.update(text);
    else this.#progress = this.#ports.terminal.progress(text);
  }

  /** The code itself is shown even when asked to be quiet: without it nothing goes on. */
  #deviceCode({ userCode, verificationUri, expiresAt }: DeviceCode): void {
    const { clock, terminal } = this.#ports;
    terminal.note("");
    for (const text of deviceCode(userCode, verificationUri)) {
      this.#note(text.includes(userCode) ? this.#style.bold(text) : text);
    }
    const secondsLeft = () => (expiresAt.getTime() - clock.now().getTime()) / 1000;
    this.#show(codeCountdown(secondsLeft()));
    clearInterval(this.#countdown);
    this.#countdown = setInterval(() => this.#show(codeCountdown(secondsLeft())), 1000).unref();
  }

  /** On a terminal the seconds count down in place; elsewhere a wait is one line. */
  #wait({ wait }: Extract<RunEvent, { kind: "wait" }>): void {
    const { terminal, clock } = this.#ports;
    const end = clock.now().getTime() + wait.ms;
    const secondsLeft = () => Math.max(0, Math.ceil((end - clock.now().getTime()) / 1000));
    const visible = wait.ms >= 1000;
    if (!this.#progress || !terminal.interactive) {
      if (visible && !this.#options.quiet)
        this.#note(`${this.#style.cyan("i")} ${waiting(wait, secondsLeft())}`);
      return;
    }
    this.#show(waiting(wait, secondsLeft()));
    const timer = setInterval(() => {
      if (secondsLeft() > 0 && this.#progress) this.#show(waiting(wait, secondsLeft()));
      else {
        clearInterval(timer);
        const still = this.#tasks.at(-1);
        if (still !== undefined) this.#show(TASKS[still].doing);
      }
    }, 1000).unref();
  }

  #plan(proposal: Proposal): void {
    const { displayName, id } = proposal.tenant;
    this.#note("");
    this.#note(this.#style.bold(say`This will change in ${displayName} (${id}):`));
    this.#note("");
    for (const line of planLines(proposal)) this.#note(this.#planLine(line));
    if (proposal.lackingRights.length > 0) {
      this.#note("");
      for (const text of lackingRightsText(proposal.lackingRights)) {
        this.#note(`${this.#style.yellow("!")} ${text}`);
      }
    }
    this.#note("");
  }

  #planLine({ mark, depth, text }: PlanLine): string {
    const colours = {
      "+": this.#style.green,
      "~": this.#style.yellow,
      "-": this.#style.red,
      " ": this.#style.dim,
    };
    return colours[mark](`${depth === 0 ? "  " : "      "}${mark} ${text}`);
  }
}

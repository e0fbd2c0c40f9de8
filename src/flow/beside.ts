import type { ApplicationTarget } from "../graph/apply.ts";

/** An application that other servers may not know yet. */
export interface MadeApplication {
  readonly target: ApplicationTarget;
  readonly servicePrincipalId: string;
  /** Resolves once the application is as the plan wants it, its app roles included; rejects where that failed. */
  readonly settled: Promise<void>;
}

/** Work on an application that begins as soon as both its halves exist, while the rest of its plan goes on. */
export class Beside {
  readonly #work: ((made: MadeApplication) => Promise<void>) | undefined;
  readonly #settled: Promise<void>;
  #settle: (outcome: Promise<void>) => void = () => undefined;
  #running: Promise<void> | undefined;

  constructor(work: ((made: MadeApplication) => Promise<void>) | undefined) {
    this.#work = work;
    this.#settled = new Promise((resolve) => {
      this.#settle = resolve;
    });
    // Whoever waits for it hears of the failure; nobody has to.
    this.#settled.catch(() => undefined);
  }

  /** Begins once there is enough to begin with; does nothing where it has begun. */
  begin(found: {
    readonly target: ApplicationTarget | undefined;
    readonly servicePrincipalId: string | undefined;
  }): void {
    const { target, servicePrincipalId } = found;
    if (this.#running || !this.#work || !target || servicePrincipalId === undefined) return;
    this.#running = this.#work({ target, servicePrincipalId, settled: this.#settled });
    this.#running.catch(() => undefined);
  }

  /** Waits for the end of the work, which hears by `settled` what became of the application. */
  async ended(settled: Promise<unknown>): Promise<void> {
    const outcome = settled.then(() => undefined);
    this.#settle(outcome);
    await outcome.catch(() => undefined);
    await this.#running;
  }
}

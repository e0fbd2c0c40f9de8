import type { World } from "../world.ts";
import type { Endpoint } from "./connection.ts";
import type { Scope } from "./scope.ts";
import type { JobState } from "./state.ts";
import type { Change, Prepared } from "./target-values.ts";

/** Everything one run of a job works with. */
export interface Run {
  readonly world: World;
  readonly job: JobState;
  readonly endpoint: Endpoint;
  /** Whether everybody is looked for at the endpoint, whatever is remembered. */
  readonly looksAgain: boolean;
  /** Whether requests are written as the RFC has them. */
  readonly isConform: boolean;
  readonly scope: Scope;
  /** What is mapped and switched on. */
  readonly mappings: { readonly User: Prepared | undefined; readonly Group: Prepared | undefined };
  /** Whether the job is about everybody. */
  readonly syncsAll: boolean;
  /** Whether whoever left the scope is left alone. */
  readonly keepsOutOfScope: boolean;
}

export interface Subject {
  readonly kind: "User" | "Group";
  readonly id: string;
}

export interface Step {
  readonly name: string;
  readonly provisioningStepType: "import" | "scoping" | "matching" | "processing" | "export";
  readonly status: "success" | "failure" | "skipped";
  readonly description: string;
  readonly details: Readonly<Record<string, string>>;
}

export interface Outcome {
  readonly subject: Subject;
  readonly displayName: string;
  readonly action: "create" | "update" | "disable" | "delete" | "other";
  readonly status: "success" | "failure" | "skipped";
  readonly error: { readonly code: string; readonly reason: string } | undefined;
  readonly steps: readonly Step[];
  readonly changes: readonly Change[];
  readonly targetId: string | undefined;
}

/** The endpoint does not believe the token any more, or is not there: nothing further is tried. */
export class EndpointLost extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** What the endpoint made of one object. */
export class ExportFailed extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

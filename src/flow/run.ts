import type { GraphContext } from "../graph/batch.ts";
import type { KnownValues } from "../settings/known-values.ts";
import type { TokenSource } from "../signin/token-source.ts";
import type { AddOn, Template } from "../template/schema.ts";
import type { RunContext } from "./context.ts";
import type { SecretEnd } from "./reminder.ts";
import type { Services } from "./service.ts";

/** What `register` is told. */
export interface RegisterInput {
  /** The applications of the product, one template each; never empty. */
  readonly templates: readonly Template[];
  /** The product's add-ons. */
  readonly addOns: readonly AddOn[];
  readonly known: KnownValues;
  readonly yes: boolean;
  readonly dryRun: boolean;
  readonly newSecret: boolean;
  /** What becomes of a deleted registration of that name; undefined: it is asked. */
  readonly deleted: "restore" | "purge" | undefined;
  readonly proof: boolean;
  /** The calendar file that reminds before the secret ends, absolute; undefined for none. */
  readonly calendar: string | undefined;
  /** Whether a page for people is wanted; where groups were chosen there is one all the same. */
  readonly handoverPage: boolean;
  /** Absolute. */
  readonly outputFolder: string;
}

/** What the parts of a run share once somebody is signed in. */
export interface Run {
  readonly context: RunContext;
  readonly input: RegisterInput;
  readonly tokens: TokenSource;
  /** Undefined where no application of the product has a client secret. */
  readonly services: Services | undefined;
  readonly graph: GraphContext;
  /** The secrets of this run's applications that the vendor has. */
  readonly secretEnds: SecretEnd[];
}

import { isAppError } from "../errors.ts";
import type { GraphContext } from "../graph/batch.ts";
import type { Fetch } from "../ports/index.ts";
import type { KnownValues } from "../settings/known-values.ts";
import type { TokenSource } from "../signin/token-source.ts";
import { openGraph, type RunContext } from "./context.ts";
import type { Need } from "./group-scopes.ts";
import { CHANGING_SCOPES, inTenant, signIn } from "./sign-in.ts";

export interface GroupSessionOptions {
  readonly known: KnownValues;
  readonly tokens: TokenSource;
  readonly graph: GraphContext;
  readonly tenantId: string;
  readonly dryRun: boolean;
}

/** The sign-in that a choice of groups works with; it is made good for more as more is needed. */
export class GroupSession {
  readonly #context: RunContext;
  readonly #options: GroupSessionOptions;
  #tokens: TokenSource;
  #graph: GraphContext;

  constructor(context: RunContext, options: GroupSessionOptions) {
    this.#context = context;
    this.#options = options;
    this.#tokens = options.tokens;
    this.#graph = options.graph;
  }

  get graph(): GraphContext {
    return this.#graph;
  }

  /** Graph by another way of sending. */
  graphOver(fetch: Fetch): GraphContext {
    return openGraph({ ...this.#context, fetch }, this.#tokens);
  }

  /** Makes the session good for a change, which a dry run does not need. */
  async reachOrSignIn(need: Need): Promise<void> {
    if (this.#options.dryRun) return;
    await this.reach(need).catch((error: unknown) => {
      if (!isAppError(error, "SIGN_IN_FAILED")) throw error;
      return this.signInFor(need);
    });
  }

  /** Makes the session good for what is needed, as far as that goes without a word to the person. */
  async reach({ scope, enough }: Need): Promise<void> {
    const { scopes } = this.#tokens.account;
    const isGood = scopes === undefined || scopes.some((one) => enough.includes(one));
    if (isGood || !this.#tokens.withScopes) return;
    this.#use(await this.#tokens.withScopes([scope]));
  }

  /** One more sign-in, for what nobody had consented to. */
  async signInFor({ scope }: Need): Promise<void> {
    const { known, tenantId } = this.#options;
    const again = { ...inTenant(known, tenantId), auth: "device-code" } as const;
    this.#use(await signIn(this.#context, again, [...CHANGING_SCOPES, scope]));
  }

  #use(tokens: TokenSource): void {
    this.#tokens = tokens;
    this.#graph = openGraph(this.#context, tokens);
  }
}

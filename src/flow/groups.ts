import { AppError, isAppError } from "../errors.ts";
import type { GraphContext } from "../graph/batch.ts";
import { type FoundGroups, findGroups, searchGroups } from "../graph/groups.ts";
import { fetchWithin } from "../http/attempt.ts";
import type { Group, GroupFilling, Member, NewGroup } from "../registration/groups.ts";
import type { KnownValues } from "../settings/known-values.ts";
import { detectCloudShell } from "../signin/detect-cloud-shell.ts";
import { during, type RunContext } from "./context.ts";
import { missingMembers } from "./group-members.ts";
import { CHOOSING, FILLING, MAKING } from "./group-scopes.ts";
import { GroupSession, type GroupSessionOptions } from "./group-session.ts";
import { NewGroups } from "./new-groups.ts";

/** The groups whose users are synchronised: those that are there, and those that are still to be made. */
export interface ChosenGroups {
  found: readonly Group[];
  toMake: readonly NewGroup[];
  /** Those that are there and lack members they shall have. */
  toFill: readonly GroupFilling[];
  /** Those of the whole run. */
  readonly newGroups: NewGroups;
  /** The sign-in that may make and fill them. */
  readonly graph: GraphContext;
}

/** What one typed into a search, and what came of it. */
export type GroupSearch =
  | ({ readonly kind: "found" } & FoundGroups)
  /** A failure of a search ends no run: who typed may type something else, or go on without. */
  | { readonly kind: "failed"; readonly failure: AppError };

export interface ChooseOptions extends GroupSessionOptions {
  /** The template's question; undefined where it has none, or nobody wants to be asked. */
  readonly question: string | undefined;
  /** Those that the run makes for other applications; undefined where there is no other. */
  readonly newGroups?: NewGroups | undefined;
  /** Names of groups that are made where there is none of that name. */
  readonly make?: readonly string[] | undefined;
  /** Who becomes a member of those of `make`, or of those that are named where there are none. */
  readonly members?: readonly Member[] | undefined;
  /** The name of a group that is offered to be made, before anything is typed. */
  readonly proposed?: string | undefined;
}

/**
 * The groups that flags or config name; where they name none and the template wants some, those that the
 * person chooses. Costs nothing where nobody wants groups.
 *
 * @throws AppError GROUPS_UNCLEAR where nobody can be asked which group is meant; MEMBERS_FIXED
 */
export async function chooseGroups(context: RunContext, options: ChooseOptions): Promise<ChosenGroups> {
  const { known, question } = options;
  const choosing = new Choosing(context, options);
  for (const name of options.make ?? []) await choosing.made(name);
  if (known.groups) await choosing.named(known.groups.value);
  else if (question !== undefined && isAsked(context, known)) await choosing.asked(question);
  await choosing.fill();
  return choosing.chosen();
}

/**
 * Without group synchronisation there is no group to tell the vendor. And a session of Cloud Shell is short:
 * there, only what the run cannot do without is asked.
 */
function isAsked({ questions, ports }: RunContext, { groupSync }: KnownValues): boolean {
  return questions !== undefined && groupSync && !detectCloudShell(ports.system.environment);
}

/** A search is not waited for longer than this; whoever typed types on. */
const SEARCH_LIMIT_MS = 20_000;

/** One run's choice of groups. */
class Choosing {
  readonly #context: RunContext;
  readonly #options: ChooseOptions;
  readonly #found: Group[] = [];
  readonly #toMake: NewGroup[] = [];
  readonly #toFill: GroupFilling[] = [];
  /** Those that go by a name of `make` and are there. */
  readonly #there: Group[] = [];
  readonly #newGroups: NewGroups;
  readonly #session: GroupSession;

  constructor(context: RunContext, options: ChooseOptions) {
    this.#context = context;
    this.#options = options;
    this.#newGroups = options.newGroups ?? new NewGroups();
    this.#session = new GroupSession(context, options);
  }

  chosen(): ChosenGroups {
    return {
      found: this.#found,
      toMake: this.#toMake,
      toFill: this.#toFill,
      newGroups: this.#newGroups,
      graph: this.#session.graph,
    };
  }

  /** Takes the group of that name, or plans one. @throws AppError GROUPS_UNCLEAR where several have it. */
  async made(displayName: string): Promise<void> {
    const before = this.#found.length;
    await this.#takeOrPlan(displayName);
    this.#there.push(...this.#found.slice(before));
  }

  /** Plans to put members into groups that are there and lack them. @throws AppError MEMBERS_FIXED */
  async fill(): Promise<void> {
    const { make = [], members = [] } = this.#options;
    if (members.length === 0) return;
    for (const group of make.length > 0 ? this.#there : this.#found) {
      const missing = await missingMembers(this.#context, this.#session.graph, group, members);
      const own = this.#newGroups.fill(group, missing);
      if (own.length === 0) continue;
      await this.#session.reachOrSignIn(FILLING);
      this.#toFill.push({ group, members: own });
    }
  }

  async #takeOrPlan(displayName: string): Promise<void> {
    const [candidates = []] = await this.#find([displayName]);
    const [only, more] = candidates;
    if (only && !more) this.#take(only);
    else if (more && !this.#context.questions) {
      throw new AppError("GROUPS_UNCLEAR", { unclear: [{ wanted: displayName, candidates }] });
    } else if (more) await this.#askWhich(displayName, candidates);
    else await this.#plan(displayName);
  }

  /** Takes the groups that were named beforehand; only what is not clear is asked about. */
  async named(wanted: readonly string[]): Promise<void> {
    if (wanted.length === 0) return;
    const found = await this.#find(wanted);
    const unclear = wanted
      .map((one, index) => ({ wanted: one, candidates: found[index] ?? [] }))
      .filter(({ candidates }) => candidates.length !== 1);
    for (const [only, more] of found) if (only && !more) this.#take(only);
    if (unclear.length === 0) return;
    if (!this.#context.questions) throw new AppError("GROUPS_UNCLEAR", { unclear });
    for (const { wanted: one, candidates } of unclear) await this.#askWhich(one, candidates);
  }

  /** Asks for one group after the other until the person wants no more. */
  async asked(question: string | undefined, isOne = false): Promise<void> {
    const { questions } = this.#context;
    let { proposed } = this.#options;
    for (let text = question; ; text = undefined) {
      const search = (typed: string, signal: AbortSignal) => this.#search(typed, signal);
      const offered = this.#names().length === 0 ? proposed : undefined;
      const choice = await questions?.group(text, this.#names(), search, offered);
      if (choice === undefined || choice.kind === "done") return;
      if (choice.kind === "signIn") await this.#session.signInFor(CHOOSING);
      else if (choice.kind === "group") this.#take(choice.group);
      else await this.#toBeMade(choice.displayName);
      // Whoever then declined it is not offered it for ever: Enter means no group from there on.
      if (choice.kind === "create") proposed = undefined;
      if (isOne && choice.kind !== "signIn") return;
    }
  }

  /** Which group a name or an ID means that no group or several have. */
  async #askWhich(wanted: string, candidates: readonly Group[]): Promise<void> {
    const choice = await this.#context.questions?.whichGroup(wanted, candidates);
    if (choice?.kind === "group") this.#take(choice.group);
    else if (choice?.kind === "search") await this.asked(undefined, true);
    else if (choice?.kind === "create") await this.#toBeMade(wanted);
  }

  /** Plans a new group. Looked for once more by its name: what a search shows lags behind. */
  async #toBeMade(displayName: string): Promise<void> {
    const { questions } = this.#context;
    const isPlanned = this.#toMake.some((group) => group.displayName === displayName);
    if (isPlanned) return;
    const [candidates = []] = await this.#find([displayName]);
    if (candidates.length > 0) {
      await this.#askWhich(displayName, candidates);
      return;
    }
    if (await questions?.createGroup(displayName)) await this.#plan(displayName);
  }

  async #plan(displayName: string): Promise<void> {
    const members = this.#options.members?.map(({ id }) => id);
    await this.#session.reachOrSignIn(MAKING);
    this.#toMake.push(this.#newGroups.plan(displayName, this.#context.runId, members));
  }

  #take(group: Group): void {
    if (!this.#found.some(({ id }) => id === group.id)) this.#found.push(group);
  }

  #names(): readonly string[] {
    return [...this.#found, ...this.#toMake].map(({ displayName }) => displayName);
  }

  async #find(wanted: readonly string[]): Promise<readonly (readonly Group[])[]> {
    await this.#session.reach(CHOOSING);
    return during(this.#context, "findGroups", () => findGroups(this.#session.graph, wanted));
  }

  async #search(typed: string, signal: AbortSignal): Promise<GroupSearch> {
    const { ports } = this.#context;
    // Without repeats: their waits would be told in the middle of the question.
    const fetch = (request: Request) => fetchWithin(ports.fetch, request, SEARCH_LIMIT_MS);
    try {
      await this.#session.reach(CHOOSING);
      const once = this.#session.graphOver(fetch);
      return { kind: "found", ...(await searchGroups(once, typed, signal)) };
    } catch (error) {
      if (signal.aborted || !isAppError(error)) throw error;
      return { kind: "failed", failure: error };
    }
  }
}

import type { Namesake, OneTimePasswordProblem } from "../errors.ts";
import type { RemovedFromToken } from "../provisioning/secret-token.ts";
import type { Group } from "../registration/groups.ts";
import type { ResolvedPermission } from "../registration/types.ts";
import type { Secret } from "../secret.ts";
import type { SignInWay } from "../settings/sign-in.ts";
import type { TemplateInput } from "../template/schema.ts";
import type { GroupSearch } from "./groups.ts";

/** What can be done about a secret that could not be handed over. */
export type DeliveryChoice = "retry" | "otherService" | "showOnce" | "remove";

/** The questions of a run. Each returns an answer that was checked, or rejects with INTERRUPTED. */
export interface Questions {
  tenant(proposed: string | undefined): Promise<string>;
  /** Another way of signing in, after one that did not work. */
  signInWay(ways: readonly SignInWay[]): Promise<SignInWay | "stop">;
  accessToken(): Promise<Secret>;
  /** The vendor's secret token for provisioning; undefined where there is none yet. */
  secretToken(displayName: string): Promise<TypedToken | undefined>;
  /**
   * What to do about a sign-in that is not good for all of a plan; about `permissions` where it is only
   * their consent that it cannot give.
   */
  stepUp(permissions: readonly ResolvedPermission[] | undefined): Promise<StepUpChoice>;
  /** One of these keys, pressed while something else is under way. */
  key(keys: readonly string[], signal: AbortSignal): Promise<string>;
  appName(proposed: string | undefined): Promise<string>;
  /** An origin; `reduced` where a path was cut off what the person pasted. */
  hostname(proposed: string | undefined): Promise<{ origin: string; reduced: boolean }>;
  addOn(question: string, proposed: boolean): Promise<boolean>;
  /** A value that only this template asks for. */
  input(input: TemplateInput, proposed: string | undefined): Promise<string>;
  /**
   * A group whose users are synchronised, searched for while its name is typed.
   *
   * @param question undefined for one more.
   * @param chosen the names of those chosen before.
   * @param proposed the name of a group that may be made without typing it.
   */
  group(
    question: string | undefined,
    chosen: readonly string[],
    search: (typed: string, signal: AbortSignal) => Promise<GroupSearch>,
    proposed?: string,
  ): Promise<GroupChoice>;
  /** Which group is meant by a name or an ID that several have, or none. */
  whichGroup(wanted: string, candidates: readonly Group[]): Promise<UnclearGroupChoice>;
  createGroup(displayName: string): Promise<boolean>;
  /**
   * Who becomes a member of a group that is made, by user principal name or object ID.
   *
   * @param missing those of the last answer who are not there.
   */
  members(displayName: string, missing: readonly string[]): Promise<readonly string[]>;
  /** What to do about applications of the name; one that another template made is not offered. */
  namesake(displayName: string, candidates: readonly Namesake[]): Promise<NamesakeChoice>;
  /** The client id of the one that is meant. */
  whichApplication(displayName: string, candidates: readonly Namesake[]): Promise<string>;
  softDeleted(displayName: string, deletedDateTime: string): Promise<"restore" | "purge" | "stop">;
  removeRedirectUri(uri: string): Promise<boolean>;
  /** A secret of ours that works again since the application was restored. */
  removeRestoredSecret(name: string, endDateTime: string): Promise<boolean>;
  /** True: the name of an application that is not ours was typed, so it may go. */
  typeName(displayName: string): Promise<boolean>;
  /** True: the secret did arrive and stays. */
  keepDoubtfulSecret(names: readonly string[]): Promise<boolean>;
  /** A service that the template does not know. */
  trustService(host: string): Promise<boolean>;
  /** @param about what the question names itself, where it is about several. */
  goAhead(about?: GoAheadWith): Promise<boolean>;
  undelivered(
    reason: OneTimePasswordProblem | "handoverFile",
    other: string | undefined,
  ): Promise<DeliveryChoice>;
  /** Shows a secret on this terminal; whether the person has taken it down. */
  showSecret(secret: Secret): Promise<boolean>;
  /** Whether the last secret that the vendor has may go. */
  retireLast(name: string): Promise<boolean>;
}

/** Several applications whose provisioning is started, paused or restarted. */
export interface GoAheadWith {
  readonly verb: "start" | "pause" | "restart";
  readonly displayNames: readonly string[];
}

/** A secret token as it was typed, and what was cut off it. */
export interface TypedToken {
  readonly token: Secret;
  readonly removed: readonly RemovedFromToken[];
}

/** Sign in once more; consent on Microsoft's page, now or later; or change nothing. */
export type StepUpChoice = "signIn" | "page" | "later" | "stop";

/** A group that is there, a new one, one more sign-in because the search is not allowed, or no more. */
export type GroupChoice =
  | { readonly kind: "group"; readonly group: Group }
  | { readonly kind: "create"; readonly displayName: string }
  | { readonly kind: "signIn" }
  | { readonly kind: "done" };

export type UnclearGroupChoice =
  | { readonly kind: "group"; readonly group: Group }
  | { readonly kind: "search" }
  | { readonly kind: "create" }
  | { readonly kind: "none" };

export type NamesakeChoice =
  | { readonly kind: "adopt"; readonly appId: string }
  | { readonly kind: "rename" }
  | { readonly kind: "stop" };

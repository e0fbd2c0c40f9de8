import type { Secret } from "../../../secret.ts";
import type { NewGroups } from "../../new-groups.ts";
import type { RegisterInput } from "../../run.ts";
import type { Assignees } from "../people/assignees.ts";
import type { UserTable } from "../people/user-list.ts";
import type { SecretTokens, TokenInput } from "../secret-tokens.ts";

/** What `scim setup` is told. */
export interface SetupInput extends RegisterInput {
  readonly tokenFiles: TokenInput["files"];
  /** Who is assigned: each `[<app>=]<user principal name or object ID>`. */
  readonly users: readonly string[];
  /** Groups that are made and assigned, each `[<app>=]<name>`. */
  readonly newGroups: readonly string[];
  /** Who becomes a member of them, or of the group that is named or proposed. */
  readonly members: readonly string[];
  /** The value of the app role that is assigned. */
  readonly role: string | undefined;
  /** Whom the run provisions first. */
  readonly proofUser: string | undefined;
  /** Whether a token takes the place of a saved one that works. */
  readonly newSecretToken: boolean;
  /** What a person is asked where nobody is named, for an application. */
  readonly groupQuestion: (displayName: string) => string;
  /** Whom the vendor would refuse, as a table. */
  readonly userTable: UserTable;
}

/** What all applications of one run share while they are prepared. */
export interface PrepareOptions extends SetupInput {
  readonly tokens: SecretTokens;
  /** What was asked and answered already, by application: a run that plans again does not ask again. */
  readonly asked: Map<string, { token?: Secret | undefined; assignees?: Assignees }>;
  /** Those of all the product's applications. */
  readonly groupsToMake: NewGroups;
}

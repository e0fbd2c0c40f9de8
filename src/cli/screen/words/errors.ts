import type {
  AppError,
  ErrorCode,
  ErrorFacts,
  FixedMembership,
  OneTimePasswordProblem,
} from "../../../errors.ts";
import { toScreenDate } from "../../../handover/dates.ts";
import type { SchemaProblem } from "../../../provisioning/schema-changes.ts";
import { restorableUntil } from "../../../registration/removal.ts";
import type { PrivilegeReason } from "../../../template/privileges.ts";
import { say } from "../clean.ts";
import { type Advice, quoted } from "./advice.ts";
import { packedFile } from "./consent.ts";
import { describeFault, unreadable } from "./faults.ts";
import { ACTIONS, FORBIDDEN_HINTS, LICENCE_HINTS, LICENSED } from "./graph-errors.ts";
import { namesakeFacts } from "./namesakes.ts";
import { networkAdvice, networkProblem } from "./network.ts";
import { namesUnusable, peopleList } from "./people-list.ts";
import { stepText } from "./scim-on-demand.ts";
import { CONNECTION_HINTS, CONNECTION_PROBLEMS } from "./scim-setup.ts";
import { SIGN_IN } from "./sign-in.ts";

/** What happened, and what to do now. */
export interface Wording {
  readonly message: string;
  readonly hint: Advice;
  /** Lines between the two: one per fault, candidate, … */
  readonly details?: readonly string[];
  /** Microsoft's own words, for whoever looks them up; last, beside the request ID. */
  readonly said?: string;
}

const SAFE_TO_REPEAT = "Running the same command again is safe: it goes on from what exists.";

const WORDS: { readonly [Code in ErrorCode]: (facts: ErrorFacts[Code]) => Wording } = {
  USAGE: ({ detail, command = "" }) => ({
    message: say`${detail}`,
    hint: command
      ? [{ say: "See what it takes with:", run: say`${command} --help` }]
      : [{ say: "See all commands and flags with:", run: "--help" }],
  }),
  INPUT_MISSING: ({ missing, lacksYes = false }) => ({
    message: "Some values are missing, and nobody can be asked for them here.",
    details: [
      ...missing.map(({ flag, configKey }) => say`${flag} (or "${configKey}" in config.json)`),
      ...(lacksYes ? ["--yes to accept the plan unasked (or --dry-run to see it and change nothing)"] : []),
    ],
    hint: "Give these values, or run the command in a terminal to be asked.",
  }),
  YES_MISSING: () => ({
    message: "This run cannot ask for your yes.",
    hint: "Add --yes to accept the plan unasked, or --dry-run to see it and change nothing.",
  }),
  VALUES_INVALID: ({ faults }) => ({
    message: "These values cannot be used:",
    details: faults.map(describeFault),
    hint: "Correct them and run the command again.",
  }),
  CONFIG_UNREADABLE: ({ file, ...why }) => ({
    message: say`${file} ${unreadable(why)}.`,
    hint: "Correct the file, or ask the vendor's support for a new one.",
  }),
  CONFIG_INVALID: ({ file, faults }) => ({
    message: say`${file} has faults:`,
    details: faults.map(describeFault),
    hint: "Correct the file and run the command again.",
  }),
  CONFIG_EXISTS: ({ file }) => ({
    message: say`${file} is there already.`,
    hint: "Add --force to replace it, or name another file with --output.",
  }),
  TEMPLATE_UNREADABLE: ({ file, ...why }) => ({
    message: say`The template ${file} ${unreadable(why)}.`,
    hint: "Ask whoever gave you the template.",
  }),
  TEMPLATE_INVALID: ({ file, faults }) => ({
    message: say`The template ${file} has faults:`,
    details: faults.map(describeFault),
    hint: "Ask whoever gave you the template.",
  }),
  TEMPLATE_UNKNOWN: ({ name, known }) => ({
    message: say`There is no template "${name}".`,
    hint: say`Known templates: ${known.join(", ")}. A template file is named with its path.`,
  }),
  SETTING_UNSUPPORTED: ({ setting }) => ({
    message:
      setting === "scim"
        ? "The template of this product does not say how its users are provisioned."
        : say`${setting} asks for SCIM provisioning, and the template of this product does not say how.`,
    hint:
      setting === "scim"
        ? [{ say: "Check --template. Known products:", run: "templates list" }]
        : say`Set ${setting} to false to register the app without SCIM, or ask the vendor.`,
  }),
  OUTPUT_FOLDER: ({ folder, errno, flag }) => ({
    message: say`The ${flag === "--ics" ? "calendar reminder" : "result"} cannot be written to ${folder} (${errno}).`,
    hint:
      flag === "--ics"
        ? "Name a file with --ics in a folder that is there and that you may write to."
        : "Run the command in a folder that you may write to, or name one with --output.",
  }),
  APPLICATION_UNNAMED: ({ title, keys, argv, version }) => ({
    message: say`${title} has several applications, and this command is about one of them.`,
    details: keys.map((key) => say`${commandWith(argv, version, key)}`),
    hint: "Run it for the one that is meant, as above.",
  }),
  NAMESAKES: ({ displayName, candidates }) => {
    const isOurs = candidates.some(({ template }) => template !== undefined);
    const maker = isOurs ? "made with another template" : "that this tool did not make";
    return {
      message: say`There is already an app registration named "${displayName}" ${maker}.`,
      details: candidates.map((one) => say`--app-id ${one.appId}   (${namesakeFacts(one)})`),
      hint: isOurs
        ? "To work on one that this tool made, add its --template. To make a new one, choose another --app-name."
        : "To work on one of them, add its --app-id (register then takes it over). To make a new one, choose another --app-name.",
    };
  },
  NOT_OURS: ({ displayName, appId }) => ({
    message: say`The app registration "${displayName}" (${appId}) has no mark of this tool, so it is not removed.`,
    hint: "If it has to go all the same, delete it in the Entra admin center under App registrations.",
  }),
  NAME_NOT_TYPED: ({ displayName, appId }) => ({
    message: say`The app registration "${displayName}" (${appId}) was not made by this tool but taken over, so a yes is not enough to remove it.`,
    hint: "Run the command in a terminal and type its name when asked, or delete it in the Entra admin center under App registrations.",
  }),
  SOFT_DELETED: ({ displayName, deletedDateTime }) => ({
    message: say`The app registration "${displayName}" was deleted on ${deletedDateTime.slice(0, 10)} and still holds its name.`,
    hint: "Add --deleted restore to restore it (its old secrets work again then) or --deleted purge to delete it for good, or choose another --app-name.",
  }),
  APP_NOT_FOUND: ({ appId, tenantId }) => ({
    message: say`There is no app registration with the client ID ${appId} in the tenant ${tenantId}.`,
    hint: "Check --app-id and --tenant-id.",
  }),
  APP_OF_OTHER_TENANT: ({ appId, displayName, ownerTenantId, tenantId }) => ({
    message: say`"${displayName}" (${appId}) belongs to another tenant, ${ownerTenantId}; the tenant ${tenantId} only uses it.`,
    hint: "Check --app-id and --tenant-id, or ask the vendor's support which app is meant.",
  }),
  CONSENT_REFUSED: ({ appId, displayName, problem }) =>
    problem.kind === "multiTenant"
      ? {
          message: say`"${displayName}" (${appId}) is open to accounts of other tenants (${problem.signInAudience}); the template's app is for this tenant only.`,
          hint: "No consent was given. Ask whoever registered the app to run this tool's register command again; it closes the app to others.",
        }
      : {
          message: say`"${displayName}" (${appId}) asks for permissions that the vendor's template does not have:`,
          details: problem.names.map((name) => say`${name}`),
          hint: "No consent was given. Ask whoever registered the app to take them off (API permissions), or consent to each in the Entra admin center if you know why it is there.",
        },
  REGISTRATION_NOT_FOUND: ({ displayName, tenantId, scimVariant }) => ({
    message: say`There is no app registration named "${displayName}" in the tenant ${tenantId}.`,
    hint: [
      {
        say: [
          "Check --app-name and --tenant-id, or name the app by its client ID with --app-id.",
          ...(scimVariant === undefined
            ? []
            : [say`One that scim setup made is found with: --template ${scimVariant}.`]),
          "Is there none yet? Make it with:",
        ].join(" "),
        run: "register",
      },
      { say: "Or, where users are to be provisioned:", run: "scim setup" },
    ],
  }),
  REGISTRATION_DELETED: ({ displayName, appId, deletedDateTime, appName }) => ({
    message: say`The app registration "${displayName}" (${appId}) was deleted on ${deletedDateTime.slice(0, 10)}.`,
    hint: restoring(toScreenDate(restorableUntil(deletedDateTime)), appName),
  }),
  REGISTRATION_INCOMPLETE: ({ displayName, appId }) => ({
    message: say`The registration of "${displayName}" (${appId}) is not complete: it has no enterprise application, so no secret would work.`,
    hint: [
      { say: "What is missing is added by:", run: "register" },
      { say: "Or, where users are provisioned, by:", run: "scim setup" },
    ],
  }),
  NO_CLIENT_SECRET: ({ title }) => ({
    message: say`The application of ${title} has no client secret.`,
    hint: "Check --template; nothing was changed.",
  }),
  NOT_PROVISIONABLE: ({ displayName, appId }) => ({
    message: say`The app registration "${displayName}" (${appId}) was made without provisioning, and Microsoft Entra cannot add it.`,
    hint: [
      {
        say: "Choose another --app-name for a new one with provisioning, or remove the old one first:",
        run: "remove",
      },
    ],
  }),
  HIGH_PRIVILEGE: ({ privileges }) => ({
    message: "The template asks for permissions that are too powerful to be granted unseen:",
    details: privileges.map(({ name, type, reason }) => say`${name} (${type}): ${PRIVILEGES[reason]}`),
    hint: "Ask the vendor why they are needed, and your security officer whether they may be; then add --allow-high-privilege.",
  }),
  IDENTIFIER_URI_REFUSED: ({ reason, detail }) => ({
    message:
      reason === "domain"
        ? "The tenant does not take the address of the add-in's single sign-on: its host name is not of a domain that this tenant has verified."
        : "A policy of this tenant does not take the address of the add-in's single sign-on.",
    ...(detail && { said: say`Microsoft says: ${detail}` }),
    hint:
      reason === "domain"
        ? "Check --hostname. If it is right, ask a Global Administrator to add its domain to the tenant (Custom domain names), then run the same command again."
        : "Ask a Security Administrator or Global Administrator to exempt this app from the policy on Application ID URIs (app management policy), then run the same command again.",
  }),
  SECRETS_FOREIGN: ({ appId, secrets }) => ({
    message: say`This tool did not make these client secrets of ${appId} and does not remove them:`,
    details: secrets.map(({ keyId, displayName }) => say`${keyId} "${displayName ?? ""}"`),
    hint: "Nothing was removed. Whoever made them can delete them in the Entra admin center under Certificates & secrets.",
  }),
  GROUPS_UNCLEAR: ({ unclear }) => ({
    message: "It is not clear which groups are meant:",
    details: unclear.flatMap(({ wanted, candidates }) => [
      candidates.length === 0
        ? say`"${wanted}": there is no such group`
        : say`"${wanted}": ${candidates.length} groups have that name`,
      ...candidates.map(({ id, displayName }) => say`  ${id} "${displayName}"`),
    ]),
    hint: "Name each by its object ID. In a terminal, register and scim setup let you choose or create one.",
  }),
  MEMBERS_FIXED: ({ group: { id, displayName }, reason, members }) => ({
    message: say`${members.join(", ")} cannot be put into the group "${displayName}" (${id}): ${FIXED_MEMBERS[reason].why}.`,
    hint: `${FIXED_MEMBERS[reason].instead} Or name another group with --new-group, or the users themselves with --user.`,
  }),
  PERMISSION_UNKNOWN: ({ permissions }) => ({
    message: say`This tenant does not know the permissions ${permissions.join(", ")}.`,
    hint: "Ask the vendor's support; the template may be too new or too old.",
  }),
  PROVISIONING_MISSING: ({ displayName, appId, lacks }) => ({
    message:
      lacks === "job"
        ? say`Provisioning of "${displayName}" (${appId}) is not set up.`
        : say`Provisioning of "${displayName}" (${appId}) lacks the vendor's tenant URL or secret token.`,
    hint: [{ say: "Set it up with:", run: "scim setup" }],
  }),
  NOT_MAPPED: ({ displayName, kind }) =>
    kind === "Group"
      ? {
          message: say`Groups are not provisioned to "${displayName}": its groups mapping is switched off.`,
          hint: "Assign the group, and its members are provisioned as users; or run the same command with one of them instead of --group.",
        }
      : {
          message: say`Users are not provisioned to "${displayName}": its users mapping is switched off or missing.`,
          hint: [{ say: "Bring the mappings in line with the template:", run: "scim setup" }],
        },
  USERS_NOT_FOUND: ({ wanted }) => ({
    message: `There is no such user in this tenant: ${wanted.map((one) => say`"${one}"`).join(", ")}.`,
    hint: "Give the user principal name, such as anna@contoso.com, or the object ID.",
  }),
  NAMES_UNUSABLE: ({ problem }) => namesUnusable(problem),
  PEOPLE_LIST: ({ file, problem }) => peopleList(file === "-" ? "What was piped in" : say`${file}`, problem),
  NOBODY_FOUND: ({ names, ambiguous, count }) => ({
    message:
      ambiguous.length > 0
        ? "Nobody can be assigned by what was named:"
        : "Nobody who is named is in this tenant:",
    details: [
      ...ambiguous.map((name) => say`${name}: several go by that name; give the object ID`),
      ...names.map((name) => (ambiguous.length > 0 ? say`${name}: not in this tenant` : say`${name}`)),
      ...(count > names.length + ambiguous.length
        ? [`and ${count - names.length - ambiguous.length} more`]
        : []),
    ],
    hint: "Give user principal names such as anna@contoso.com, object IDs, or names of groups of this tenant.",
  }),
  ROLE_UNKNOWN: ({ roles, known, displayName }) => ({
    message:
      roles.length > 0
        ? say`"${displayName}" has no such app role for users: ${roles.map((role) => `"${role}"`).join(", ")}.`
        : say`"${displayName}" has no app role for users.`,
    hint:
      known.length > 0
        ? say`Its roles are: ${known.join(", ")}.`
        : [{ say: "This makes the roles of the vendor's template:", run: "scim setup" }],
  }),
  GROUP_TOO_LARGE: ({ displayName, most }) => ({
    message: say`"${displayName}" has more than ${most} members, and on demand no more than ${most} go along with a group.`,
    hint: say`Name up to ${most} of them before --group, by user principal name or object ID. All the others arrive with the next cycle.`,
  }),
  CONNECTION_REFUSED: ({ tenantUrl, problem, detail, credentials }) => ({
    message: say`${tenantUrl} ${CONNECTION_PROBLEMS[problem]}.`,
    ...(detail && { said: say`Microsoft says: ${detail}` }),
    hint: `${credentials === "given" ? "Neither the address nor the token was saved. " : ""}${CONNECTION_HINTS[problem]}`,
  }),
  PROVISIONING_FAILED: ({ displayName, user, result }) => ({
    message: say`Provisioning of "${displayName}" was not started: the test with ${user} failed.`,
    details: [
      ...result.steps.map(stepText),
      ...(result.error ? [say`${result.error.reason} (${result.error.code})`] : []),
    ],
    hint: "Ask the vendor, or try another user with --proof-user; then run the same command again. To start all the same: --no-proof.",
  }),
  MAPPINGS_UNUSABLE: ({ problems }) => ({
    message: "These attribute mappings cannot be used in this tenant:",
    details: problems.map(schemaProblem),
    hint: "Nothing of the mappings was changed. Check the values you gave (--set), or ask whoever gave you the template.",
  }),
  LICENCE_MISSING: ({ needs, detail }) => ({
    message: `This tenant has no licence for ${LICENSED[needs]}: Microsoft wants Entra ID P1 or P2 for it.`,
    ...(detail && { said: say`Microsoft says: ${detail}` }),
    hint: LICENCE_HINTS[needs],
  }),
  SIGN_IN_FAILED: (facts) => {
    const [message, hint] = SIGN_IN[facts.problem](facts);
    return {
      message,
      hint,
      ...(facts.detail !== undefined && { said: say`Microsoft says: ${facts.detail}` }),
    };
  },
  GRAPH_FORBIDDEN: ({ action, detail }) => ({
    message: say`You are not allowed to ${ACTIONS[action]}.`,
    ...(detail && { said: say`Microsoft says: ${detail}` }),
    hint:
      FORBIDDEN_HINTS[action] ??
      "Ask somebody with the role Cloud Application Administrator, Application Administrator or Global Administrator to run the same command; if you have such a role, activate it first (Privileged Identity Management).",
  }),
  SCOPES_MISSING: ({ scopes, way, clientId }) => ({
    message: say`This sign-in (--auth ${way}, client ${clientId}) lacks the permissions ${scopes.join(", ")}.`,
    hint: "Sign in another way, such as --auth device-code, or ask an administrator to grant these permissions to the client.",
  }),
  SECRETS_FORBIDDEN: ({ appId, detail }) => ({
    message: say`A policy of this tenant forbids client secrets. The app registration ${appId} exists without one.`,
    said: say`Microsoft says: ${detail}`,
    hint: "Ask a Security Administrator or Global Administrator to exempt this app from the app management policy, then run the same command again.",
  }),
  ONE_TIME_PASSWORD_UNUSABLE: ({ service, reason, detail, network }) => {
    const { hint = "Try again later.", lines = [] } = network ? networkAdvice(network) : {};
    const details = [
      ...(network ? [say`${network.host} ` + networkProblem(network)] : detail ? [say`${detail}`] : []),
      ...lines,
    ];
    return {
      message: say`The one-time-password service ${service} ${ONE_TIME_PASSWORD[reason]}`,
      ...(details.length > 0 && { details }),
      hint: `${hint} Or choose another service with --one-time-password-service.`,
    };
  },
  SECRET_UNDELIVERED: ({ service, reason, appId, keyId, removed }) => ({
    message:
      reason === "handoverFile"
        ? "The file with the link could not be written, so the client secret could not be handed over."
        : say`The client secret could not be handed over: the one-time-password service ${service} ${ONE_TIME_PASSWORD[reason]}`,
    hint: removed
      ? `The secret has been removed again; the rest of the registration exists. ${SAFE_TO_REPEAT}`
      : [
          {
            say: say`The secret ${keyId} could not be removed either and works although nobody has it. ${SAFE_TO_REPEAT} It removes that secret first. Or remove it in the Entra admin center under Certificates & secrets of ${appId}, or with:`,
            run: say`secret retire ${keyId}`,
          },
        ],
  }),
  NETWORK: (failure) => {
    const { hint, lines } = networkAdvice(failure);
    return {
      message: say`${failure.host} ` + networkProblem(failure),
      ...(lines.length > 0 && { details: lines }),
      hint: [{ say: `${hint} ${SAFE_TO_REPEAT} To try every host that is needed:`, run: "doctor network" }],
    };
  },
  GRAPH_UNAVAILABLE: ({ status, detail }) => ({
    message: say`Microsoft Graph does not answer properly (HTTP ${status}).`,
    ...(detail && { said: say`Microsoft says: ${detail}` }),
    hint: `Try again in a few minutes. ${SAFE_TO_REPEAT}`,
  }),
  GRAPH_REFUSED: ({ action, status, graphCode, detail }) => ({
    message: say`Microsoft Graph refused to ${ACTIONS[action]} (${["HTTP", status, graphCode].filter((part) => part !== "").join(" ")}).`,
    ...(detail && { said: say`Microsoft says: ${detail}` }),
    hint: `Send the journal to the vendor's support. ${SAFE_TO_REPEAT}`,
  }),
  NOT_REPLICATED: ({ action, waitedSeconds }) => ({
    message: say`After ${waitedSeconds} seconds Microsoft Entra still does not know what was just created, so it could not ${ACTIONS[action]}.`,
    hint: `Wait a few minutes. ${SAFE_TO_REPEAT}`,
  }),
  WAITED_TOO_LONG: ({ minutes }) => ({
    message: `Microsoft's services kept this run waiting for more than ${minutes} minutes in all.`,
    hint: `Try again later. ${SAFE_TO_REPEAT}`,
  }),
  DISK: ({ path, errno }) => ({
    message: say`${path} cannot be read or written (${errno}).`,
    hint: `Check the disk and your rights. ${SAFE_TO_REPEAT}`,
  }),
  SANDBOX_BUSY: ({ processId, path }) => ({
    message: `Another run (process ${processId}) has been working on the simulated tenant of this folder for ten minutes.`,
    hint: say`Let it end, or rehearse in another folder with --output. If there is no such run any more, delete ${path}.`,
  }),
  CHANGED_MEANWHILE: () => ({
    message: "Somebody else is registering the same app right now.",
    hint: `Wait until they are done. ${SAFE_TO_REPEAT}`,
  }),
  INTERRUPTED: () => ({ message: "Stopped.", hint: SAFE_TO_REPEAT }),
  DECLINED: () => ({ message: "Stopped.", hint: "Run the same command again whenever you like." }),
};

/** The words for a foreseen failure. */
export function describeError(error: AppError): Wording {
  const describe = WORDS[error.code] as (facts: unknown) => Wording;
  return describe(error.facts);
}

/** Why nobody can be put into a group, and what can be done instead. */
const FIXED_MEMBERS: Readonly<Record<FixedMembership, { readonly why: string; readonly instead: string }>> = {
  onPremises: {
    why: "it comes from your on-premises directory, and its members are changed there alone",
    instead: "Add them there, and run this without --member.",
  },
  dynamic: {
    why: "a rule decides who belongs to it",
    instead: "Change its rule in the Entra admin center, and run this without --member.",
  },
  mailEnabled: {
    why: "it is a mail-enabled group, whose members are changed in Exchange alone",
    instead: "Add them in the Exchange admin center, and run this without --member.",
  },
  roleAssignable: {
    why: "it can hold roles of the directory, so that changing its members takes a right this tool does not ask for",
    instead: "Ask a Privileged Role Administrator to add them, and run this without --member.",
  },
};

/** How a deleted registration comes back. */
function restoring(until: string, appName: string | undefined): Advice {
  const portal = "Entra admin center, App registrations, Deleted applications";
  const sentence = say`It can be restored until ${until}: ${portal}`;
  if (appName === undefined) return `${sentence}.`;
  return [
    { say: `${sentence}. Or with:`, run: say`register --app-name ${quoted(appName)} --deleted restore` },
  ];
}

function schemaProblem(problem: SchemaProblem): string {
  switch (problem.kind) {
    case "noRule":
      return "the job has no rule that may be changed and maps users";
    case "noGroupMapping":
      return "the job has no mapping of groups";
    case "unknownSource":
      return say`${problem.target}: your tenant has no attribute "${problem.attribute}"` + near(problem.near);
    case "unknownTarget":
      return (
        say`${problem.target}: Microsoft Entra knows no such attribute of the vendor` + near(problem.near)
      );
    case "badExpression":
      return say`${problem.target}: ${problem.source} is no expression that Microsoft Entra takes${problem.detail && `: ${problem.detail}`}`;
    case "lastMatching":
      return "no attribute would be left by which users are recognised";
  }
}

function near(names: readonly string[]): string {
  return names.length === 0 ? "" : say` (is ${names.join(" or ")} meant?)`;
}

/** Why a permission is refused unless somebody accepts it by a flag. */
export const PRIVILEGES: Readonly<Record<PrivilegeReason, string>> = {
  takesOver: "with it the app could make itself administrator",
  writesDirectory: "with it the app could change users and groups of the whole tenant",
  reads: "with it the app could read or change what belongs to everybody, without anybody signed in",
};

const ONE_TIME_PASSWORD: Readonly<Record<OneTimePasswordProblem, string>> = {
  unreachable: "cannot be reached.",
  failing: "answers with an error.",
  redirects: "sends its visitors somewhere else.",
  unknownService: "does not answer like a service this tool knows (SnapPass).",
  untrustedLink: "gave back a link that cannot be trusted.",
  unencrypted: "keeps what it is given unencrypted.",
  wrongLifetime: "does not keep the link as long as it was asked to.",
  notStored: "gave back a link that it does not know.",
};

/** The command as it was typed, for one of several applications. */
function commandWith(argv: readonly string[], version: string, key: string): string {
  const end = argv.indexOf("--");
  const words = argv.toSpliced(end < 0 ? argv.length : end, 0, "--application", key);
  return [`npx ./${packedFile(version)}`, ...words.map(quoted)].join(" ");
}

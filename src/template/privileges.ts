import type { Template } from "./schema.ts";

/** Microsoft Graph itself; its application permissions are guarded more closely than any other API's. */
export const MICROSOFT_GRAPH = "00000003-0000-0000-c000-000000000000";

/** Why a permission is more than a product should ask for. */
export type PrivilegeReason = "takesOver" | "reads" | "writesDirectory";

/**
 * Permissions of Microsoft Graph with which an application could make itself administrator, write the
 * directory, or read everybody's mail and files without a person
 * (https://learn.microsoft.com/graph/permissions-reference).
 */
const HIGH: readonly {
  readonly reason: PrivilegeReason;
  readonly types: readonly string[];
  readonly pattern: RegExp;
}[] = [
  {
    reason: "takesOver",
    types: ["application", "delegated"],
    pattern:
      /^(RoleManagement\.ReadWrite\.|AppRoleAssignment\.ReadWrite\.All|DelegatedPermissionGrant\.ReadWrite\.All|Application\.ReadWrite\.All|PrivilegedAccess\.ReadWrite\.|Policy\.ReadWrite\.|UserAuthenticationMethod\.ReadWrite\.All|Domain\.ReadWrite\.All|Directory\.AccessAsUser\.All)/,
  },
  {
    reason: "writesDirectory",
    types: ["application", "delegated"],
    pattern: /^Directory\.(ReadWrite|Write)\./,
  },
  {
    reason: "writesDirectory",
    types: ["application"],
    pattern:
      /^(User|Group|GroupMember|Device|Organization)\.(ReadWrite|EnableDisableAccount|ManageIdentities)\./,
  },
  {
    reason: "reads",
    types: ["application"],
    pattern:
      /^(Mail|MailboxSettings|MailboxItem|Files|Sites|Calendars|Contacts|Chat|ChatMessage|ChannelMessage|Notes|OnlineMeetings|Tasks|full_access_as_app)\b/,
  },
];

export interface HighPrivilege {
  readonly name: string;
  readonly type: "application" | "delegated";
  readonly reason: PrivilegeReason;
}

/** Why a permission is more than a product should ask for, if it is. */
export function privilegeOf({
  api,
  type,
  name,
}: Template["application"]["permissions"][number]): PrivilegeReason | undefined {
  if (api !== MICROSOFT_GRAPH) return undefined;
  return HIGH.find(({ types, pattern }) => types.includes(type) && pattern.test(name))?.reason;
}

/** The permissions of templates that nobody should consent to without being told. */
export function highPrivileges(templates: readonly Template[]): HighPrivilege[] {
  return templates.flatMap(({ application: { permissions } }) =>
    permissions.flatMap((permission) => {
      const { name, type } = permission;
      const reason = privilegeOf(permission);
      return reason === undefined ? [] : [{ name, type, reason }];
    }),
  );
}

/** Microsoft Graph's app id, the same in every tenant and cloud. */
export const GRAPH_APP_ID = "00000003-0000-0000-c000-000000000000";

export interface GraphPermission {
  readonly id: string;
  readonly value: string;
  readonly displayName: string;
  readonly description: string;
  /** Whether a person without a directory role may consent to it. */
  readonly userConsent: boolean;
}

type Row = readonly [id: string, value: string, displayName: string, description: string];

// Ids, names and descriptions are Microsoft's: learn.microsoft.com/graph/permissions-reference.
const USER_SCOPES: readonly Row[] = [
  [
    "37f7f235-527c-4136-accd-4a02d197296e",
    "openid",
    "Sign users in",
    "Allows users to sign in to the app with their work or school accounts and allows the app to see basic user profile information.",
  ],
  [
    "14dad69e-099b-42c9-810b-d002981feec1",
    "profile",
    "View users' basic profile",
    "Allows the app to see your users' basic profile (e.g., name, picture, user name, email address)",
  ],
  [
    "64a6cdd6-aab1-4aaf-94b8-3cc8405e90d0",
    "email",
    "View users' email address",
    "Allows the app to read your users' primary email address",
  ],
  [
    "7427e0e9-2fba-42fe-b0c0-848c9e6a8182",
    "offline_access",
    "Maintain access to data you have given it access to",
    "Allows the app to see and update the data you gave it access to, even when users are not currently using the app. This does not give the app any additional permissions.",
  ],
  [
    "e1fe6dd8-ba31-4d61-89e7-88639da4683d",
    "User.Read",
    "Sign in and read user profile",
    "Allows users to sign-in to the app, and allows the app to read the profile of signed-in users. It also allows the app to read basic company information of signed-in users.",
  ],
  [
    "b340eb25-3456-403f-be2f-af7a0d370277",
    "User.ReadBasic.All",
    "Read all users' basic profiles",
    "Allows the app to read a basic set of profile properties of other users in your organization on behalf of the signed-in user.",
  ],
];

const ADMIN_SCOPES: readonly Row[] = [
  [
    "c79f8feb-a9db-4090-85f9-90d820caa0eb",
    "Application.Read.All",
    "Read applications",
    "Allows the app to read applications and service principals on behalf of the signed-in user.",
  ],
  [
    "bdfbf15f-ee85-4955-8675-146e8e5296b5",
    "Application.ReadWrite.All",
    "Read and write all applications",
    "Allows the app to create, read, update and delete applications and service principals on behalf of the signed-in user. Does not allow management of consent grants.",
  ],
  [
    "84bccea3-f856-4a8a-967b-dbe0a3d53a64",
    "AppRoleAssignment.ReadWrite.All",
    "Manage app permission grants and app role assignments",
    "Allows the app to manage permission grants for application permissions to any API (including Microsoft Graph) and application assignments for any app, on behalf of the signed-in user.",
  ],
  [
    "e4c9e354-4dc5-45b8-9e7c-e1393b0b1a20",
    "AuditLog.Read.All",
    "Read audit log data",
    "Allows the app to read and query your audit log activities, on behalf of the signed-in user.",
  ],
  [
    "41ce6ca6-6826-4807-84f1-1c82854f7ee5",
    "DelegatedPermissionGrant.ReadWrite.All",
    "Manage all delegated permission grants",
    "Allows the app to manage permission grants for delegated permissions exposed by any API (including Microsoft Graph), on behalf of the signed in user.",
  ],
  [
    "0e263e50-5827-48a4-b97c-d940288653c7",
    "Directory.AccessAsUser.All",
    "Access directory as the signed in user",
    "Allows the app to have the same access to information in the directory as the signed-in user.",
  ],
  [
    "06da0dbc-49e2-44d2-8312-53f166ab848a",
    "Directory.Read.All",
    "Read directory data",
    "Allows the app to read data in your organization's directory, such as users, groups and apps.",
  ],
  [
    "c5366453-9fb0-48a5-a156-24f0c49a4b84",
    "Directory.ReadWrite.All",
    "Read and write directory data",
    "Allows the app to read and write data in your organization's directory, such as users, and groups. It does not allow the app to delete users or groups, or reset user passwords.",
  ],
  [
    "5f8c59db-677d-491f-a6b8-5f174b11ec1d",
    "Group.Read.All",
    "Read all groups",
    "Allows the app to list groups, and to read their properties and all group memberships on behalf of the signed-in user. Also allows the app to read calendar, conversations, files, and other group content for all groups the signed-in user can access.",
  ],
  [
    "4e46008b-f24c-477d-8fff-7bb4ec7aafe0",
    "Group.ReadWrite.All",
    "Read and write all groups",
    "Allows the app to create groups and read all group properties and memberships on behalf of the signed-in user. Additionally allows group owners to manage their groups and allows group members to update group content.",
  ],
  [
    "bc024368-1153-4739-b217-4326f2e966d0",
    "GroupMember.Read.All",
    "Read group memberships",
    "Allows the app to list groups, read basic group properties and read membership of all groups the signed-in user has access to.",
  ],
  [
    "f81125ac-d3b7-4573-a3b2-7099cc39df9e",
    "GroupMember.ReadWrite.All",
    "Read and write group memberships",
    "Allows the app to list groups, read basic properties, read and update the membership of the groups the signed-in user has access to. Group properties and owners cannot be updated and groups cannot be deleted.",
  ],
  [
    "4908d5b9-3fb2-4b1e-9336-1888b7937185",
    "Organization.Read.All",
    "Read organization information",
    "Allows the app to read the organization and related resources, on behalf of the signed-in user. Related resources include things like subscribed skus and tenant branding information.",
  ],
  [
    "572fea84-0151-49b2-9301-11cb16974376",
    "Policy.Read.All",
    "Read your organization's policies",
    "Allows the app to read your organization's policies on behalf of the signed-in user.",
  ],
  [
    "95aec97b-cf27-4a8d-a67d-42f60b5b38ef",
    "ProvisioningLog.Read.All",
    "Read provisioning log data",
    "Allows the app to read and query your provisioning log activities, on behalf of the signed-in user.",
  ],
  [
    "741c54c3-0c1e-44a1-818b-3f97ab4e8c83",
    "RoleManagement.Read.Directory",
    "Read directory RBAC settings",
    "Allows the app to read the role-based access control (RBAC) settings for your company's directory, on behalf of the signed-in user. This includes reading directory role templates, directory roles and memberships.",
  ],
  [
    "7aa02aeb-824f-4fbe-a3f7-611f751f5b55",
    "Synchronization.Read.All",
    "Read all Azure AD synchronization data",
    "Allows the app to read Azure AD synchronization information, on behalf of the signed-in user.",
  ],
  [
    "7bb27fa3-ea8f-4d67-a916-87715b6188bd",
    "Synchronization.ReadWrite.All",
    "Read and write all Azure AD synchronization data",
    "Allows the app to configure the Azure AD synchronization service, on behalf of the signed-in user.",
  ],
  [
    "a154be20-db9c-4678-8ab7-66f6cc099a59",
    "User.Read.All",
    "Read all users' full profiles",
    "Allows the app to read the full set of profile properties, reports, and managers of other users in your organization, on behalf of the signed-in user.",
  ],
  [
    "204e0828-b5ca-4ad8-b9f3-f32a958e7cc4",
    "User.ReadWrite.All",
    "Read and write all users' full profiles",
    "Allows the app to read and write the full set of profile properties, reports, and managers of other users in your organization, on behalf of the signed-in user.",
  ],
];

const APP_ROLES: readonly Row[] = [
  [
    "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30",
    "Application.Read.All",
    "Read all applications",
    "Allows the app to read all applications and service principals without a signed-in user.",
  ],
  [
    "1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9",
    "Application.ReadWrite.All",
    "Read and write all applications",
    "Allows the app to create, read, update and delete applications and service principals without a signed-in user. Does not allow management of consent grants.",
  ],
  [
    "06b708a9-e830-4db3-a914-8e69da51d44f",
    "AppRoleAssignment.ReadWrite.All",
    "Manage app permission grants and app role assignments",
    "Allows the app to manage permission grants for application permissions to any API (including Microsoft Graph) and application assignments for any app, without a signed-in user.",
  ],
  [
    "b0afded3-3588-46d8-8b3d-9842eff778da",
    "AuditLog.Read.All",
    "Read all audit log data",
    "Allows the app to read and query your audit log activities, without a signed-in user.",
  ],
  [
    "7ab1d382-f21e-4acd-a863-ba3e13f7da61",
    "Directory.Read.All",
    "Read directory data",
    "Allows the app to read data in your organization's directory, such as users, groups and apps, without a signed-in user.",
  ],
  [
    "8e8e4742-1d95-4f68-9d56-6ee75648c72a",
    "DelegatedPermissionGrant.ReadWrite.All",
    "Manage all delegated permission grants",
    "Allows the app to manage permission grants for delegated permissions exposed by any API (including Microsoft Graph), without a signed-in user.",
  ],
  [
    "19dbc75e-c2e2-444c-a770-ec69d8559fc7",
    "Directory.ReadWrite.All",
    "Read and write directory data",
    "Allows the app to read and write data in your organization's directory, such as users, and groups, without a signed-in user. Does not allow user or group deletion.",
  ],
  [
    "5b567255-7703-4780-807c-7be8301ae99b",
    "Group.Read.All",
    "Read all groups",
    "Allows the app to read group properties and memberships, and read conversations for all groups, without a signed-in user.",
  ],
  [
    "62a82d76-70ea-41e2-9197-370581804d09",
    "Group.ReadWrite.All",
    "Read and write all groups",
    "Allows the app to create groups, read all group properties and memberships, update group properties and memberships, and delete groups. Also allows the app to read and write conversations. All of these operations can be performed by the app without a signed-in user.",
  ],
  [
    "98830695-27a2-44f7-8c18-0c3ebc9698f6",
    "GroupMember.Read.All",
    "Read all group memberships",
    "Allows the app to read memberships and basic group properties for all groups without a signed-in user.",
  ],
  [
    "498476ce-e0fe-48b0-b801-37ba7e2685c6",
    "Organization.Read.All",
    "Read organization information",
    "Allows the app to read the organization and related resources, without a signed-in user. Related resources include things like subscribed skus and tenant branding information.",
  ],
  [
    "9b50c33d-700f-43b1-b2eb-87e89b703581",
    "Synchronization.ReadWrite.All",
    "Read and write all Azure AD synchronization data.",
    "Allows the application to configure the Azure AD synchronization service, without a signed-in user.",
  ],
  [
    "df021288-bdef-4463-88db-98f22de89214",
    "User.Read.All",
    "Read all users' full profiles",
    "Allows the app to read user profiles without a signed in user.",
  ],
  [
    "741f803b-c850-494e-b5df-cde7c675a1ca",
    "User.ReadWrite.All",
    "Read and write all users' full profiles",
    "Allows the app to read and update user profiles without a signed in user.",
  ],
];

const toPermission =
  (userConsent: boolean) =>
  ([id, value, displayName, description]: Row): GraphPermission => ({
    id,
    value,
    displayName,
    description,
    userConsent,
  });

const CATALOGUE: Readonly<Record<"Scope" | "Role", readonly GraphPermission[]>> = {
  Scope: [...USER_SCOPES.map(toPermission(true)), ...ADMIN_SCOPES.map(toPermission(false))],
  Role: APP_ROLES.map(toPermission(false)),
};

/** The delegated (`Scope`) or application (`Role`) permissions Microsoft Graph offers here. */
export function graphPermissions(type: "Scope" | "Role"): readonly GraphPermission[] {
  return CATALOGUE[type];
}

/** A permission by its name, such as `User.Read`. */
export function permissionByValue(type: "Scope" | "Role", value: string): GraphPermission | undefined {
  return CATALOGUE[type].find((permission) => permission.value === value);
}

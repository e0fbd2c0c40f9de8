import { X509Certificate } from "node:crypto";
import { permissionByValue } from "../../src/sandbox/graph/permissions.ts";
import type { Sandbox } from "../../src/sandbox/index.ts";
import { graphToken } from "./graph-token.ts";

/** What an application needs that registers others: nothing else is granted to the one made here. */
export const REGISTRAR_PERMISSIONS = [
  "Application.ReadWrite.All",
  "AppRoleAssignment.ReadWrite.All",
  "DelegatedPermissionGrant.ReadWrite.All",
  "Organization.Read.All",
];

/** An application of the tenant that may register others, with a secret and, where one is given, a certificate. */
export async function makeRegistrar(
  sandbox: Sandbox,
  certificatePem?: string,
): Promise<{ readonly appId: string; readonly secret: string }> {
  const token = await graphToken(sandbox);
  const post = async (path: string, body: object): Promise<Record<string, string>> => {
    const answer = await sandbox.fetch(
      new Request(`https://graph.microsoft.com/v1.0${path}`, {
        method: "POST",
        headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
        body: JSON.stringify(body),
      }),
    );
    if (!answer.ok) throw new Error(await answer.text());
    return (await answer.json()) as Record<string, string>;
  };
  const keyCredentials = certificatePem === undefined ? [] : [keyCredential(certificatePem)];
  const { id = "", appId = "" } = await post("/applications", { displayName: "registrar", keyCredentials });
  const { id: principalId = "" } = await post("/servicePrincipals", { appId });
  const { secretText: secret = "" } = await post(`/applications/${id}/addPassword`, {
    passwordCredential: { displayName: "pipeline" },
  });
  const resourceId = sandbox.state.graphServicePrincipalId;
  for (const value of REGISTRAR_PERMISSIONS) {
    const appRoleId = permissionByValue("Role", value)?.id;
    await post(`/servicePrincipals/${resourceId}/appRoleAssignedTo`, { principalId, resourceId, appRoleId });
  }
  return { appId, secret };
}

function keyCredential(pem: string) {
  const key = new X509Certificate(pem).raw.toString("base64");
  return { type: "AsymmetricX509Cert", usage: "Verify", key, displayName: "CN=registrar" };
}

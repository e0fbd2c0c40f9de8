import { EXAMPLE, type Sandbox } from "../../src/sandbox/index.ts";
import { AZURE_CLI } from "../../src/signin/azure-cli.ts";

/** A Graph token of the simulated tenant, as the Azure CLI or a colleague would have it. */
export async function graphToken(
  { fetch }: Pick<Sandbox, "fetch">,
  client = { client_id: AZURE_CLI, scope: "https://graph.microsoft.com/.default" },
): Promise<string> {
  const login = `https://login.microsoftonline.com/${EXAMPLE.tenantId}/oauth2/v2.0`;
  const post = async (path: string, fields: Record<string, string>) => {
    const body = new URLSearchParams({ ...client, ...fields });
    const answer = await fetch(new Request(`${login}/${path}`, { method: "POST", body }));
    return (await answer.json()) as Record<string, string>;
  };
  const { device_code = "" } = await post("devicecode", {});
  const { access_token = "" } = await post("token", { grant_type: "device_code", device_code });
  return access_token;
}

import { DeviceCodeCredential } from "@azure/identity";
import { expect, test } from "vitest";
import { createSandbox, EXAMPLE } from "../../../src/sandbox/index.ts";
import {
  azureClient,
  COMMAND_LINE_TOOLS,
  countedIds,
  form,
  HandClock,
  LOGIN,
  REGISTER_SCOPES,
  valueOf,
  world,
} from "./helpers.ts";

const GRAPH_APP_ID = "00000003-0000-0000-c000-000000000000";
const USER_READ_ALL = "df021288-bdef-4463-88db-98f22de89214";

test("the Azure library signs in by device code and renews silently", async () => {
  const sandbox = createSandbox({
    clock: new HandClock(),
    ids: countedIds(),
    behaviour: { deviceCodePolls: 2, deviceCodeIntervalSeconds: 0.01 },
  });
  const shown: string[] = [];
  const credential = new DeviceCodeCredential({
    clientId: COMMAND_LINE_TOOLS,
    tenantId: EXAMPLE.tenantDomain,
    httpClient: azureClient(sandbox.fetch),
    disableAutomaticAuthentication: true,
    retryOptions: { maxRetries: 0 },
    userPromptCallback: ({ userCode }) => shown.push(userCode),
  });
  const record = await credential.authenticate(
    REGISTER_SCOPES.split(" ").map((name) => `https://graph.microsoft.com/${name}`),
  );
  expect(record).toMatchObject({ tenantId: EXAMPLE.tenantId, username: EXAMPLE.upn });
  expect(shown).toHaveLength(1);
  const again = await credential.getToken("https://graph.microsoft.com/Group.Read.All");
  expect(again.token.split(".")).toHaveLength(3);
  expect(shown).toHaveLength(1);
});

test("the main job from an empty tenant to a working application", async () => {
  const { sandbox, graph, send } = world();
  const batch = await graph("POST", "/$batch", {
    requests: [
      { id: "1", method: "GET", url: "/organization?$select=id,displayName,verifiedDomains" },
      { id: "2", method: "GET", url: "/applications(uniqueName='vendor-a1')?$select=id" },
      { id: "3", method: "GET", url: "/applications?$filter=displayName%20eq%20'O''Brien%20%26%20Co'" },
      { id: "4", method: "GET", url: "/applications?$filter=tags/any(t:t%20eq%20'vendor-a1')" },
      {
        id: "5",
        method: "GET",
        url: "/directory/deletedItems/microsoft.graph.application?$filter=displayName%20eq%20'X'",
      },
      {
        id: "6",
        method: "GET",
        url: `/servicePrincipals(appId='${GRAPH_APP_ID}')?$select=id,appRoles,oauth2PermissionScopes`,
      },
    ],
  });
  expect(batch.status).toBe(200);
  const responses = batch.body["responses"] as {
    id: string;
    status: number;
    body: Record<string, unknown>;
  }[];
  expect(responses.map(({ status }) => status)).toEqual([200, 404, 200, 200, 200, 200]);
  const graphId = String(responses[5]?.body["id"]);

  const created = await graph(
    "PATCH",
    "/applications(uniqueName='vendor-a1')",
    {
      displayName: "O'Brien & Co",
      tags: ["vendor-a1"],
      web: {
        redirectUris: ["https://app.contoso.com/signin"],
        implicitGrantSettings: { enableIdTokenIssuance: true },
      },
    },
    { Prefer: "create-if-missing" },
  );
  expect(created.status).toBe(201);
  const { id, appId } = created.body as { id: string; appId: string };
  const again = await graph(
    "PATCH",
    "/applications(uniqueName='vendor-a1')",
    { displayName: "O'Brien & Co" },
    { Prefer: "create-if-missing" },
  );
  expect([again.status, again.text]).toEqual([204, ""]);

  const principal = await graph("POST", "/servicePrincipals", {
    appId,
    tags: ["WindowsAzureActiveDirectoryIntegratedApp"],
  });
  expect(principal.status).toBe(201);
  const principalId = String(principal.body["id"]);
  const writes = await graph("POST", "/$batch", {
    requests: [
      {
        id: "a",
        method: "POST",
        url: `/servicePrincipals/${graphId}/appRoleAssignedTo`,
        headers: { "Content-Type": "application/json" },
        body: { principalId, resourceId: graphId, appRoleId: USER_READ_ALL },
      },
      {
        id: "b",
        method: "POST",
        url: "/oauth2PermissionGrants",
        headers: { "Content-Type": "application/json" },
        body: {
          clientId: principalId,
          consentType: "AllPrincipals",
          principalId: null,
          resourceId: graphId,
          scope: "User.Read",
        },
      },
      {
        id: "c",
        method: "POST",
        url: `/applications/${id}/addPassword`,
        headers: { "Content-Type": "application/json" },
        body: { passwordCredential: { displayName: "run 1", endDateTime: "2028-11-20T10:00:00Z" } },
      },
    ],
  });
  const answers = writes.body["responses"] as { status: number; body: Record<string, unknown> }[];
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 200]);
  const secret = String(answers[2]?.body["secretText"]);
  expect(JSON.stringify(sandbox.state)).not.toContain(secret);

  const stored = await send("https://once.example/", {
    ...form({ password: secret, ttl: "Two Weeks" }),
    headers: { Accept: "application/json" },
  });
  expect(stored.body["ttl"]).toBe(1_209_600);
  const link = String(stored.body["link"]);
  expect((await send(link, { method: "HEAD" })).status).toBe(200);
  expect(JSON.stringify(sandbox.state)).not.toContain(secret);
  expect(sandbox.reveal(link)).toBe(secret);
  expect(sandbox.reveal(link)).toBeUndefined();

  const token = await send(
    `${LOGIN}/token`,
    form({
      grant_type: "client_credentials",
      client_id: appId,
      client_secret: secret,
      scope: "https://graph.microsoft.com/.default",
    }),
  );
  const users = await send("https://graph.microsoft.com/v1.0/users?$top=1&$select=id", {
    headers: { Authorization: `Bearer ${String(token.body["access_token"])}` },
  });
  expect([users.status, valueOf(users).length]).toEqual([200, 1]);
  const groups = await send("https://graph.microsoft.com/v1.0/groups?$top=1&$select=id", {
    headers: { Authorization: `Bearer ${String(token.body["access_token"])}` },
  });
  expect(groups.status).toBe(403);
});

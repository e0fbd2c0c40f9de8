import { expect, test } from "vitest";
import { EXAMPLE } from "../../../src/sandbox/index.ts";
import { signInWithBrowser } from "../../../src/signin/browser.ts";
import { readClaims } from "../../../src/signin/claims.ts";
import { GRAPH_COMMAND_LINE_TOOLS } from "../../../src/signin/cloud.ts";
import { signInWithDeviceCode } from "../../../src/signin/device-code.ts";
import type { TokenSource } from "../../../src/signin/token-source.ts";
import { browse } from "../../support/browser.ts";
import { type TestTenant, testTenant } from "../../support/run.ts";

/** Signs in for `User.Read` and counts how often the person had to do something. */
async function signedIn(tenant: TestTenant, way: "device-code" | "browser") {
  const prompts: string[] = [];
  const options = {
    fetch: (request: Request) =>
      request.url.startsWith("http://localhost") ? fetch(request) : tenant.fetch(request),
    clock: tenant.clock,
    signal: new AbortController().signal,
    asked: {
      way,
      tenant: EXAMPLE.tenantId,
      clientId: GRAPH_COMMAND_LINE_TOOLS,
      cloud: "global" as const,
      scopes: ["User.Read"],
    },
  };
  const source: TokenSource =
    way === "browser"
      ? await signInWithBrowser({
          ...options,
          pages: { done: "", failed: "" },
          onPage: (page) => {
            prompts.push(page);
            void browse(tenant.fetch, page);
          },
        })
      : await signInWithDeviceCode({ ...options, onCode: ({ userCode }) => void prompts.push(userCode) });
  return { source, prompts };
}

test.each(["device-code", "browser"] as const)(
  "%s: more permissions come without a word to the person where somebody consented to them",
  async (way) => {
    const { source, prompts } = await signedIn(testTenant(), way);
    const more = await source.withScopes?.(["Group.Read.All"]);
    expect(more?.account).toEqual({
      ...source.account,
      scopes: expect.arrayContaining(["User.Read", "Group.Read.All"]) as unknown,
    });
    expect(readClaims((await more?.getToken())?.reveal() ?? "").scopes).toContain("Group.Read.All");
    const most = await more?.withScopes?.(["Group.ReadWrite.All"]);
    expect(most?.account.scopes).toEqual(
      expect.arrayContaining(["User.Read", "Group.Read.All", "Group.ReadWrite.All"]),
    );
    expect(readClaims((await most?.renewToken(undefined))?.reveal() ?? "").scopes).toContain(
      "Group.ReadWrite.All",
    );
    expect(prompts).toHaveLength(1);
  },
);

test.each(["device-code", "browser"] as const)(
  "%s: what nobody consented to is refused, nobody is prompted, and the first sign-in stays good",
  async (way) => {
    const tenant = testTenant({ consentedScopes: [] });
    const { source, prompts } = await signedIn(tenant, way);
    await expect(source.withScopes?.(["Group.Read.All"])).rejects.toMatchObject({
      code: "SIGN_IN_FAILED",
      facts: { problem: "adminApprovalNeeded", aadsts: "AADSTS65001" },
    });
    expect(prompts).toHaveLength(1);
    expect(readClaims((await source.getToken()).reveal()).scopes).toContain("User.Read");
  },
);

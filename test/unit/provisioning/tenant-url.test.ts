import { describe, expect, test } from "vitest";
import { parseTenantUrl } from "../../../src/provisioning/tenant-url.ts";
import * as fc from "../../support/fc.ts";

describe("tenant URLs", () => {
  test.each([
    ["https://scim.flexwhere.com/scim", "https://scim.flexwhere.com/scim"],
    [" https://SCIM.example.com/Scim/ \n", "https://scim.example.com/Scim"],
    ["https://scim.example.com", "https://scim.example.com"],
    ["https://scim.example.com:8443/v2", "https://scim.example.com:8443/v2"],
    ["https://scim.example.com/v2?aadOptscim062020", "https://scim.example.com/v2?aadOptscim062020"],
    [
      "https://scim.example.com/v2/?AzureAdScimPatch062020=",
      "https://scim.example.com/v2?AzureAdScimPatch062020",
    ],
    ["https://20.50.2.1/scim", "https://20.50.2.1/scim"],
    ["https://[2603:1020::1]/scim", "https://[2603:1020::1]/scim"],
    ["https://172.15.0.1/scim", "https://172.15.0.1/scim"],
    ["https://mylocal.example.com/scim", "https://mylocal.example.com/scim"],
  ])("%s", (text, url) => {
    expect(parseTenantUrl(text)).toEqual({ ok: true, url });
  });

  test.each([
    ["", "notUrl"],
    ["scim.example.com/scim", "notUrl"],
    ["https:/scim.example.com", "notUrl"],
    ["https://", "notUrl"],
    ["https://scim.example.com/a b", "notUrl"],
    ["https://scim.example.com\\x", "notUrl"],
    ["http://scim.example.com/scim", "notHttps"],
    ["ftp://scim.example.com/scim", "notHttps"],
    ["https://me:secret@scim.example.com/scim", "credentials"],
    ["https://me@scim.example.com/scim", "credentials"],
    ["https://scim.example.com/scim#top", "fragment"],
    ["https://scim.example.com/scim#", "fragment"],
    ["https://scim.example.com/scim?access_token=abc", "query"],
    ["https://scim.example.com/scim?aadOptscim062020=1", "query"],
    ["https://scim.example.com/scim?aadoptscim062020", "query"],
  ])("%s is refused: %s", (text, kind) => {
    expect(parseTenantUrl(text)).toMatchObject({ ok: false, problem: { kind } });
  });

  test("a token in the address is named by its parameter alone", () => {
    const { problem } = parseTenantUrl("https://scim.example.com/?access_token=s3cr3t") as {
      problem?: unknown;
    };
    expect(problem).toEqual({ kind: "query", name: "access_token" });
  });

  test.each([
    "localhost",
    "localhost.",
    "a.localhost",
    "scim",
    "scim.local",
    "scim.internal",
    "scim.corp",
    "x.home.arpa",
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f.0.0.1",
    "0177.0.0.1",
    "0.0.0.0",
    "10.1.2.3",
    "10.1.2.3.",
    "100.64.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "[::1]",
    "[::]",
    "[::ffff:192.168.1.1]",
    "[::ffff:7f00:1]",
    "[64:ff9b::10.0.0.1]",
    "[fe80::1]",
    "[fec0::1]",
    "[fd12:3456::1]",
    "[ff02::1]",
    "[2001:db8::1]",
  ])("%s is out of Entra's reach", (host) => {
    expect(parseTenantUrl(`https://${host}/scim`)).toMatchObject({
      ok: false,
      problem: { kind: "privateAddress" },
    });
  });

  test("what was taken is taken again, as it is", () => {
    fc.assert(
      fc.property(fc.webUrl({ validSchemes: ["https"] }), (text) => {
        const parsed = parseTenantUrl(text);
        if (parsed.ok) expect(parseTenantUrl(parsed.url)).toEqual(parsed);
      }),
    );
  });
});

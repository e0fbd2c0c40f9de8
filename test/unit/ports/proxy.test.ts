import { describe, expect, test } from "vitest";
import { proxyAuthorization, proxyName, readProxies } from "../../../src/ports/node/proxy.ts";

const GRAPH = "https://graph.microsoft.com/v1.0/me";

function proxyFor(environment: Record<string, string>, url = GRAPH): URL | undefined {
  const proxies = readProxies(environment);
  expect(proxies.faults).toEqual([]);
  return proxies.proxyFor(new URL(url));
}

test.each<[string, Record<string, string>, string | undefined]>([
  ["none", {}, undefined],
  ["empty", { HTTPS_PROXY: "" }, undefined],
  ["blank", { HTTPS_PROXY: " " }, undefined],
  ["a URL", { HTTPS_PROXY: "http://p.corp:3128" }, "p.corp:3128"],
  ["lower case", { https_proxy: "http://p.corp:3128/" }, "p.corp:3128"],
  ["without a scheme", { HTTPS_PROXY: "p.corp:8080" }, "p.corp:8080"],
  ["without a scheme, with credentials", { HTTPS_PROXY: "me:secret@p.corp:8080" }, "p.corp:8080"],
  ["a bare name", { HTTPS_PROXY: "proxy" }, "proxy:80"],
  ["without a port", { HTTPS_PROXY: "http://p.corp" }, "p.corp:80"],
  ["over TLS", { HTTPS_PROXY: "https://p.corp" }, "p.corp:443"],
  ["IPv6", { HTTPS_PROXY: "http://[fd00::1]:1" }, "[fd00::1]:1"],
  ["the next in line", { HTTP_PROXY: "http://h:1", ALL_PROXY: "http://a:2" }, "a:2"],
  ["the last in line", { HTTP_PROXY: "http://h:1" }, "h:1"],
  ["none for anybody", { HTTPS_PROXY: "http://p:1", NO_PROXY: "a, *" }, undefined],
])("the proxy: %s", (_, environment, expected) => {
  const found = proxyFor(environment);
  expect(found && proxyName(found)).toBe(expected);
});

test.each([
  ["http://u:p%40%3A%2f@p:1", "u:p@:/"],
  ["http://CORP%5Cme:a+b@p:1", "CORP\\me:a+b"],
  ["http://u@p:1", "u:"],
  ["u:%C3%BC@p:1", "u:ü"],
])("the credentials of %s", (address, expected) => {
  const found = proxyFor({ HTTPS_PROXY: address });
  const header = found && proxyAuthorization(found)["Proxy-Authorization"];
  expect(header).toBe(`Basic ${Buffer.from(expected).toString("base64")}`);
});

test("none where none are given", () => {
  expect(proxyAuthorization(new URL("http://p:1"))).toEqual({});
});

describe("the exceptions", () => {
  test.each<[string, string, boolean]>([
    ["graph.microsoft.com", GRAPH, true],
    ["Graph.Microsoft.COM", GRAPH, true],
    ["microsoft.com", GRAPH, true],
    [".microsoft.com", GRAPH, true],
    ["*.microsoft.com", GRAPH, true],
    ["soft.com", GRAPH, false],
    ["graph.microsoft.co", GRAPH, false],
    ["localhost,,contoso.com  .microsoft.com", GRAPH, true],
    ["graph.microsoft.com:443", GRAPH, true],
    ["graph.microsoft.com:8443", GRAPH, false],
    ["graph.microsoft.com:8443", "https://graph.microsoft.com:8443/", true],
    ["10.0.0.7", "https://10.0.0.7/", true],
    ["10.0.0.0/8", "https://10.0.0.7/", false],
    ["[fd00::1]", "https://[fd00::1]/", true],
    [".", GRAPH, false],
  ])("NO_PROXY=%s for %s: %s", (list, url, isDirect) => {
    expect(proxyFor({ HTTPS_PROXY: "p:1", no_proxy: list }, url) === undefined).toBe(isDirect);
  });

  test.each([
    "http://localhost:50342/oauth2/token",
    "http://127.0.0.1:1",
    "http://127.8.9.10",
    "http://[::1]:80",
  ])("%s is this machine, and never behind a proxy", (url) => {
    expect(proxyFor({ HTTPS_PROXY: "p:1", HTTP_PROXY: "p:1", ALL_PROXY: "p:1" }, url)).toBeUndefined();
  });

  test("a host that only begins like this machine is behind it", () => {
    expect(proxyFor({ HTTPS_PROXY: "p:1" }, "https://127.0.0.1.example/")).toBeDefined();
    expect(proxyFor({ HTTPS_PROXY: "p:1" }, "https://localhost.example/")).toBeDefined();
  });
});

describe("what cannot be a proxy is named with its variable, and without its password", () => {
  test.each<[Record<string, string>, string, string, string]>([
    [{ HTTPS_PROXY: "http://:::" }, "HTTPS_PROXY", "http://:::", "proxyUrl"],
    [{ https_proxy: "http://p:port" }, "https_proxy", "http://p:port", "proxyUrl"],
    [{ HTTPS_PROXY: "http://p:99999" }, "HTTPS_PROXY", "http://p:99999", "proxyUrl"],
    [{ ALL_PROXY: "socks5://u:hidden@p:1080" }, "ALL_PROXY", "socks5://…@p:1080", "proxyOverHttp"],
    [{ HTTPS_PROXY: "ftp://p" }, "HTTPS_PROXY", "ftp://p", "proxyOverHttp"],
    [{ HTTPS_PROXY: "http://p/proxy.pac" }, "HTTPS_PROXY", "http://p/proxy.pac", "proxyNotScript"],
    [{ HTTPS_PROXY: "http://p/wpad.dat?x=1" }, "HTTPS_PROXY", "http://p/wpad.dat?x=1", "proxyNotScript"],
    [{ HTTPS_PROXY: "pac+https://p/x" }, "HTTPS_PROXY", "pac+https://p/x", "proxyNotScript"],
    [{ HTTPS_PROXY: "http://u:hid/den@p:1" }, "HTTPS_PROXY", "http://…@p:1", "proxyUrl"],
    [{ HTTPS_PROXY: "http://u:1/hidden@p:1" }, "HTTPS_PROXY", "http://…@p:1", "proxyUrl"],
    [{ HTTPS_PROXY: "http://u:1#hidden@p:1" }, "HTTPS_PROXY", "http://…@p:1", "proxyUrl"],
    [{ HTTPS_PROXY: "http://u:?hidden@p:1" }, "HTTPS_PROXY", "http://…@p:1", "proxyUrl"],
    [{ HTTPS_PROXY: "http://u:hidden%@p:1" }, "HTTPS_PROXY", "http://…@p:1", "proxyUrl"],
    [{ HTTPS_PROXY: "u:hid@den@p:port" }, "HTTPS_PROXY", "…@p:port", "proxyUrl"],
    [{ HTTPS_PROXY: "http://u:hid%0Aden@p:1" }, "HTTPS_PROXY", "http://…@p:1", "proxyUrl"],
  ])("%j", (environment, path, found, expected) => {
    const proxies = readProxies(environment);
    expect(proxies.faults).toEqual([{ path, found, expected }]);
    expect(proxies.proxyFor(new URL(GRAPH))).toBeUndefined();
  });

  test("only the variable that counts is looked at", () => {
    expect(readProxies({ HTTPS_PROXY: "http://p:1", ALL_PROXY: "socks5://p:2" }).faults).toEqual([]);
    expect(readProxies({ ALL_PROXY: "socks5://p:2", NO_PROXY: "*" }).faults).toEqual([]);
  });
});

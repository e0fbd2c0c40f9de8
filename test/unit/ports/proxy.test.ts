import { expect, test } from "vitest";
import { readProxy } from "../../../src/ports/node/proxy.ts";

test.each<[string, Record<string, string>, object | undefined]>([
  ["none", {}, undefined],
  ["empty", { HTTPS_PROXY: "" }, undefined],
  ["nonsense", { HTTPS_PROXY: "http://:::" }, undefined],
  ["a URL", { HTTPS_PROXY: "http://p.corp:3128" }, { host: "http://p.corp", port: 3128 }],
  ["lower case", { https_proxy: "http://p.corp:3128/" }, { host: "http://p.corp", port: 3128 }],
  ["without a scheme", { HTTPS_PROXY: "p.corp:8080" }, { host: "http://p.corp", port: 8080 }],
  ["without a port", { HTTPS_PROXY: "http://p.corp" }, { host: "http://p.corp", port: 80 }],
  ["over TLS", { HTTPS_PROXY: "https://p.corp" }, { host: "https://p.corp", port: 443 }],
  ["credentials", { HTTPS_PROXY: "http://u:p%40@p.corp:1" }, { username: "u", password: "p%40", port: 1 }],
  ["IPv6", { HTTPS_PROXY: "http://[::1]:1" }, { host: "http://[::1]", port: 1 }],
  ["the next in line", { HTTP_PROXY: "http://h:1", ALL_PROXY: "http://a:2" }, { host: "http://a", port: 2 }],
  ["none for anybody", { HTTPS_PROXY: "http://p:1", NO_PROXY: "a, *" }, undefined],
])("the proxy: %s", (_, environment, expected) => {
  const found = readProxy(environment);
  if (expected === undefined) expect(found).toBeUndefined();
  else expect(found?.proxy).toMatchObject(expected);
});

test("the exceptions come in the forms people write", () => {
  const environment = { HTTPS_PROXY: "p:1", no_proxy: "localhost,*.Corp.example .sub.example, host:8443,," };
  expect(readProxy(environment)?.except).toEqual(["localhost", ".corp.example", ".sub.example", "host"]);
});

import { execFile } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as tlsConnect } from "node:tls";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { EXAMPLE } from "../../../src/sandbox/index.ts";
import { type ServedSandbox, serveSandbox } from "../../../src/sandbox/serve.ts";
import { COMMAND_LINE_TOOLS, type World, world } from "./helpers.ts";

let served: ServedSandbox;
let tenant: World;

beforeEach(async () => {
  tenant = world();
  served = await serveSandbox({ sandbox: tenant.sandbox, hosts: ["once.example"] });
});
afterEach(async () => {
  await served.close();
});

test("the certificates are a proper chain for the simulated names", () => {
  const authority = new X509Certificate(served.caPem);
  expect(authority.ca).toBe(true);
  expect(authority.verify(authority.publicKey)).toBe(true);
  expect(Date.parse(authority.validTo) - Date.now()).toBeGreaterThan(29 * 86_400_000);
});

test("real host names lead through the proxy to the sandbox over TLS", async () => {
  const discovery = await throughProxy("login.microsoftonline.com", "/common/discovery/instance");
  expect([discovery.status, discovery.body]).toEqual([
    200,
    expect.stringContaining("tenant_discovery_endpoint"),
  ]);
  expect((await throughProxy("graph.microsoft.com", "/v1.0/me")).status).toBe(401);
  expect((await throughProxy("once.example", "/")).body).toContain("Two Weeks");
  expect(tenant.sandbox.requests.map(({ url }) => new URL(url).host)).toEqual([
    "login.microsoftonline.com",
    "graph.microsoft.com",
    "once.example",
  ]);
});

test("an unmodified program reaches the sandbox by two environment variables", async () => {
  const folder = await mkdtemp(join(tmpdir(), "sandbox-"));
  const authority = join(folder, "ca.pem");
  await writeFile(authority, served.caPem);
  const program = `
    import { DeviceCodeCredential } from "@azure/identity";
    const credential = new DeviceCodeCredential({
      clientId: "${COMMAND_LINE_TOOLS}", tenantId: "${EXAMPLE.tenantId}", userPromptCallback: () => {} });
    const { token } = await credential.getToken("https://graph.microsoft.com/User.Read");
    process.stdout.write(String(token.split(".").length));`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", program], {
    env: { PATH: process.env["PATH"], HTTPS_PROXY: served.proxyUrl, NODE_EXTRA_CA_CERTS: authority },
  });
  await rm(folder, { recursive: true });
  expect(stdout).toBe("3");
});

test("the proxy refuses every other host and every other port", async () => {
  await expect(throughProxy("example.com", "/")).rejects.toThrow("403");
  await expect(throughProxy("graph.microsoft.com", "/", 8443)).rejects.toThrow("403");
  expect(tenant.sandbox.requests).toEqual([]);
});

test("without the proxy the Host header decides", async () => {
  const url = new URL(served.url);
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const options = {
      host: "localhost",
      port: url.port,
      path: "/v1.0/me",
      ca: served.caPem,
      agent: false,
      headers: { Host: "graph.microsoft.com" },
      servername: "localhost",
    } as const;
    httpsRequest(options, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on("error", reject)
      .end();
  });
  expect(status).toBe(401);
});

test("Cloud Shell's token endpoint is there without TLS, and nothing else is", async () => {
  const init = {
    method: "POST",
    headers: { Metadata: "true" },
    body: new URLSearchParams({ resource: "https://graph.microsoft.com" }),
  };
  const answer = await fetch(served.cloudShellUrl, init);
  expect(await answer.json()).toMatchObject({ token_type: "Bearer" });
  tenant.sandbox.behaviour.cloudShell = "hanging";
  await expect(
    fetch(served.cloudShellUrl, { ...init, signal: AbortSignal.timeout(50) }),
  ).rejects.toMatchObject({ name: "TimeoutError" });
  await expect(fetch(new URL("/v1.0/me", served.cloudShellUrl))).rejects.toThrow("fetch failed");
});

test("every cloud's hosts are served", async () => {
  for (const host of ["login.microsoftonline.us", "dod-graph.microsoft.us", "management.chinacloudapi.cn"]) {
    expect((await throughProxy(host, "/")).status).toBeGreaterThanOrEqual(400);
  }
});

test("a service that is down is a connection that breaks off, and the server lives on", async () => {
  tenant.sandbox.behaviour.oneTimePassword = "down";
  await expect(throughProxy("once.example", "/")).rejects.toMatchObject({ code: "ECONNRESET" });
  tenant.sandbox.behaviour.oneTimePassword = "1.6.2";
  expect((await throughProxy("once.example", "/")).status).toBe(200);
});

test("a client that goes away in the middle does no harm", async () => {
  const socket = await tunnel("graph.microsoft.com", 443);
  socket.write("half a hand");
  socket.destroy();
  expect((await throughProxy("graph.microsoft.com", "/v1.0/me")).status).toBe(401);
});

async function tunnel(host: string, port: number): Promise<Socket> {
  const proxy = new URL(served.proxyUrl);
  return await new Promise<Socket>((resolve, reject) => {
    httpRequest({
      host: proxy.hostname,
      port: proxy.port,
      method: "CONNECT",
      path: `${host}:${port}`,
      agent: false,
    })
      .on("connect", (response, socket) => {
        if (response.statusCode === 200) resolve(socket);
        else reject(new Error(String(response.statusCode)));
      })
      .on("error", reject)
      .end();
  });
}

async function throughProxy(host: string, path: string, port = 443) {
  const socket = await tunnel(host, port);
  return await new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
    const createConnection = () => tlsConnect({ socket, servername: host, ca: served.caPem });
    httpsRequest({ host, path, defaultPort: 443, createConnection }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        body += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode, body }));
    })
      .on("error", reject)
      .end();
  });
}

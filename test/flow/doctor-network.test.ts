import { readdirSync } from "node:fs";
import { afterEach, describe, expect, test, vi } from "vitest";
import { ResultDocument } from "../../src/cli/screen/result-document.ts";
import { AppError } from "../../src/errors.ts";
import type { Fetch, Routes } from "../../src/ports/index.ts";
import { nodeFetch } from "../../src/ports/node/fetch.ts";
import { nobodyThere } from "../support/proxies.ts";
import { runInProcess, type TestRun, type TestRunOptions, testTenant, UNATTENDED } from "../support/run.ts";

const SIGN_IN = "login.microsoftonline.com";
const GRAPH = "graph.microsoft.com";
const SERVICES = ["onetimepass.domaincrawler.com", "snappass.symplasson.de", "oneoffsecret.com"];
const HOSTS = [SIGN_IN, GRAPH, ...SERVICES];

interface Host {
  readonly host: string;
  readonly state: string;
  readonly usable: boolean;
  readonly proxy: string | null;
  readonly issuer: string | null;
  readonly cause: string | null;
  readonly advice: string | null;
}

async function doctor(options: TestRunOptions = {}, argv: readonly string[] = []): Promise<TestRun> {
  return runInProcess(["doctor", "network", ...argv], testTenant(), options);
}

/** What `--json` says of every host, by its name. */
async function hosts(options: TestRunOptions = {}, argv: readonly string[] = []): Promise<Map<string, Host>> {
  const { stdout, exitCode } = await doctor(options, ["--json", ...argv]);
  const document = ResultDocument.parse(JSON.parse(stdout)) as unknown as { usable: boolean; hosts: Host[] };
  expect(document.usable).toBe(document.hosts.every(({ usable }) => usable));
  expect(exitCode).toBe(document.usable ? 0 : 8);
  return new Map(document.hosts.map((host) => [host.host, host]));
}

/** A network in which one host fails with a code of the transport, or answers as it should not. */
const failing =
  (host: string, failure: object): ((fetch: Fetch) => Fetch) =>
  (fetch) =>
  (request) => {
    if (new URL(request.url).hostname !== host) return fetch(request);
    if (failure instanceof Response) return Promise.resolve(failure.clone());
    return Promise.reject(Object.assign(new Error("x"), failure));
  };

const routes = (over: Partial<Routes>): Routes => ({
  faults: async () => [],
  proxyFor: async () => undefined,
  certificateOf: async () => ({ issuer: "DigiCert", isPublic: true }),
  ...over,
});

const behindProxy = routes({ proxyFor: async () => "proxy.contoso.com:8080" });

describe("where nothing is in the way", () => {
  test("all hosts of the job are reachable, and nothing but the journal is written", async () => {
    const tenant = testTenant();
    const before = JSON.stringify(tenant.state);
    const run = await runInProcess(["doctor", "network"], tenant);
    expect(run.exitCode).toBe(0);
    expect(run.stdout).toContain("All 5 hosts that this job needs can be used.");
    for (const host of HOSTS) {
      expect(run.stdout).toMatch(new RegExp(`^✔ ${host} .* reachable$`, "m"));
      expect(run.stdout).toContain(`\n  ${host}:443`);
    }
    expect(run.stdout).not.toContain("What to do");
    expect(tenant.requests.map(({ method }) => method)).toEqual(HOSTS.map(() => "GET"));
    expect(JSON.stringify(tenant.state)).toBe(before);
    expect(readdirSync(run.folder)).toEqual([]);
    expect(run.ports.asked).toEqual([]);
  });

  test("a proxy on the way is named", async () => {
    const { stdout } = await doctor({ routes: behindProxy });
    expect(stdout).toContain("through proxy");
    expect(stdout).toContain("Through the proxy proxy.contoso.com:8080.");
    const found = await hosts({ routes: behindProxy });
    expect(found.get(GRAPH)).toMatchObject({
      state: "proxied",
      proxy: "proxy.contoso.com:8080",
      usable: true,
    });
  });

  test("the service of the flag is tried instead of the template's", async () => {
    const found = await hosts({}, ["--one-time-password-service", "https://otp.contoso.com:8443/x"]);
    expect([...found.keys()]).toEqual([SIGN_IN, GRAPH, "otp.contoso.com"]);
    expect(found.get("otp.contoso.com")).toMatchObject({ port: 8443, purpose: "oneTimePassword" });
  });
});

test.each([
  ["global", SIGN_IN, GRAPH],
  ["usgov-dod", "login.microsoftonline.us", "dod-graph.microsoft.us"],
  ["china", "login.chinacloudapi.cn", "microsoftgraph.chinacloudapi.cn"],
])("the hosts are those of the cloud %s", async (cloud, signIn, graph) => {
  const found = await hosts({}, ["--cloud", cloud]);
  expect([...found.keys()]).toEqual([signIn, graph, ...SERVICES]);
});

describe("interception", () => {
  const inspecting = routes({
    certificateOf: async () => ({ issuer: "Contoso Root CA (Contoso Ltd)", isPublic: false }),
  });

  test("that is trusted is no error, and its issuer is named", async () => {
    const run = await doctor({ routes: inspecting });
    expect(run.exitCode).toBe(0);
    expect(run.stdout).toContain("intercepted");
    expect(run.stdout).toContain(
      "with a certificate of Contoso Root CA (Contoso Ltd), which is trusted here",
    );
    for (const host of (await hosts({ routes: inspecting })).values()) {
      expect(host).toMatchObject({
        state: "intercepted",
        usable: true,
        issuer: "Contoso Root CA (Contoso Ltd)",
      });
    }
  });

  test("a service of the company's own, with a certificate of its own, is not taken for it", async () => {
    const own = routes({
      certificateOf: async ({ hostname }) => ({ issuer: "Contoso", isPublic: !SERVICES.includes(hostname) }),
    });
    const found = await hosts({ routes: own });
    expect(found.get(GRAPH)).toMatchObject({ state: "reachable", issuer: null });
    expect(found.get("oneoffsecret.com")).toMatchObject({
      state: "reachable",
      issuer: "Contoso",
      usable: true,
    });
  });

  test("that is not trusted says what to set, in every shell", async () => {
    const untrusted = { code: "SELF_SIGNED_CERT_IN_CHAIN", issuer: "Contoso Root CA", systemStore: true };
    const run = await doctor({ through: failing(GRAPH, untrusted) });
    expect(run.exitCode).toBe(8);
    expect(run.stdout).toMatch(/✖ graph\.microsoft\.com .* intercepted/);
    expect(run.stdout).toContain(
      "It shows a certificate, issued by Contoso Root CA, that is not trusted here",
    );
    expect(run.stdout).toContain("PowerShell: $env:NODE_EXTRA_CA_CERTS = ");
    expect(run.stdout).toContain("Command Prompt: set NODE_EXTRA_CA_CERTS=");
    expect(run.stdout).toContain("export NODE_EXTRA_CA_CERTS=");
    expect(run.stdout).toContain("--use-system-ca");
    const old = await doctor({ through: failing(GRAPH, { ...untrusted, systemStore: false }) });
    expect(old.stdout).not.toContain("--use-system-ca");
  });

  test("where the certificate cannot be seen, the host is still usable", async () => {
    const blind = routes({ certificateOf: () => Promise.reject(new Error("reset")) });
    expect((await hosts({ routes: blind })).get(GRAPH)).toMatchObject({ state: "reachable", issuer: null });
  });
});

describe("a blocked host", () => {
  test.each<[string, object, string, string, RegExp]>([
    ["DNS", { code: "ENOTFOUND" }, "ENOTFOUND", "its name is not known here", /set HTTPS_PROXY/],
    [
      "refused",
      { code: "ECONNREFUSED" },
      "ECONNREFUSED",
      "no connection comes about",
      /open this host, port 443/,
    ],
    ["a reset", { code: "ECONNRESET" }, "ECONNRESET", "is cut off", /open this host, port 443/],
    ["TLS", { code: "EPROTO" }, "EPROTO", "no encrypted connection", /ask your network team/],
    [
      "a wrong clock",
      { code: "CERT_NOT_YET_VALID" },
      "CERT_NOT_YET_VALID",
      "not valid today",
      /date and the time/,
    ],
    [
      "a guest network",
      { code: "ERR_TLS_CERT_ALTNAME_INVALID", issuer: "Hotel" },
      "ERR_TLS_CERT_ALTNAME_INVALID",
      "the certificate of another host",
      /log-in page of a guest network/,
    ],
    [
      "a block page",
      new Response("<html>", { status: 403 }),
      "HTTP_403",
      "something else answers",
      /in its place/,
    ],
    ["a page that looks fine", new Response("<html>"), "HTTP_200", "something else answers", /in its place/],
  ])("%s", async (_, failure, cause, sentence, advice) => {
    const through = failing(GRAPH, failure);
    const { stdout } = await doctor({ through });
    expect(stdout).toMatch(/✖ graph\.microsoft\.com .* blocked/);
    expect(stdout).toContain(sentence);
    expect(stdout).toContain("1 of the 5 hosts that this job needs cannot be used.");
    const found = await hosts({ through });
    expect(found.get(GRAPH)).toMatchObject({ state: "blocked", usable: false, cause });
    expect(found.get(GRAPH)?.advice).toMatch(advice);
    expect(found.get(SIGN_IN)).toMatchObject({ state: "reachable", usable: true });
  });

  test.each<[string, object, string, RegExp]>([
    [
      "down",
      { code: "ECONNREFUSED" },
      "the proxy proxy.contoso.com:8080 does not take the connection",
      /VPN/,
    ],
    ["unknown", { code: "ENOTFOUND" }, "the name of the proxy proxy.contoso.com:8080 is not known", /VPN/],
    [
      "forbidding",
      { code: "PROXY_403" },
      "does not let the request through (HTTP 403)",
      /let this host through/,
    ],
    [
      "asking for credentials",
      { code: "PROXY_407", proxyLogIn: ["Basic"], loggedIn: false },
      "wants a user name and password (HTTP 407)",
      /percent code/,
    ],
    [
      "asking for what nobody here speaks",
      { code: "PROXY_407", proxyLogIn: ["Negotiate", "NTLM"], loggedIn: true },
      "does not take this user name and password (HTTP 407)",
      /takes Negotiate, NTLM only/,
    ],
    ["cut off itself", { code: "PROXY_503" }, "does not get there either (HTTP 503)", /in a few minutes/],
    ["spoken to in the wrong way", { code: "EPROTO" }, "no encrypted connection", /try http:/],
  ])("a proxy that is %s", async (_, failure, sentence, advice) => {
    const options = { routes: behindProxy, through: failing(GRAPH, failure) };
    expect((await doctor(options)).stdout).toContain(sentence);
    expect((await hosts(options)).get(GRAPH)?.advice).toMatch(advice);
  });

  test("the sign-in's page of a captive portal is none of the sign-in's", async () => {
    const page = new Response("<html>", { status: 302, headers: { location: "https://portal.example" } });
    expect((await hosts({ through: failing(SIGN_IN, page) })).get(SIGN_IN)).toMatchObject({
      cause: "HTTP_302",
    });
  });

  test("one service that works is enough, and it is said", async () => {
    const one = await doctor({
      through: failing("snappass.symplasson.de", new Response("?", { status: 200 })),
    });
    expect(one.exitCode).toBe(8);
    expect(one.stdout).toContain("Of the one-time-password services one is enough");
  });

  test("one that redirects, one that errs and one that cannot be reached are told apart", async () => {
    const through = (fetch: Fetch): Fetch =>
      [
        failing(SERVICES[0] ?? "", new Response(null, { status: 301 })),
        failing(SERVICES[1] ?? "", new Response(null, { status: 500 })),
        failing(SERVICES[2] ?? "", { code: "ENOTFOUND" }),
      ].reduce((inner, wrap) => wrap(inner), fetch);
    const found = await hosts({ through });
    expect(SERVICES.map((host) => found.get(host)?.cause)).toEqual(["HTTP_301", "HTTP_500", "ENOTFOUND"]);
    expect((await doctor({ through })).stdout).not.toContain("one is enough");
  });

  test("the same advice stands there once", async () => {
    const through = (): Fetch => () => Promise.reject(Object.assign(new Error("x"), { code: "ENOTFOUND" }));
    const { stdout } = await doctor({ through });
    expect(stdout).toContain("5 of the 5 hosts");
    expect(stdout.match(/open this host, port 443/g)).toHaveLength(1);
  });
});

describe("time", () => {
  afterEach(() => void vi.useRealTimers());

  test("a host that never answers costs ten seconds, however many there are", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const silent = (): Fetch => () => new Promise(() => undefined);
    const running = hosts({ through: silent, routes: behindProxy });
    let ended = false;
    void running.then(() => (ended = true));
    while (vi.getTimerCount() < HOSTS.length) await new Promise((turn) => setImmediate(turn));
    await vi.advanceTimersByTimeAsync(9_999);
    expect(ended).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect((await running).get(GRAPH)).toMatchObject({ cause: "ETIMEDOUT", state: "blocked" });
  });

  test("Ctrl-C ends it at once", async () => {
    const controller = new AbortController();
    const through = (): Fetch => () => {
      controller.abort(new AppError("INTERRUPTED", {}));
      return new Promise(() => undefined);
    };
    const run = await doctor({ through, signal: controller.signal });
    expect(run.exitCode).toBe(130);
  });
});

test.each([40, 80])("fits a terminal of %i columns", async (columns) => {
  const through = (fetch: Fetch): Fetch =>
    [
      failing(GRAPH, { code: "PROXY_407", proxyLogIn: ["Basic"], loggedIn: false }),
      failing(SIGN_IN, { code: "SELF_SIGNED_CERT_IN_CHAIN", issuer: "Contoso Root CA", systemStore: true }),
    ].reduce((inner, wrap) => wrap(inner), fetch);
  const { stdout } = await doctor({ through, columns, routes: behindProxy });
  // A command to copy stays whole.
  const lines = stdout
    .split("\n")
    .filter((line) => !/^ +(PowerShell|Command Prompt|Linux, macOS): /.test(line));
  expect(lines.filter((line) => line.length > columns)).toEqual([]);
  expect(stdout).toContain('PowerShell: $env:HTTPS_PROXY = "http://user:password@proxy:port"\n');
  expect(stdout).toContain("Command Prompt: set HTTPS_PROXY=http://user:password@proxy:port\n");
  expect(stdout).toContain(`  ${SERVICES[0]}:443`);
});

test("register waits for a proxy that is down, and names it, not Microsoft", async () => {
  const nobody = await nobodyThere();
  const fetch = nodeFetch({ HTTPS_PROXY: `http://me:hidden@${nobody}` });
  const tenant = testTenant();
  const run = await runInProcess(["register", ...UNATTENDED, "--verbose"], tenant, { through: () => fetch });
  expect(run.exitCode).toBe(8);
  expect(run.stderr).toMatch(/Trying again in \d+ s: login\.microsoftonline\.com/);
  expect(run.stderr).toContain(`cannot be reached through the proxy ${nobody}\n`);
  expect(run.stderr).toContain(`the proxy ${nobody} does not take the connection (ECONNREFUSED).`);
  expect(run.stderr).not.toContain("hidden");
  expect(tenant.clock.sleeps.length).toBeGreaterThanOrEqual(5);
});

describe("a variable that names no proxy", () => {
  const faults = [{ path: "HTTPS_PROXY", found: "socks5://…@p:1", expected: "proxyOverHttp" as const }];

  test.each([[["doctor", "network"]], [["register", ...UNATTENDED]]])(
    "ends %j before any request",
    async (argv) => {
      const tenant = testTenant();
      const run = await runInProcess(argv, tenant, { routes: routes({ faults: async () => faults }) });
      expect(run.exitCode).toBe(2);
      expect(run.stderr).toContain("HTTPS_PROXY: is socks5://…@p:1");
      expect(run.stderr).toContain("SOCKS");
      expect(tenant.requests).toEqual([]);
    },
  );

  test("does not keep anybody from rehearsing", async () => {
    const argv = ["register", "--sandbox", "--yes", "--no-input"];
    expect(
      (await runInProcess(argv, testTenant(), { routes: routes({ faults: async () => faults }) })).exitCode,
    ).toBe(0);
  });
});

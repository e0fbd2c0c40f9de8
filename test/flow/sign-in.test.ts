import { randomBytes, randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { AppError } from "../../src/errors.ts";
import { READING_SCOPES } from "../../src/flow/sign-in.ts";
import type { Fetch, ProgramEnd } from "../../src/ports/index.ts";
import { EXAMPLE } from "../../src/sandbox/index.ts";
import { secretHash } from "../../src/sandbox/signin/client-credentials.ts";
import { REFUSALS } from "../../src/sandbox/signin/refusal-rows.ts";
import { GRAPH_COMMAND_LINE_TOOLS } from "../../src/signin/cloud.ts";
import { CTRL_C } from "../support/fake-ports.ts";
import { graphToken } from "../support/graph-token.ts";
import {
  COMPLETE,
  census,
  runInProcess,
  type TestTenant,
  tally,
  testTenant,
  UNATTENDED,
} from "../support/run.ts";

const TENANT = { expect: /tenant ID/, answer: EXAMPLE.tenantDomain };
const REST = [
  { expect: /Name for the app/, answer: "empower" },
  { expect: /URL of the app/, answer: "https://app.contoso.com/" },
  { expect: /Outlook add-in/, answer: "nein" },
];
const YES = { expect: /Go ahead/, answer: true };
const WITHOUT_TENANT = ["--yes", "--no-input", "--hostname", "https://app.contoso.com"];

/** An Azure CLI that answers like this; what it was asked stands in `calls`. */
function azureCli(answer: (args: readonly string[]) => Promise<ProgramEnd | undefined>) {
  const calls: string[] = [];
  const run = async (name: string, args: readonly string[]) => {
    calls.push([name, ...args].join(" "));
    return answer(args);
  };
  return { calls, programs: { run } };
}

const failing = (stderr: string): ProgramEnd => ({ exitCode: 1, stdout: "", stderr });

const CLOUD_SHELL = {
  AZUREPS_HOST_ENVIRONMENT: "cloud-shell/1.0",
  ACC_CLOUD: "PROD",
  ACC_TID: EXAMPLE.tenantId,
  MSI_ENDPOINT: "http://localhost:50342/oauth2/token",
};

describe("the Azure CLI's session", () => {
  test("registers, and the sign-in service is never asked", async () => {
    const tenant = testTenant();
    const token = await graphToken(tenant);
    const before = tenant.requests.length;
    const { calls, programs } = azureCli(async () => ({
      exitCode: 0,
      stdout: JSON.stringify({ accessToken: token, tokenType: "Bearer" }),
      stderr: "",
    }));
    const run = await runInProcess([...UNATTENDED, "--auth", "azure-cli", "--no-proof"], tenant, {
      programs,
    });
    expect(run.stderr).toContain("Signed in as");
    expect(run.exitCode).toBe(0);
    expect(census(tenant, run)).toEqual(COMPLETE);
    expect(calls).toEqual([
      `az account get-access-token --output json --resource https://graph.microsoft.com --tenant ${EXAMPLE.tenantId}`,
    ]);
    const asked = tenant.requests.slice(before).filter(({ url }) => url.includes("login.microsoftonline"));
    expect(asked).toEqual([]);
    expect(run.stderr + run.stdout).not.toContain(token);
  });

  test.each([
    ["no Azure CLI", undefined, /no Azure CLI \(az\)/],
    ["nobody signed in", failing("ERROR: Please run 'az login' to setup account.\n"), /Nobody is signed in/],
    [
      "a policy",
      failing(
        "ERROR: AADSTS53003: Access has been blocked. Please run 'az login' to access it.\nTrace ID: x",
      ),
      /gave no token[\s\S]*AADSTS53003/,
    ],
    ["nonsense", { exitCode: 0, stdout: "<html>", stderr: "" }, /gave no token/],
  ])("%s is said, with what to do", async (_name, end, said) => {
    const { programs } = azureCli(async () => end);
    const run = await runInProcess([...UNATTENDED, "--auth", "azure-cli"], testTenant(), { programs });
    expect(run.exitCode).toBe(4);
    expect(run.stderr).toMatch(said);
  });
});

test("in Cloud Shell the Azure CLI is not told a tenant, nor is anybody asked for one", async () => {
  const tenant = testTenant();
  const token = await graphToken(tenant);
  const { calls, programs } = azureCli(async () => ({
    exitCode: 0,
    stdout: JSON.stringify({ accessToken: token }),
    stderr: "",
  }));
  const run = await runInProcess(["--auth", "azure-cli"], tenant, {
    environment: CLOUD_SHELL,
    answers: [...REST, YES],
    programs,
  });
  expect(run.exitCode, run.stderr).toBe(0);
  expect(calls.join()).not.toContain("--tenant");
});

describe("a token that somebody gives", () => {
  const variable = "ENTRA_APP_REGISTRATION_ACCESS_TOKEN";

  test("from the variable, from a pipe and from a hidden question; the tenant is the token's", async () => {
    for (const given of ["variable", "pipe", "question"] as const) {
      const tenant = testTenant();
      const token = await graphToken(tenant);
      const options = {
        variable: { environment: { [variable]: token } },
        pipe: { piped: `Bearer ${token}\n` },
        question: { answers: [{ expect: /Access token/, answer: token }, ...REST, YES] },
      }[given];
      const argv = given === "question" ? [] : WITHOUT_TENANT;
      const run = await runInProcess([...argv, "--auth", "token"], tenant, options);
      expect(run.exitCode, run.stderr).toBe(0);
      expect(census(tenant, run)).toEqual(COMPLETE);
      expect(run.stderr + run.stdout).not.toContain(token);
    }
  });

  const fake = (claims: object) =>
    `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.${randomBytes(8).toString("hex")}`;
  const graph = "https://graph.microsoft.com";
  test.each([
    ["nothing", "", /There is no access token/],
    ["another API's", fake({ aud: "https://management.azure.com/" }), /not for Microsoft Graph/],
    ["one that has ended", fake({ aud: `${graph}/`, exp: 1_700_000_000 }), /has ended/],
    ["one that Graph refuses", fake({ aud: graph }), /has ended/],
  ])("%s is refused", async (_name, piped, said) => {
    const tenant = testTenant();
    const run = await runInProcess([...WITHOUT_TENANT, "--auth", "token"], tenant, { piped });
    expect([run.exitCode, tenant.state.applications.length]).toEqual([4, 0]);
    expect(run.stderr).toMatch(said);
  });

  test("of another tenant than the one that was named is refused before anything is read", async () => {
    const tenant = testTenant();
    const other = "11111111-2222-4333-8444-555555555555";
    const argv = [...WITHOUT_TENANT, "--auth", "token", "--tenant-id", other];
    const run = await runInProcess(argv, tenant, { piped: await graphToken(tenant) });
    expect(run.exitCode).toBe(4);
    expect(run.stderr).toContain(`led to the tenant ${EXAMPLE.tenantId}, not to ${other}`);
  });

  test("without the permission to write is said before anything is created", async () => {
    const tenant = testTenant();
    const scope = READING_SCOPES.map((name) => `https://graph.microsoft.com/${name}`).join(" ");
    const token = await graphToken(tenant, { client_id: GRAPH_COMMAND_LINE_TOOLS, scope });
    const run = await runInProcess(["--auth", "token"], tenant, {
      environment: { [variable]: token },
      answers: [...REST, { expect: /not enough/, answer: "stop" }],
    });
    expect([run.exitCode, tenant.state.applications.length]).toEqual([5, 0]);
    expect(run.stderr).toContain("lacks the permissions Application.ReadWrite.All");
  });
});

describe("an application, by the environment", () => {
  const [clientId, secret] = [randomUUID(), randomBytes(16).toString("hex")];
  const environment = {
    AZURE_TENANT_ID: EXAMPLE.tenantId,
    AZURE_CLIENT_ID: clientId,
    AZURE_CLIENT_SECRET: secret,
  };

  test("needs its variables", async () => {
    const run = await runInProcess([...WITHOUT_TENANT, "--auth", "environment"], testTenant(), {
      environment: { AZURE_CLIENT_ID: clientId },
    });
    expect(run.exitCode).toBe(4);
    expect(run.stderr).toContain("not set: AZURE_TENANT_ID, AZURE_CLIENT_SECRET");
  });

  test("that is unknown, or whose secret is wrong, is said as such", async () => {
    const tenant = testTenant();
    const argv = [...WITHOUT_TENANT, "--auth", "environment"];
    const unknown = await runInProcess(argv, tenant, { environment });
    expect([unknown.exitCode, unknown.stderr]).toEqual([4, expect.stringContaining("AADSTS700016")]);
    const first = await runInProcess(UNATTENDED, testTenant(), {});
    expect(first.exitCode).toBe(0);
    await runInProcess(UNATTENDED, tenant);
    const [made] = tenant.state.applications;
    const wrong = await runInProcess(argv, tenant, {
      environment: { ...environment, AZURE_CLIENT_ID: made?.appId ?? "" },
    });
    expect([wrong.exitCode, wrong.stderr]).toEqual([4, expect.stringContaining("AADSTS7000215")]);
    expect(wrong.stderr).not.toContain(secret);
  });

  test("registers others where it has the permissions", async () => {
    const tenant = testTenant();
    await runInProcess([...UNATTENDED, "--app-name", "registrar"], tenant);
    const [registrar] = tenant.state.applications;
    const [principal] = tenant.state.servicePrincipals;
    const key = registrar?.passwordCredentials[0]?.keyId ?? "";
    tenant.state.secretHashes[key] = secretHash(secret);
    const roles = {
      "Application.ReadWrite.All": "1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9",
      "AppRoleAssignment.ReadWrite.All": "06b708a9-e830-4db3-a914-8e69da51d44f",
      "Directory.ReadWrite.All": "19dbc75e-c2e2-444c-a770-ec69d8559fc7",
      "Directory.Read.All": "7ab1d382-f21e-4acd-a863-ba3e13f7da61",
    };
    const [sample] = tenant.state.appRoleAssignments;
    if (!sample || !principal || !registrar) throw new Error("the registrar is not there");
    for (const appRoleId of Object.values(roles)) {
      tenant.state.appRoleAssignments.push({ ...sample, id: randomUUID(), appRoleId });
    }
    const run = await runInProcess([...WITHOUT_TENANT, "--auth", "environment"], tenant, {
      environment: { ...environment, AZURE_CLIENT_ID: registrar.appId },
    });
    expect(run.exitCode, run.stderr).toBe(0);
    expect(tenant.state.applications.map(({ displayName }) => displayName)).toEqual(["registrar", "empower"]);
  });
});

describe("A12: Azure Cloud Shell", () => {
  const shell = { environment: CLOUD_SHELL };
  const wait = { expect: /How do you want to grant User\.Read\.All/ };

  test("asks for name, URL, add-in, the consent and the yes, and nothing else; the page's consent is seen", async () => {
    const tenant = testTenant();
    const run = await runInProcess([], tenant, {
      ...shell,
      answers: [...REST, { ...wait, answer: "page" }, YES],
      through: consentingOnThePage(tenant),
    });
    expect(run.exitCode, run.stderr).toBe(0);
    expect(run.stderr).toContain("/CallAnAPI/appId/");
    expect(census(tenant, run)).toEqual(COMPLETE);
    expect(run.stdout).toMatch(
      /1\. Save the file on your computer with:\n\n {2}download \S+AppRegistrationInfo\.json/,
    );
    expect(run.stderr).toContain("upload it");
    expect(tenant.requests.filter(({ url }) => url.includes("devicecode"))).toEqual([]);
  });

  test("one device code more grants everything here, with the tenant that is known", async () => {
    const tenant = testTenant();
    const run = await runInProcess([], tenant, {
      ...shell,
      answers: [...REST, { ...wait, answer: "signIn" }, YES],
    });
    expect(run.exitCode, run.stderr).toBe(0);
    expect(census(tenant, run)).toEqual(COMPLETE);
    expect(tenant.requests.filter(({ url }) => url.includes("devicecode"))).toHaveLength(1);
  });

  test("who leaves the consent to somebody else gets everything but that, and exit 7", async () => {
    const tenant = testTenant();
    const run = await runInProcess([], tenant, {
      ...shell,
      answers: [...REST, { ...wait, answer: "later" }, YES],
    });
    expect(run.exitCode).toBe(7);
    expect(tally(tenant, run)).toEqual({ ...tally(tenant, run), appRoles: 0, delegated: ["User.Read"] });
    expect(run.stdout).toContain("Still missing: admin consent for User.Read.All");
  });

  test("who stops waiting on the page goes on, and exit 7", async () => {
    const tenant = testTenant();
    const run = await runInProcess([], tenant, {
      ...shell,
      answers: [...REST, { ...wait, answer: "page" }, YES],
      keys: ["s"],
    });
    expect([run.exitCode, tenant.state.appRoleAssignments.length]).toEqual([7, 0]);
  });

  test.each([
    ["the network is lost", false],
    ["the waits of the run add up to too much", true],
  ])("where %s while somebody is on the page, the rest counts, and exit 7", async (_what, slowly) => {
    const tenant = testTenant();
    const run = await runInProcess([], tenant, {
      ...shell,
      answers: [...REST, { ...wait, answer: "page" }, YES],
      through: afterHandOver(tenant, slowly ? throttled : reset),
    });
    expect(run.exitCode, run.stderr).toBe(7);
    expect(run.stderr).toContain("cannot be asked any more whether the consent was given");
    expect(run.stdout).toContain("Still missing: admin consent for User.Read.All");
    expect(run.stdout).toContain(run.info?.["clientSecret"]);
    expect(tenant.state.appRoleAssignments).toEqual([]);
  });

  test("Ctrl-C on the page still ends the run", async () => {
    const tenant = testTenant();
    const stop = new AbortController();
    const run = await runInProcess([], tenant, {
      ...shell,
      answers: [...REST, { ...wait, answer: "page" }, YES],
      signal: stop.signal,
      through: afterHandOver(tenant, (request, fetch) => {
        stop.abort(new AppError("INTERRUPTED", { signal: "SIGINT" }));
        return fetch(request);
      }),
    });
    expect(run.exitCode, run.stderr).toBe(130);
  });

  test.each(["audienceNotSupported", "failing", "html"] as const)(
    "a shell that gives no token (%s) falls through to a device code, with a sentence",
    async (cloudShell) => {
      const tenant = testTenant({ cloudShell });
      const run = await runInProcess([], tenant, { ...shell, answers: [...REST, YES] });
      expect(run.exitCode, run.stderr).toBe(0);
      expect(run.stderr).toMatch(/Cloud Shell's own sign-in does not work right now \(.+\)\. Going on with/);
      expect(census(tenant, run)).toEqual(COMPLETE);
    },
  );

  test("a config for another tenant than the shell's is not registered in the shell's", async () => {
    const tenant = testTenant();
    const other = "11111111-2222-4333-8444-555555555555";
    const run = await runInProcess(["--tenant-id", other], tenant, {
      ...shell,
      answers: [{ expect: /tenant ID/, answer: CTRL_C }],
    });
    expect(run.exitCode).toBe(130);
    expect(run.stderr).toContain(`led to the tenant ${EXAMPLE.tenantId}, not to ${other}`);
    expect(tenant.state.applications).toEqual([]);
  });

  test("a folder from which nothing can be downloaded is refused before the sign-in", async () => {
    const tenant = testTenant();
    const run = await runInProcess([...WITHOUT_TENANT, "--output", "/usr"], tenant, shell);
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toContain("below your home folder");
    expect(tenant.requests).toEqual([]);
  });

  test("reading needs no other sign-in", async () => {
    const tenant = testTenant();
    const first = await runInProcess(UNATTENDED, tenant);
    const argv = ["verify", "--no-input", "--hostname", "https://app.contoso.com"];
    const run = await runInProcess(argv, tenant, { ...shell, folder: first.folder });
    expect(run.exitCode, run.stderr).toBe(0);
  });
});

describe("from one way to the next", () => {
  test("a blocked device code gives place to another way, and nothing is typed twice", async () => {
    const tenant = testTenant();
    const session = await graphToken(tenant);
    tenant.behaviour.signIn = "blocked";
    const { programs } = azureCli(async () => ({
      exitCode: 0,
      stdout: JSON.stringify({ accessToken: session }),
      stderr: "",
    }));
    const run = await runInProcess([], tenant, {
      answers: [TENANT, { expect: /How do you want to sign in/, answer: "azure-cli" }, ...REST, YES],
      programs,
    });
    expect(run.exitCode, run.stderr).toBe(0);
    expect(run.stderr).toContain("blocks signing in by device code");
    expect(census(tenant, run)).toEqual(COMPLETE);
  });

  test("a code that waits in vain: n gets a new one, o another way", async () => {
    const tenant = testTenant({ signIn: "blockedUnseen" });
    const run = await runInProcess([], tenant, {
      answers: [TENANT, { expect: /How do you want to sign in/, answer: "stop" }],
      keys: ["n", "o"],
    });
    expect(run.exitCode).toBe(130);
    expect(tenant.requests.filter(({ url }) => url.endsWith("/devicecode"))).toHaveLength(2);
    expect(run.stderr).toContain("press n for a new code");
  });

  test("without somebody to ask, a blocked sign-in is exit 4", async () => {
    const run = await runInProcess(UNATTENDED, testTenant({ signIn: "blocked" }));
    expect(run.exitCode).toBe(4);
    expect(run.stderr).toContain("AADSTS53003");
  });

  test.each(Object.entries(REFUSALS))(
    "%s is said in the admin's words, Microsoft's last",
    async (name, row) => {
      const tenant = testTenant({ signIn: name as keyof typeof REFUSALS });
      const run = await runInProcess([...UNATTENDED, "--json"], tenant);
      expect(run.exitCode).toBe(4);
      expect(run.stderr).not.toContain("The sign-in did not succeed");
      // The sentence first, Microsoft's own line and the correlation ID last.
      const said = `\\nMicrosoft says: AADSTS${row.aadsts}:[^\\n]*\\nRequest ID: [0-9a-f-]{36}$`;
      expect(run.stderr).toMatch(new RegExp(said));
      expect(run.stderr).not.toContain("Trace ID");
      expect(tenant.state.applications).toEqual([]);
    },
  );

  test.each([
    ["accountNotInTenant", /does not belong to the tenant/],
    ["personalAccount", /personal Microsoft account/],
  ] as const)("an account that cannot be meant (%s) is asked again", async (signIn, said) => {
    const tenant = testTenant(signIn === "personalAccount" ? { persona: "personalAccount" } : { signIn });
    const run = await runInProcess([], tenant, {
      answers: [TENANT, { expect: /tenant ID/, answer: CTRL_C }],
    });
    expect(run.exitCode).toBe(130);
    expect(run.stderr).toMatch(said);
  });
});

describe("no tenant takes the place of another", () => {
  const WAYS = { expect: /How do you want to sign in/, answer: "stop" };
  const OTHER = "11111111-2222-4333-8444-555555555555";

  test("whoever signs in for the rest of a plan is not asked for a tenant", async () => {
    const tenant = testTenant({ signIn: "accountNotInTenant" });
    const run = await runInProcess([], tenant, {
      environment: CLOUD_SHELL,
      answers: [...REST, { expect: /How do you want to grant/, answer: "signIn" }, WAYS],
    });
    expect([run.exitCode, tenant.state.applications]).toEqual([4, []]);
    expect(run.stderr).toContain("does not belong to the tenant");
  });

  test("and a sign-in that leads elsewhere is refused", async () => {
    const tenant = testTenant();
    const run = await runInProcess([], tenant, {
      environment: CLOUD_SHELL,
      answers: [...REST, { expect: /How do you want to grant/, answer: "signIn" }, WAYS],
      through: (fetch) => async (request) => {
        const answer = await fetch(request);
        if (!request.url.includes("/oauth2/v2.0/token")) return answer;
        return elsewhere(answer, OTHER);
      },
    });
    expect([run.exitCode, tenant.state.applications]).toEqual([4, []]);
    expect(run.stderr).toContain(`led to the tenant ${OTHER}, not to ${EXAMPLE.tenantId}`);
  });

  test.each(["cloud-shell", "token"])("--auth %s of another tenant leads to another way", async (way) => {
    const tenant = testTenant();
    const token = await graphToken(tenant);
    const run = await runInProcess(["--auth", way, "--tenant-id", OTHER], tenant, {
      environment: { ...CLOUD_SHELL, ENTRA_APP_REGISTRATION_ACCESS_TOKEN: token },
      answers: [WAYS],
    });
    expect(run.exitCode).toBe(4);
    expect(run.stderr).toContain(`led to the tenant ${EXAMPLE.tenantId}, not to ${OTHER}`);
  });
});

describe("a network that comes and goes", () => {
  const gone = () => Promise.reject(Object.assign(new Error("connect"), { code: "ECONNREFUSED" }));

  test("for some minutes, while a code waits, costs nothing", async () => {
    const tenant = testTenant();
    let failures = 0;
    const run = await runInProcess(UNATTENDED, tenant, {
      through: (fetch) => (request) => {
        if (!request.url.includes("/v2.0/token") || failures === 40) return fetch(request);
        failures += 1;
        return gone();
      },
    });
    expect(run.exitCode, run.stderr).toBe(0);
    expect(failures).toBe(40);
    expect(census(tenant, run)).toEqual(COMPLETE);
  });

  test("and never comes back, is said as what it is", async () => {
    const tenant = testTenant();
    const run = await runInProcess(UNATTENDED, tenant, {
      through: (fetch) => (request) => (request.url.includes("/v2.0/token") ? gone() : fetch(request)),
    });
    expect([run.exitCode, tenant.state.applications]).toEqual([8, []]);
    expect(run.stderr).toMatch(/login\.microsoftonline\.com cannot be reached: .*\(ECONNREFUSED\)/);
  });

  test("a mistyped tenant is said soon, also where a firewall drops what goes to other clouds", async () => {
    const tenant = testTenant();
    const dropped: Request[] = [];
    const run = await runInProcess([...UNATTENDED, "--tenant-id", "nosuch.example"], tenant, {
      through: (fetch) => (request) => {
        const { host } = new URL(request.url);
        if (host === "login.microsoftonline.com") return fetch(request);
        if (host.startsWith("login.")) dropped.push(request);
        return new Promise(() => {});
      },
    });
    expect(run.exitCode).toBe(4);
    expect(run.stderr).toContain('Microsoft knows no tenant "nosuch.example"');
    // Each of them is asked once and given up: no repeat keeps the person waiting.
    const hosts = dropped.map(({ url }) => new URL(url).host);
    expect(hosts.toSorted()).toEqual(["login.chinacloudapi.cn", "login.microsoftonline.us"]);
    expect(dropped.map(({ signal }) => signal.aborted)).toEqual([true, true]);
  });
});

describe("other clouds", () => {
  test.each(["usgov", "usgov-dod", "china"] as const)("%s has hosts of its own", async (cloud) => {
    const tenant = testTenant({ cloud });
    const run = await runInProcess([...UNATTENDED, "--cloud", cloud], tenant);
    expect(run.exitCode, run.stderr).toBe(0);
    expect(tenant.requests.map(({ url }) => new URL(url).host)).not.toContain("graph.microsoft.com");
    expect(census(tenant, run)).toEqual(COMPLETE);
  });

  test.each(["usgov", "usgov-dod", "china"] as const)("a tenant of %s names the flag", async (cloud) => {
    for (const id of [EXAMPLE.tenantId, EXAMPLE.tenantDomain]) {
      const tenant = testTenant({ cloud });
      const run = await runInProcess([...UNATTENDED, "--tenant-id", id], tenant);
      expect(run.exitCode, run.stderr).toBe(4);
      expect(run.stderr).toContain(`--cloud ${cloud}`);
      expect(tenant.state.applications).toEqual([]);
    }
  });
});

/** `User.Read.All` and `GroupMember.Read.All` as application permissions. */
const APPLICATION_PERMISSIONS = [
  "df021288-bdef-4463-88db-98f22de89214",
  "98830695-27a2-44f7-8c18-0c3ebc9698f6",
];

/** Somebody consents in the browser as soon as the secret was handed over. */
function consentingOnThePage({ state, clock }: TestTenant): (fetch: Fetch) => Fetch {
  return (fetch) => async (request) => {
    const [principal] = state.servicePrincipals;
    const isHandedOver = state.applications[0]?.tags.some((tag) => tag.startsWith("delivered-"));
    if (principal && isHandedOver && state.appRoleAssignments.length === 0) {
      state.appRoleAssignments = APPLICATION_PERMISSIONS.map((appRoleId) => ({
        id: randomUUID(),
        appRoleId,
        principalId: principal.id,
        principalType: "ServicePrincipal",
        resourceId: state.graphServicePrincipalId,
        createdDateTime: clock.now().toISOString(),
      }));
    }
    return fetch(request);
  };
}

/** What happens to every request for what is granted, once the secret is handed over. */
function afterHandOver(
  { state }: TestTenant,
  happens: (request: Request, fetch: Fetch) => Promise<Response>,
): (fetch: Fetch) => Fetch {
  return (fetch) => async (request) => {
    const isHandedOver = state.applications[0]?.tags.some((tag) => tag.startsWith("delivered-"));
    return isHandedOver ? happens(request, fetch) : fetch(request);
  };
}

async function reset(): Promise<Response> {
  throw Object.assign(new Error("socket hang up"), { code: "ECONNRESET" });
}

async function throttled(): Promise<Response> {
  return new Response("{}", {
    status: 429,
    headers: { "content-type": "application/json", "retry-after": "120" },
  });
}

/** A token answer as another tenant would give it. */
async function elsewhere(answer: Response, tid: string): Promise<Response> {
  const body = (await answer.clone().json()) as { access_token?: string };
  const [header = "", claims = "", signature = ""] = body.access_token?.split(".") ?? [];
  if (claims === "") return answer;
  const said = JSON.parse(Buffer.from(claims, "base64url").toString()) as object;
  const moved = Buffer.from(JSON.stringify({ ...said, tid })).toString("base64url");
  return Response.json({ ...body, access_token: [header, moved, signature].join(".") });
}

describe("in the middle of work", () => {
  test("a claims challenge is answered once, without a second code", async () => {
    const tenant = testTenant({ claimsChallenge: true });
    const run = await runInProcess(UNATTENDED, tenant);
    expect(run.exitCode, run.stderr).toBe(0);
    expect(census(tenant, run)).toEqual(COMPLETE);
    expect(tenant.requests.filter(({ url }) => url.endsWith("/devicecode"))).toHaveLength(1);
  });

  test("a renewal that is refused ends the run, and nobody is asked for a code by surprise", async () => {
    const tenant = testTenant({ claimsChallenge: true, refresh: "sessionRevoked" });
    const run = await runInProcess([], tenant, { answers: [TENANT] });
    expect([run.exitCode, tenant.state.applications.length]).toEqual([4, 0]);
    expect(run.stderr).toContain("Your sign-in has ended");
    expect(tenant.requests.filter(({ url }) => url.endsWith("/devicecode"))).toHaveLength(1);
  });
});

test("a rehearsal in another cloud is one in that cloud", async () => {
  const run = await runInProcess(["--sandbox", "--cloud", "usgov", "--yes", "--no-input"], testTenant());
  expect(run.exitCode, run.stderr).toBe(0);
});

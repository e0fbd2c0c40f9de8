import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ResultDocument } from "../../src/cli/screen/result-document.ts";
import { EXAMPLE } from "../../src/sandbox/index.ts";
import { shippedJson } from "../support/builders.ts";
import { CTRL_C, fakePorts } from "../support/fake-ports.ts";
import { runInProcess, type TestRunOptions, testTenant } from "../support/run.ts";

/** Runs a command to which no request is allowed. */
const run = (argv: readonly string[], options: TestRunOptions = {}) => {
  const noNetwork = async () => Promise.reject(new Error("a request"));
  return runInProcess(argv, testTenant(), { ...options, through: () => noNetwork });
};

const written = (folder: string, name = "config.json") =>
  JSON.parse(readFileSync(join(folder, name), "utf8")) as Record<string, unknown>;

/** A folder with files in it. */
function folderWith(files: Readonly<Record<string, unknown>>): string {
  const { folder } = fakePorts();
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(folder, name), typeof content === "string" ? content : JSON.stringify(content));
  }
  return folder;
}

const NOT_SET = {
  tenantID: "",
  appName: "",
  hostname: "https://",
  useMailsOnline: false,
  oneTimePasswordServiceUri: "",
  useSCIM: false,
};

const ANSWERS = [
  { expect: /Which product/ },
  { expect: /tenant ID/, answer: EXAMPLE.tenantId },
  { expect: /Name for the app.*"empower" is proposed/, answer: "" },
  { expect: /URL of the app/, answer: "https://app.contoso.com/start" },
  { expect: /Outlook add-in/, answer: "ja" },
  { expect: /provisioned \(SCIM\)/ },
  { expect: /Groups whose users/, answer: "Sales, Support" },
  { expect: /one-time-password service \(Enter: onetimepass\.domaincrawler\.com, /, answer: "" },
];

describe("config init", () => {
  test("A1: writes what flags give, in the order of the packaged file, and says what is odd", async () => {
    const { exitCode, stdout, folder } = await run([
      "config",
      "init",
      "--no-input",
      "--tenant-id=Contoso.com",
      "--app-name=empower",
      "--hostname=https://app.contoso.com",
      "--mails-online",
      "--one-time-password-service=https://otp.contoso.com",
      "--secret-lifetime=12m",
      "--link-lifetime=7d",
      "--no-group-sync",
      "--no-implicit-flow",
      "--scim",
      "--group=Sales",
      "--group=1B4E28BA-2FA1-4D11-A3BB-0123456789AB",
      "--template=empower",
    ]);
    expect(exitCode).toBe(0);
    expect(Object.entries(written(folder))).toEqual(
      Object.entries({
        tenantID: "contoso.com",
        appName: "empower",
        hostname: "https://app.contoso.com",
        useMailsOnline: true,
        oneTimePasswordServiceUri: "https://otp.contoso.com/",
        useSCIM: true,
        template: "empower",
        secretLifetime: "12m",
        linkLifetime: "7d",
        groupSync: false,
        implicitFlow: false,
        groups: ["Sales", "1B4E28BA-2FA1-4D11-A3BB-0123456789AB"],
      }),
    );
    expect(stdout).toContain(`Written: ${folder}/config.json`);
    expect(stdout).toMatch(/! tenantID: is a domain name/);
    expect(stdout).toMatch(/! oneTimePasswordServiceUri: .*otp\.contoso\.com/);
    expect(stdout).toMatch(/^ {4}npx \.\/\S+\.tgz register --sandbox --config .*config\.json"?$/m);
  });

  test("asks for what no flag gives; Enter leaves it to the customer", async () => {
    const { exitCode, folder, stdout, stderr } = await run(["config", "init"], { answers: ANSWERS });
    expect(exitCode).toBe(0);
    expect(written(folder)).toEqual({
      ...NOT_SET,
      tenantID: EXAMPLE.tenantId,
      hostname: "https://app.contoso.com",
      useMailsOnline: true,
      groups: ["Sales", "Support"],
    });
    expect(stderr).toContain("Using https://app.contoso.com;");
    expect(stdout).toContain("Not set, so the customer is asked: appName");
  });

  test("asks again with the reason, and not at all for what flags and variables gave", async () => {
    const { ports, folder } = await run(["config", "init", "--no-mails-online", "--app-name=x"], {
      environment: { ENTRA_APP_REGISTRATION_TENANT_ID: EXAMPLE.tenantId },
      answers: [
        { expect: /Which product/ },
        { expect: /URL of the app/, answer: "http://app.contoso.com" },
        { expect: /URL of the app/, answer: "https://" },
        { expect: /provisioned \(SCIM\)/, answer: "yes" },
        { expect: /told when provisioning has trouble \(Enter/, answer: "it@contoso" },
        { expect: /told when provisioning has trouble \(Enter/, answer: " it@contoso.com" },
        { expect: /Groups whose users/, answer: "" },
        { expect: /one-time-password service/ },
      ],
    });
    expect(ports.refused.map(({ reason }) => reason)).toEqual([
      "Must start with https://, not http://: Microsoft Entra takes no other address.",
      expect.stringMatching(/e-mail address/),
    ]);
    expect(written(folder)).toEqual({
      ...NOT_SET,
      tenantID: EXAMPLE.tenantId,
      appName: "x",
      useSCIM: true,
      notificationEmail: "it@contoso.com",
    });
  });

  test("asks for what only another product needs, and leaves out what it does not", async () => {
    const { exitCode, folder, stdout } = await run(["config", "init"], {
      answers: [
        { expect: /Which product/, answer: /&Money/ },
        { expect: /tenant ID/, answer: "" },
        { expect: /Name for the app/, answer: "" },
        {
          expect: /test or production.*test \(https:\/\/api\.test-env.*\(Enter: production/,
          answer: "nowhere",
        },
        { expect: /test or production/, answer: "test" },
        {
          expect: /trouble, or advisors=<e-mail>, rooms=<e-mail>/,
          answer: "it@contoso.com, lobby=a@b.example",
        },
        { expect: /told when provisioning/, answer: "it@contoso.com, rooms=fm@contoso.com" },
      ],
    });
    expect(exitCode).toBe(0);
    expect(written(folder)).toMatchObject({
      template: "andmoney",
      andMoneyApi: "https://api.test-env.booking.andmoney.dk",
      notificationEmail: "it@contoso.com, rooms=fm@contoso.com",
    });
    expect(stdout).toContain("the customer is asked: tenantID, appName");
    expect((await run(["config", "check"], { folder })).exitCode).toBe(0);
  });

  test("--set answers what only this product asks; what it does not ask is refused", async () => {
    const init = (...set: string[]) =>
      run(["config", "init", "--no-input", "--template=andmoney", ...set.map((one) => `--set=${one}`)]);
    const { folder, exitCode } = await init("api=https://API.test-env.booking.andmoney.dk");
    expect(exitCode).toBe(0);
    expect(written(folder)).toMatchObject({ andMoneyApi: "https://api.test-env.booking.andmoney.dk" });
    const wrong = await init("api=nowhere", "stage=test", "test");
    expect(wrong.exitCode).toBe(2);
    expect(wrong.stderr).toMatch(/--set api: is nowhere, must be one of production, test/);
    expect(wrong.stderr).toMatch(/--set: is stage=test, must be one of api=…/);
    expect(wrong.stderr).toMatch(/--set: is test, must be one of api=…/);
    const none = await run(["config", "init", "--no-input", "--set=a=b"]);
    expect(none.stderr).toContain("--set: is a=b, must be left out");
  });

  test("F8: pairs, and what is left open, are written so that they mean the same when they are read", async () => {
    const set = ["metadata=floor=mail", "metadata=costCentre = department", "folders=none"];
    const argv = ["config", "init", "--no-input", "--template=scim-oidc-platform"];
    const { folder, exitCode, stderr } = await run([...argv, ...set.map((one) => `--set=${one}`)]);
    expect([exitCode, stderr]).toEqual([0, expect.not.stringContaining("✖")]);
    expect(written(folder)).toMatchObject({
      metadataAttributes: "floor=mail, costCentre=department",
      foldersAttribute: "none",
      defaultFolder: "",
      websiteRole: "",
    });
    const checked = await run(["config", "check"], { folder });
    expect(checked.exitCode).toBe(0);
    expect(checked.stdout).toMatch(
      /the customer is asked: .*webRedirectUri, installedRedirectUri, scimTenantUrl$/m,
    );
    const wrong = await run(["config", "check"], {
      folder: folderWith({
        "config.json": {
          template: "scim-oidc-platform",
          metadataAttributes: "a=b=c",
          userTypeAttribute: "[x]",
        },
      }),
    });
    expect(wrong.exitCode).toBe(3);
    expect(wrong.stdout).toMatch(/metadataAttributes: is "a=b=c", must be pairs with commas between/);
    expect(wrong.stdout).toMatch(/userTypeAttribute: is "\[x\]", must be the name of an attribute/);
  });

  test("E6: who is told of failures is written for each application, and checked with the template", async () => {
    const argv = ["config", "init", "--no-input", "--template=andmoney"];
    const { folder, exitCode } = await run([
      ...argv,
      "--notify=it@contoso.com",
      "--notify=rooms=fm@contoso.com",
    ]);
    expect(exitCode).toBe(0);
    expect(written(folder)).toMatchObject({ notificationEmail: "it@contoso.com, rooms=fm@contoso.com" });
    expect((await run(["config", "check"], { folder })).exitCode).toBe(0);
    const refused = await run([...argv, "--notify=it"]);
    expect([refused.exitCode, refused.stderr]).toEqual([
      2,
      expect.stringContaining("--notify: is it, must be an e-mail address"),
    ]);
    const other = folderWith({
      "config.json": { template: "andmoney", notificationEmail: "cars=it@contoso.com" },
    });
    const wrong = await run(["config", "check"], { folder: other });
    expect(wrong.exitCode).toBe(3);
    expect(wrong.stdout).toContain("must be one of advisors=…, rooms=…");
  });

  test("lists everything wrong with the flags and writes nothing", async () => {
    const { exitCode, stderr, folder } = await run(
      ["config", "init", "--tenant-id=x", "--hostname=http://x", "--secret-lifetime=soon"],
      { answers: [] },
    );
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/--tenant-id: .*\n.*--secret-lifetime: |--tenant-id: /);
    for (const flag of ["--tenant-id", "--hostname", "--secret-lifetime"]) expect(stderr).toContain(flag);
    expect(() => written(folder)).toThrow("ENOENT");
  });

  test("a variable that looks like one and is none is named", async () => {
    const { exitCode, stderr } = await run(["config", "init", "--no-input"], {
      environment: { ENTRA_APP_REGISTRATION_TENANT: "x" },
    });
    expect(exitCode).toBe(0);
    expect(stderr).toContain("ENTRA_APP_REGISTRATION_TENANT");
  });

  test("never replaces a file unasked", async () => {
    const folder = folderWith({ "config.json": "precious" });
    const refused = await run(["config", "init", "--no-input"], { folder });
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain("--force");
    const no = { expect: /config\.json is there already\. Replace it\?/, answer: false };
    expect((await run(["config", "init"], { folder, answers: [no] })).exitCode).toBe(130);
    const stopped = [
      { ...no, answer: true },
      { expect: /Which product/ },
      { expect: /tenant ID/, answer: CTRL_C },
    ];
    expect((await run(["config", "init"], { folder, answers: stopped })).exitCode).toBe(130);
    expect(readFileSync(join(folder, "config.json"), "utf8")).toBe("precious");
    const yes = [{ ...no, answer: true }, ...ANSWERS];
    expect((await run(["config", "init"], { folder, answers: yes })).exitCode).toBe(0);
    expect(written(folder)).toMatchObject({ tenantID: EXAMPLE.tenantId });
    expect((await run(["config", "init", "--no-input", "--force"], { folder })).exitCode).toBe(0);
    expect(written(folder)).toEqual(NOT_SET);
  });

  test("--output names the file or its folder; one that is not there is an error", async () => {
    const { folder } = fakePorts();
    mkdirSync(join(folder, "acme"));
    const init = (output: string) => run(["config", "init", "--no-input", `--output=${output}`], { folder });
    expect((await init("acme")).exitCode).toBe(0);
    expect((await init("acme/contoso.json")).exitCode).toBe(0);
    expect(written(folder, "acme/config.json")).toEqual(written(folder, "acme/contoso.json"));
    const missing = await init("nowhere/");
    expect(missing.exitCode).toBe(2);
    expect(missing.stderr).toContain("nowhere (ENOENT)");
  });

  test("names the schema where an editor finds it from the file", async () => {
    const { folder } = fakePorts();
    const packageFolder = join(folder, "node_modules/entra-app-registration");
    mkdirSync(join(packageFolder, "templates"), { recursive: true });
    const root = join(import.meta.dirname, "../..");
    for (const name of ["package.json", "templates/empower.json", "templates/mails-online.json"]) {
      writeFileSync(join(packageFolder, name), readFileSync(join(root, name)));
    }
    await run(["config", "init", "--no-input"], { folder, packageFolder });
    expect(written(folder)["$schema"]).toBe(
      "./node_modules/entra-app-registration/schemas/config.schema.json",
    );
  });
});

describe("config check", () => {
  test("takes what config init wrote", async () => {
    const { folder } = await run(["config", "init", "--no-input", `--tenant-id=${EXAMPLE.tenantId}`]);
    const { exitCode, stdout } = await run(["config", "check"], { folder });
    expect(exitCode).toBe(0);
    expect(stdout).toContain("config.json can be used.");
    expect(stdout).not.toMatch(/✖|!/);
  });

  test("lists every fault at once, and what is odd, and ends with 3", async () => {
    const folder = folderWith({
      "acme.json": {
        tenantID: "x",
        tenantid: "y",
        colour: "red",
        useMailsOnline: "yes",
        hostname: "https://app.contoso.com",
        oneTimePasswordServiceUri: "https://otp.contoso.com",
        template: "nope",
      },
    });
    const { exitCode, stdout, stderr } = await run(["config", "check", "acme.json"], { folder });
    expect(exitCode).toBe(3);
    expect(stderr).toBe("");
    expect(stdout.split("\n").map((line) => line.trim().split(":")[0])).toEqual([
      `${folder}/acme.json has 4 faults`,
      "✖ tenantID",
      "✖ tenantid",
      "✖ useMailsOnline",
      "✖ template",
      "! colour",
      "! oneTimePasswordServiceUri",
      "i Not set, so the customer is asked",
    ]);
    expect(stdout).toContain('Did you mean "tenantID"?');
    expect(stdout).toMatch(/template: is "nope", must be one of .*empower/);
  });

  test("--json is one document that follows the schema", async () => {
    const folder = folderWith({ "config.json": { appName: 7, x: 1, tenantID: "contoso.com" } });
    const { exitCode, stdout } = await run(["config", "check", "--json"], { folder });
    expect(exitCode).toBe(3);
    expect(ResultDocument.parse(JSON.parse(stdout))).toMatchObject({
      command: "config check",
      changed: false,
      file: `${folder}/config.json`,
      usable: false,
      faults: [{ path: "appName", found: "7", expected: "must be text in quotes", suggestion: null }],
      warnings: [{ kind: "unknownKey", path: "x" }, { kind: "tenantIsDomain" }],
      asked: ["hostname"],
    });
    const init = await run(["config", "init", "--no-input", "--force", "--json"], { folder });
    expect(ResultDocument.parse(JSON.parse(init.stdout))).toMatchObject({
      command: "config init",
      usable: true,
      asked: ["tenantID", "appName", "hostname"],
    });
  });

  test.each<[string, string | Buffer, RegExp]>([
    ["no JSON", '{ "appName": "x",\n }', /\(file\): is not valid JSON: look at line 2, column/],
    ["another encoding", Buffer.from('{ "appName": "x" }', "utf16le"), /\(file\): is not /],
    ["5 MB", JSON.stringify({ appName: "x".repeat(5 * 1024 * 1024) }), /\(file\): is larger than 1 MB/],
    ["a list", "[]", /\(file\): is \[\], must be a JSON object/],
  ])("%s is a fault", async (_name, content, fault) => {
    const { folder } = fakePorts();
    writeFileSync(join(folder, "config.json"), content);
    const { exitCode, stdout } = await run(["config", "check"], { folder });
    expect(stdout).toMatch(fault);
    expect(exitCode).toBe(3);
  });

  test("a file that is not there, or a folder, is a wrong command", async () => {
    const folder = folderWith({});
    for (const name of ["nope.json", "."]) {
      expect(await run(["config", "check", name], { folder })).toMatchObject({ exitCode: 2, stdout: "" });
    }
    const many = await run(["config", "check", "a", "b"], { folder });
    expect(many).toMatchObject({ exitCode: 2 });
    expect(many.stderr).toContain("Too many arguments");
  });

  test("what a file holds cannot steer the terminal", async () => {
    const folder = folderWith({ "config.json": { appName: "\u001B[2J", "\u001B]52;c;x\u0007": 1 } });
    const { stdout } = await run(["config", "check"], { folder });
    expect(stdout).not.toMatch(/[\u001B\u0007]/);
  });
});

test("a config that was checked is rehearsed with nothing else", async () => {
  const { folder } = await run([
    "config",
    "init",
    "--no-input",
    "--output=customer.json",
    `--tenant-id=${EXAMPLE.tenantId}`,
    "--app-name=Contoso empower",
    "--hostname=https://app.contoso.com",
    "--mails-online",
    "--no-group-sync",
  ]);
  expect((await run(["config", "check", "customer.json"], { folder })).exitCode).toBe(0);
  const argv = ["register", "--sandbox", "--config", "customer.json", "--yes", "--no-input"];
  const rehearsal = await runInProcess(argv, testTenant(), { folder });
  expect(rehearsal.exitCode).toBe(0);
  expect(rehearsal.stderr).not.toContain("Example values");
  expect(rehearsal.stdout).toContain('Done: "Contoso empower" is registered.');
  expect(rehearsal.info).toMatchObject({ TenantId: EXAMPLE.tenantId });
});

test("a key of the config's own template is its key, however near it is to one of the default's", async () => {
  const input = { name: "mails", question: "Mails?", format: "text", configKey: "useMailOnline" };
  const folder = folderWith({
    "acme.json": {
      ...shippedJson("empower.json"),
      name: "acme",
      addOns: [],
      scimVariant: undefined,
      inputs: [input],
    },
    "config.json": { template: "./acme.json", useMailOnline: "x", hostname: "https://app.contoso.com" },
  });
  expect((await run(["config", "check"], { folder })).exitCode).toBe(0);
  const argv = ["register", "--yes", "--no-input", `--tenant-id=${EXAMPLE.tenantId}`];
  expect((await runInProcess(argv, testTenant(), { folder })).exitCode).toBe(0);
});

test("what else is wrong with a config is said before its template that is none", async () => {
  const folder = folderWith({ "config.json": { template: "nope", hostname: "http://x" } });
  const { exitCode, stderr } = await run(["register", "--yes", "--no-input"], { folder });
  expect(exitCode).toBe(2);
  expect(stderr).toContain("hostname: ");
});

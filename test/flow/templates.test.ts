import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ResultDocument } from "../../src/cli/screen/result-document.ts";
import { shipped, shippedJson } from "../support/builders.ts";
import { fakePorts } from "../support/fake-ports.ts";
import { runInProcess, testTenant } from "../support/run.ts";

/** Runs a command to which no request is allowed. */
const run = (argv: readonly string[], folder?: string) => {
  const noNetwork = async () => Promise.reject(new Error("a request"));
  return runInProcess(["templates", ...argv], testTenant(), {
    ...(folder !== undefined && { folder }),
    through: () => noNetwork,
  });
};
const document = (stdout: string) => ResultDocument.parse(JSON.parse(stdout));
const NAMES = [...new Set(shipped().templates.map(({ name }) => name))];

/** A folder with a vendor's own files in it. */
function folderWith(files: Readonly<Record<string, unknown>>): string {
  const { folder } = fakePorts();
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(folder, name), typeof content === "string" ? content : JSON.stringify(content));
  }
  return folder;
}

describe("templates list", () => {
  test("names what is shipped, the default and the variants", async () => {
    const { exitCode, stdout } = await run(["list"]);
    expect(exitCode).toBe(0);
    expect(stdout.split("\n").map((line) => line.split(" ")[0])).toEqual(NAMES.toSorted());
    expect(stdout).toMatch(/^empower +empower® \(the default\)$/m);
    expect(stdout).toMatch(/^empower-scim .*\(empower with provisioning\)$/m);
  });

  test("--json follows the schema", async () => {
    expect(document((await run(["list", "--json"])).stdout)).toMatchObject({
      command: "templates list",
      templates: expect.arrayContaining([
        { name: "empower", title: "empower®", isDefault: true, variantOf: null },
      ]),
    });
  });
});

describe("templates show", () => {
  test("says what will be asked, created, granted and handed over", async () => {
    expect((await run(["show", "empower"])).stdout).toMatchInlineSnapshot(`
      "empower® (empower)

      It asks for
        Microsoft Entra tenant ID, or a domain name of the tenant (tenantID)
        Name for the app registration; "empower" is proposed (appName)
        URL of the app (hostname)
        Use empower® Mails Online (the Outlook add-in)?; "no" is proposed (useMailsOnline)
        Groups whose users are synchronised (groups)

      It creates
        + App registration "<name>", for this tenant only
            + redirect URI <URL of the app>/empower/identityservice/signin-oidc
            + redirect URI <URL of the app>/empower/identityservice/grants
            + redirect URI <URL of the app>/empower/identityservice
            + implicit flow: access tokens and ID tokens (not with --no-implicit-flow)
            + enterprise application (service principal)
            + client secret, valid for 24m where nothing else is said, behind a one-time link at onetimepass.domaincrawler.com, or snappass.symplasson.de, or oneoffsecret.com
        + With empower® Mails Online (--mails-online)
            + Application ID URI api://<host of the URL>/<client ID>
            + scope access_as_user: Access empower as the signed-in user
            + authorised client Microsoft Office (all hosts)

      It gets admin consent for the whole tenant for
        + User.Read (Microsoft Graph, delegated): in the name of whoever is signed in, and no more than they may
        + User.Read.All (Microsoft Graph, application): by itself, for the whole tenant, without anybody signed in
        + GroupMember.Read.All (Microsoft Graph, application): by itself, for the whole tenant, without anybody signed in; left out with --no-group-sync
          What a permission allows is shown in Microsoft's words from your tenant: register --dry-run.

      It hands over
        + AppRegistrationInfo.json
            + TenantId: <tenant ID>
            + clientId: <client ID>
            + clientSecret: <one-time link to the client secret>
            + createDateClientSecret: <day the client secret begins>
            + expirationDateClientSecret: <day the client secret ends>

      Then you are told
        1. Send <file> to your Onboarding Specialist or Customer Success Manager, with the upload link from their e-mail.
        2. Do not open the link in the file: it opens once, and they need it. It works until <day the link ends>.

      With provisioning (useSCIM, --scim) the template empower-scim takes its place."
    `);
  });

  test.each(NAMES)(
    "%s: every permission, redirect URI, question and key is there, in words and as JSON",
    async (name) => {
      const text = (await run(["show", name])).stdout;
      const json = (await run(["show", name, "--json"])).stdout;
      expect(document(json)).toMatchObject({ command: "templates show", name });
      const templates = shipped().templates.filter((template) => template.name === name);
      for (const { application, inputs = [] } of templates) {
        const { web, publicClient, handover } = application;
        const uris = [...(web?.redirectUris ?? []), ...(publicClient?.redirectUris ?? [])];
        expect(text.match(/redirect URI/g)?.length ?? 0).toBeGreaterThanOrEqual(uris.length);
        for (const word of [
          ...application.permissions.map((permission) => permission.name),
          ...Object.keys(handover?.entries ?? {}),
          ...inputs.map(({ configKey }) => configKey),
        ]) {
          expect(text).toContain(word);
          expect(json).toContain(word);
        }
        for (const uri of uris) expect(json).toContain(JSON.stringify(uri).slice(1, -1));
      }
      expect(text).not.toMatch(/[{}]/);
    },
  );

  test("a permission that is refused unseen is marked", async () => {
    const api = "00000003-0000-0000-c000-000000000000";
    const [application] = shippedJson("empower.json")["applications"] as [Record<string, unknown>];
    const permissions = [
      { api, type: "application", name: "Mail.Read" },
      { api, type: "delegated", name: "Mail.Read" },
    ];
    const folder = folderWith({
      "acme.json": {
        ...shippedJson("empower.json"),
        addOns: [],
        applications: [{ ...application, permissions }],
      },
    });
    const { stdout } = await run(["show", "./acme.json"], folder);
    expect(stdout).toMatch(/Mail\.Read \(Microsoft Graph, application\): .*without --allow-high-privilege/);
    expect(stdout.match(/--allow-high-privilege/g)).toHaveLength(1);
    const json = document((await run(["show", "./acme.json", "--json"], folder)).stdout);
    expect(json).toMatchObject({
      applications: [{ permissions: [{ highPrivilege: true }, { highPrivilege: false }] }],
    });
  });

  test("a name that is none is refused with those there are, a file by its place", async () => {
    const unknown = await run(["show", "nope"]);
    expect(unknown.exitCode).toBe(2);
    expect(unknown.stderr).toContain("empower");
    expect((await run(["show"])).exitCode).toBe(2);
    expect((await run(["show", "../nope.json"])).stderr).toContain("nope.json does not exist");
  });
});

describe("templates show, of a product that is provisioned", () => {
  test("E3: lists every attribute with where it comes from, and that nothing else is mapped", async () => {
    const { stdout } = await run(["show", "andmoney"]);
    const table = stdout.slice(
      stdout.indexOf("<name> advisors, address"),
      stdout.indexOf("<name> rooms, address"),
    );
    expect(table).toMatchInlineSnapshot(`
      "<name> advisors, address (tenant URL) <api>/advisors/scim
            + who: users and groups that are assigned to the app
            + groups are not provisioned
            + before: &Money has given you a secret token for advisors.
            + contact: &Money support
            + attributes of users, and nothing else (Entra's own mappings are removed):
                active                              ← Switch([IsSoftDeleted], , "False", "True", "True", "False")
                userName                            ← [userPrincipalName] (users are recognised by it)
                displayName                         ← [displayName]
                name.givenName                      ← [givenName]
                name.familyName                     ← [surname]
                addresses[type eq "work"].formatted ← [physicalDeliveryOfficeName]
                externalId                          ← [objectId]
        + "
    `);
  });

  test("F3, F4, F6, F7, F8: names what is required, added and repeated", async () => {
    const { stdout } = await run(["show", "scim-oidc-platform"]);
    expect(
      stdout.slice(stdout.indexOf("It is provisioned"), stdout.indexOf("It hands over")),
    ).toMatchInlineSnapshot(`
      "It is provisioned (SCIM)
        + <name>, address (tenant URL) <tenantUrl>
            + who: users and groups that are assigned to the app
            + app role of whoever is assigned: <role>
            + groups are provisioned, too
            + required of name.givenName: has a value
            + required of name.familyName: has a value
            + required of emails[type eq "work"].value: has a value, no two users have the same
            + required of userType: one of Standard, Premium
            + before: The vendor has given you the SCIM address and a secret token.
            + before: Every user to be provisioned has a first name, a last name and an e-mail address of their own.
            + contact: the vendor's support
            + attributes of users, every other one as Entra maps it by itself:
                name.givenName               ← [givenName]
                name.familyName              ← [surname]
                emails[type eq "work"].value ← [mail]
                userType                     ← [<userTypeSource>] ("<userType>" where that is empty)
                urn:ietf:params:scim:schemas:extension:2.0:CustomExtensionName:folders ← Split([<folders>], ",") ("<defaultFolder>" where that is empty; added to the app's attributes where Entra does not know it, with several values)
                <roleTarget>                 ← SingleAppRoleAssignment([appRoleAssignments]) (added to the app's attributes where Entra does not know it)
                urn:ietf:params:scim:schemas:extension:2.0:Metadata:<key> ← [<attribute>] (once for each pair of <metadata>; added to the app's attributes where Entra does not know it)

      "
    `);
    const json = document((await run(["show", "scim-oidc-platform", "--json"])).stdout);
    expect(json).toMatchObject({
      applications: [
        {
          provisioning: {
            exclusive: false,
            appRole: "{input.role}",
            requirements: expect.arrayContaining([
              { target: "userType", present: false, unique: false, oneOf: ["Standard", "Premium"] },
            ]),
            mappings: expect.arrayContaining([
              expect.objectContaining({ repeatedFor: "metadata", source: "[{value}]" }),
            ]),
          },
        },
      ],
    });
  });

  test("D3, D5, D6: says what stays as it is, which group is offered, and what the vendor does", async () => {
    const { stdout } = await run(["show", "flexwhere"]);
    for (const words of [
      "groups are not provisioned",
      'a security group "UsersFlexWhere" is offered to be created',
      "after the first users: Tell FlexWhere",
      "attributes of users: as Entra maps them by itself",
      "<the whole command scim setup>",
    ]) {
      expect(stdout.replaceAll(/\s+/g, " ")).toContain(words);
    }
  });
});

describe("templates check", () => {
  test.each(NAMES)("%s can be used", async (name) => {
    const { exitCode, stdout } = await run(["check", name]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`templates/${name}.json can be used.`);
  });

  test("names what Entra would not take: an address, expressions, functions", async () => {
    const json = shippedJson("flexwhere.json");
    const [application] = json["applications"] as [{ scim: Record<string, unknown> }];
    const sources = [
      "[mail",
      "ToLowr([mail])",
      'Join(" ", [givenName], Surname([surname]))',
      "jobTitle",
      'Switch([IsSoftDeleted], , "False", "True", "True", "False")',
      "",
    ];
    const mappings = sources.map((source, index) => ({ target: `a${index}`, source }));
    const scim = { ...application.scim, tenantUrl: "https://10.0.0.1/scim" };
    const faultsOf = async (users: object) => {
      const file = { ...json, applications: [{ ...application, scim: { ...scim, users } }] };
      return run(["check", "./own.json"], folderWith({ "own.json": file }));
    };
    const checked = await faultsOf({ mappings: mappings.slice(0, -1), exclusive: false });
    expect(checked.exitCode).toBe(3);
    expect(checked.stdout.replace(/^.*\//, "")).toMatchInlineSnapshot(`
      "own.json has 5 faults:
        ✖ applications.0.scim.tenantUrl: is https://10.0.0.1/scim, is no address that Microsoft Entra can call
        ✖ applications.0.scim.users.mappings.0.source: is [mail, is no expression: at character 1 the name of an attribute should stand, and ] behind it
        ✖ applications.0.scim.users.mappings.1.source: is ToLowr([mail]), has a function ToLowr that nobody knows; is ToLower meant?
        ✖ applications.0.scim.users.mappings.2.source: is Join(" ", [givenName], Surname([surname])), has a function Surname that nobody knows
        ✖ applications.0.scim.users.mappings.3.source: is jobTitle, is no expression: at character 9 an attribute in [ ], a text in " " or a function should stand"
    `);
    const empty = await faultsOf({ mappings: mappings.slice(-1), exclusive: false });
    expect(empty.stdout).toContain("applications.0.scim.users.mappings.0.source");
  });

  test("lists every fault of the template and of the files it names, with its path", async () => {
    const folder = folderWith({
      "acme.json": {
        ...shippedJson("empower.json"),
        name: "a/b",
        colour: "red",
        title: undefined,
        addOns: ["mails-online", "../x", "nope"],
        scimVariant: "gone",
        nextSteps: ["Open {clientSecretLink}"],
      },
      "mails-online.json": { ...shippedJson("mails-online.json"), configKey: "hostname" },
    });
    const { exitCode, stdout } = await run(["check", "acme.json"], folder);
    expect(exitCode).toBe(3);
    expect(stdout.replaceAll(folder, "")).toMatchInlineSnapshot(`
      "/acme.json has 7 faults:
        ✖ name: is "a/b", must be lower-case letters, digits and single hyphens
        ✖ title: is missing
        ✖ addOns.1: is "../x", must be lower-case letters, digits and single hyphens
        ✖ nextSteps.0: is "Open {clientSecretLink}", no placeholder {clientSecretLink} here
        ✖ colour: is no key of this place
        ✖ addOns.2: is /nope.json, does not exist
        ✖ scimVariant: is /gone.json, does not exist
      /mails-online.json has 1 fault:
        ✖ configKey: is "hostname", must not be a key that config.json has for something else"
    `);
    const json = document((await run(["check", "acme.json", "--json"], folder)).stdout);
    expect(json).toMatchObject({
      command: "templates check",
      file: `${folder}/acme.json`,
      usable: false,
      faults: expect.arrayContaining([
        { file: `${folder}/acme.json`, path: "title", expected: "is missing" },
        { file: `${folder}/mails-online.json`, path: "configKey", expected: expect.any(String) },
      ]),
    });
  });

  test("a key of config.json that two parts declare is a fault, for register as well", async () => {
    const input = { name: "a", question: "A?", format: "text", configKey: "useMailsOnline" };
    const folder = folderWith({
      "acme.json": { ...shippedJson("empower.json"), scimVariant: undefined, inputs: [input] },
      "mails-online.json": shippedJson("mails-online.json"),
    });
    const { exitCode, stdout } = await run(["check", "acme.json"], folder);
    expect(exitCode).toBe(3);
    expect(stdout).toContain("addOns.0: the key useMailsOnline of config.json is declared twice");
    const argv = ["register", "--sandbox", "--yes", "--no-input", "--template", "./acme.json"];
    const registered = await runInProcess(argv, testTenant(), { folder });
    expect(registered.exitCode).toBe(2);
    expect(registered.stderr).toContain("declared twice");
  });

  test("an add-on is checked by itself", async () => {
    const folder = folderWith({ "chat.json": { ...shippedJson("mails-online.json"), question: "" } });
    const { exitCode, stdout } = await run(["check", "chat.json"], folder);
    expect(exitCode).toBe(3);
    expect(stdout).toMatch(/✖ question: /);
  });

  test.each<[string, string | Buffer, RegExp]>([
    ["no JSON", '{ "kind": "template",\n }', /\(file\): is not valid JSON: look at line 2, column/],
    ["another encoding", Buffer.from("{}", "utf16le"), /\(file\): is not /],
    ["5 MB", JSON.stringify({ title: "x".repeat(5 * 1024 * 1024) }), /\(file\): is larger than 1 MB/],
    ["a list", "[]", /\(file\): must be of the type object/],
  ])("%s is a fault", async (_name, content, fault) => {
    const { folder } = fakePorts();
    writeFileSync(join(folder, "acme.json"), content);
    const { exitCode, stdout } = await run(["check", "./acme.json"], folder);
    expect(stdout).toMatch(fault);
    expect(exitCode).toBe(3);
  });

  test("a file that is not there, or a name that is none, is a wrong command", async () => {
    expect(await run(["check", "./nope.json"])).toMatchObject({ exitCode: 2, stdout: "" });
    expect((await run(["check", "nope"])).stderr).toContain("Known templates: ");
  });
});

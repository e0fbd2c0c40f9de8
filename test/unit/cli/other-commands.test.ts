import { execFileSync } from "node:child_process";
import { Command } from "commander";
import { describe, expect, test } from "vitest";
import { readFlags } from "../../../src/cli/flags.ts";
import { addAppOptions, addTenantOptions } from "../../../src/cli/options.ts";
import { OtherCommands } from "../../../src/cli/other-commands.ts";
import { advised, advisedPlainly, principal, quoted } from "../../../src/cli/screen/words/advice.ts";
import { guid } from "../../support/builders.ts";

/** A program with two commands, and the one of them that was run with these words. */
function parsed(words: readonly string[], environment: Record<string, string> = {}) {
  const root = new Command("entra-app-registration").version("1.2.3");
  let run: Command | undefined;
  addTenantOptions(root.command("register"), [])
    .option("--yes", "")
    .action((_options, command: Command) => void (run = command));
  const scim = root.command("scim");
  addAppOptions(scim.command("status")).action((_options, command: Command) => void (run = command));
  root.parse(words, { from: "user" });
  if (!run) throw new Error("no command");
  return new OtherCommands(run, readFlags(run, environment).flags);
}

describe("another command on the same app", () => {
  test("is told again which app it is, and nothing of how the first one ran", () => {
    const words = [
      "--template",
      "./my template.json",
      "--set",
      "environment=test",
      "--set",
      "key=a b",
      "--yes",
    ];
    const flags = [
      "--app-id",
      guid(1),
      "--hostname",
      "https://app.contoso.com",
      "--no-group-sync",
      "--sandbox",
    ];
    const other = parsed(["register", ...words, ...flags]);
    expect(other.again("scim status")).toBe(
      `npx ./entra-app-registration-1.2.3.tgz scim status --template "./my template.json" --set "environment=test" --set "key=a b" --app-id ${guid(1)} --sandbox`,
    );
    expect(other.again("register --app-name x")).toMatch(
      / register --app-name x --template .* --hostname https:\/\/app\.contoso\.com --sandbox --no-group-sync$/,
    );
  });

  test("takes what was answered, unless a flag said it; what a variable says needs no flag", () => {
    const other = parsed(["scim", "status"], { ENTRA_APP_REGISTRATION_TEMPLATE: "flexwhere" });
    const tenant = { id: guid(8), displayName: "Contoso" };
    other.hear({ kind: "signedIn", username: "a@b.c", tenant });
    expect(other.again("scim start", "rooms")).toBe("npx ./entra-app-registration-1.2.3.tgz scim start");
    expect(other.again("scim status", "rooms")).toBe(
      `npx ./entra-app-registration-1.2.3.tgz scim status --tenant-id ${guid(8)} --application rooms`,
    );
    const named = parsed(["scim", "status", "--tenant-id", "contoso.com", "--application", "advisors"]);
    named.hear({ kind: "signedIn", username: "a@b.c", tenant });
    expect(named.again("scim status", "rooms")).toMatch(
      /status --application rooms --tenant-id contoso\.com$/,
    );
  });

  test("names the variant of the product that a command below scim takes unasked", () => {
    const other = parsed(["scim", "status", "--template", "empower"]);
    other.provisions("empower-scim");
    expect(other.again("scim status")).toMatch(/scim status --template empower$/);
    expect(other.again("register")).toMatch(/register --template empower-scim$/);
  });

  test("help is asked for without any of it", () => {
    const other = parsed(["scim", "status", "--template", "flexwhere"]);
    expect(other.again("scim status --help")).toBe(
      "npx ./entra-app-registration-1.2.3.tgz scim status --help",
    );
  });
});

test.each(["plain", "two words", 'a "b" $HOME `id` !!', "it's $HOME", "100 % & ü"])(
  "a shell reads %s as it was",
  (text) => {
    const read = execFileSync("sh", ["-c", `printf %s ${quoted(text)}`], { encoding: "utf8" });
    expect(read).toBe(text);
  },
);

test("somebody whose name a shell would read is named by object ID", () => {
  expect(principal({ name: "anna@contoso.com", id: guid(1) })).toBe('"anna@contoso.com"');
  expect(principal({ name: 'x"; rm -r ~', id: guid(1) })).toBe(guid(1));
});

test("a command stands on a line of its own on a screen, and behind its sentence elsewhere", () => {
  const program = { again: (words: string) => `npx ./x.tgz ${words}` };
  const advice = [{ say: "See why with:", run: "scim logs" }, { say: "Then wait." }];
  expect(advised(advice, program)).toBe("See why with:\n    npx ./x.tgz scim logs\nThen wait.");
  expect(advisedPlainly(advice, program)).toBe("See why with: npx ./x.tgz scim logs\nThen wait.");
});

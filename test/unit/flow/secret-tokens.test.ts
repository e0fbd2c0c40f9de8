import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { isAppError } from "../../../src/errors.ts";
import type { RunEvent } from "../../../src/flow/events.ts";
import { readSecretTokens } from "../../../src/flow/scim/secret-tokens.ts";
import type { Template } from "../../../src/template/schema.ts";
import { type FakePortsOptions, fakePorts } from "../../support/fake-ports.ts";

const VARIABLE = "ENTRA_APP_REGISTRATION_SECRET_TOKEN";

/** Only the keys of a product's applications matter here. */
function product(...keys: readonly (string | undefined)[]): readonly Template[] {
  return keys.map((key) => ({ application: { ...(key !== undefined && { key }) } }) as Template);
}

interface Given extends Omit<FakePortsOptions, "files"> {
  readonly apps?: readonly (string | undefined)[];
  readonly files?: readonly string[];
  readonly contents?: Readonly<Record<string, string | Uint8Array>>;
  readonly inputIsTaken?: boolean;
  /** What standard input does, where it is not simply what is piped. */
  readonly readInput?: () => Promise<string>;
}

async function read({
  apps = [undefined],
  files = [],
  contents = {},
  inputIsTaken = false,
  ...given
}: Given) {
  const ports = fakePorts(given);
  for (const [name, content] of Object.entries(contents)) {
    writeFileSync(join(ports.folder, name), content, { mode: 0o600 });
  }
  const events: RunEvent[] = [];
  const context = {
    ports,
    report: (event: RunEvent) => void events.push(event),
    readInput: given.readInput ?? (() => ports.terminal.readInput()),
    questions: undefined,
  };
  const input = {
    templates: product(...apps),
    files: { values: files, path: "--secret-token-file" },
    inputIsTaken,
  };
  const tokens = await readSecretTokens(context, input);
  return { tokens: new Map([...tokens].map(([key, token]) => [key, token.reveal()])), events, ports };
}

async function faultsOf(given: Given) {
  const error: unknown = await read(given).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isAppError(error, "VALUES_INVALID")) throw error ?? new Error("nothing was wrong");
  return error.facts.faults;
}

describe("the secret token of a product with one application", () => {
  test.each<[string, Given]>([
    ["a file", { files: ["token.txt"], contents: { "token.txt": "abc\n" } }],
    ["a file from PowerShell", { files: ["t"], contents: { t: Buffer.from("\uFEFFabc\r\n", "utf16le") } }],
    ["a file whose name has an equals sign", { files: ["a=b"], contents: { "a=b": "abc" } }],
    ["the variable", { environment: { [VARIABLE]: "abc" } }],
    ["standard input", { piped: "abc\n" }],
    [
      "a file before the variable",
      { files: ["t"], contents: { t: "abc" }, environment: { [VARIABLE]: "no" } },
    ],
    ["the variable before standard input", { environment: { [VARIABLE]: "abc" }, piped: "no" }],
  ])("comes from %s", async (_from, given) => {
    const { tokens, events } = await read(given);
    expect(tokens).toEqual(new Map([["", "abc"]]));
    expect(events).toEqual([]);
  });

  test("is not there yet where nothing gives one", async () => {
    expect((await read({})).tokens).toEqual(new Map());
  });

  test("is not what an access token is piped in for", async () => {
    expect((await read({ piped: "access-token", inputIsTaken: true })).tokens).toEqual(new Map());
  });

  test("what was cut off is said, without the token", async () => {
    const { tokens, events } = await read({ environment: { [VARIABLE]: ' "Bearer abc" ' } });
    expect(tokens.get("")).toBe("abc");
    expect(events).toEqual([{ kind: "secretTokenCleaned", source: VARIABLE, removed: ["quotes", "bearer"] }]);
  });

  test.skipIf(process.platform === "win32")("a file that others can read is warned of", async () => {
    const ports = fakePorts();
    const file = join(ports.folder, "token.txt");
    writeFileSync(file, "abc");
    chmodSync(file, 0o644);
    const { events } = await read({ folder: ports.folder, files: ["token.txt"] });
    expect(events).toEqual([{ kind: "secretTokenFileShared", file }]);
  });

  test("standard input that stays open and silent is not waited for for ever", async () => {
    const { tokens, events } = await read({ readInput: () => new Promise(() => undefined) });
    expect(tokens).toEqual(new Map());
    expect(events).toEqual([{ kind: "inputSilent", seconds: 10 }]);
  });

  test.each<[string, Given, unknown]>([
    ["two tokens in a file", { files: ["t"], contents: { t: "abc\ndef\n" } }, { secretToken: "whiteSpace" }],
    ["an empty file", { files: ["t"], contents: { t: "\n" } }, { secretToken: "empty" }],
    ["stars in its place", { piped: "***" }, { secretToken: "masked" }],
    ["no such file", { files: ["t"] }, { secretToken: "notFile" }],
    ["a folder", { files: ["."] }, { reason: "directory" }],
    ["an empty path", { files: [""] }, { secretToken: "notFile" }],
    ["a second file", { files: ["t", "u"], contents: { t: "abc", u: "def" } }, { secretToken: "twice" }],
    ["no text", { files: ["t"], contents: { t: new Uint8Array([0xc3, 0x28]) } }, { reason: "notUtf8" }],
  ])("%s is refused before anything is done", async (_name, given, expected) => {
    const faults = await faultsOf(given);
    expect(faults.map((fault) => fault.expected)).toEqual([expected]);
    // Whatever was found may be half of a token.
    expect(JSON.stringify(faults)).not.toMatch(/abc|def|\*/);
  });
});

describe("the secret tokens of a product with several applications", () => {
  const apps = ["advisors", "rooms"];
  const both = new Map([
    ["advisors", "a1"],
    ["rooms", "r1"],
  ]);

  test.each<[string, Given]>([
    ["files", { files: ["advisors=a", "rooms=r"], contents: { a: "a1", r: "r1" } }],
    ["variables", { environment: { [`${VARIABLE}_ADVISORS`]: "a1", [`${VARIABLE}_ROOMS`]: "r1" } }],
    ["standard input", { piped: "rooms=r1\r\nadvisors=a1\r\n" }],
    ["each from somewhere else", { files: ["rooms=r"], contents: { r: "r1" }, piped: "advisors=a1\n" }],
  ])("come from %s", async (_from, given) => {
    expect((await read({ apps, ...given })).tokens).toEqual(both);
  });

  test("one may come before the other", async () => {
    expect((await read({ apps, piped: "rooms=r1" })).tokens).toEqual(new Map([["rooms", "r1"]]));
  });

  test.each<[string, Given]>([
    ["a file", { files: ["t"], contents: { t: "r1" } }],
    ["a file with its name", { files: ["rooms=t"], contents: { t: "r1" } }],
    ["the variable", { environment: { [VARIABLE]: "r1" } }],
    ["standard input", { piped: "r1\n" }],
    ["standard input with its name", { piped: "rooms=r1\n" }],
  ])("for one of them alone %s needs no name", async (_from, given) => {
    expect((await read({ apps: ["rooms"], ...given })).tokens).toEqual(new Map([["rooms", "r1"]]));
  });

  test.each<[string, Given, string[]]>([
    ["a file", { files: ["t"], contents: { t: "x9" } }, ["advisors=<file>", "rooms=<file>"]],
    ["standard input", { piped: "x9" }, ["advisors=<token>", "rooms=<token>"]],
    ["the variable", { environment: { [VARIABLE]: "x9" } }, [`${VARIABLE}_ADVISORS`, `${VARIABLE}_ROOMS`]],
  ])("%s that does not say which is refused", async (_from, given, oneOf) => {
    const faults = await faultsOf({ apps, ...given });
    expect(faults.map(({ expected }) => expected)).toEqual([{ oneOf }]);
    expect(JSON.stringify(faults)).not.toContain("x9");
  });

  test("two files for the same one are refused, and so is one without a path", async () => {
    const files = ["rooms=t", "rooms=t", "advisors="];
    const faults = await faultsOf({ apps, files, contents: { t: "x9" } });
    expect(faults.map(({ expected }) => expected)).toEqual([
      { secretToken: "twice" },
      { secretToken: "notFile" },
    ]);
  });

  test("a variable for an application that is none is named", async () => {
    const name = `${VARIABLE}_ADVISER`;
    const { events } = await read({ apps, environment: { [name]: "a1" } });
    expect(events).toContainEqual({ kind: "variablesUnknown", names: [name] });
  });
});

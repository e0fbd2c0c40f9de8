import { execFile, spawn as spawnChild } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { spawn } from "@lydell/node-pty";
import xterm from "@xterm/headless";
import { rolldown } from "rolldown";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

let folder = "";
let program = "";

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "entra-app-registration-test-"));
  const bundle = await rolldown({
    input: join(import.meta.dirname, "terminal-fixture.ts"),
    platform: "node",
  });
  const { output } = await bundle.write({
    dir: folder,
    entryFileNames: "[name].mjs",
    chunkFileNames: "[name].mjs",
  });
  program = join(folder, output[0].fileName);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const { CI: _ci, NO_COLOR: _noColor, FORCE_COLOR: _forceColor, ...ENVIRONMENT } = process.env;

/** The fixture in a pseudo-terminal: its screen, the keys, its end. */
function open(args: string[], { cols = 80, env = {} }: { cols?: number; env?: Record<string, string> } = {}) {
  const screen = new xterm.Terminal({ cols: cols || 80, rows: 30, allowProposedApi: true });
  let raw = "";
  let exit: number | undefined;
  // A terminal of no size, as some containers have it, can only be made from inside.
  const command = `stty cols 0; exec "$0" "$@"`;
  const [file = "", ...rest] = [
    ...(cols === 0 ? ["sh", "-c", command] : []),
    process.execPath,
    program,
    ...args,
  ];
  const pty = spawn(file, rest, {
    cols: cols || 80,
    rows: 30,
    name: env["TERM"] ?? "xterm-256color",
    env: { ...ENVIRONMENT, ...env },
  });
  pty.onData((data) => {
    raw += data;
    screen.write(data);
  });
  pty.onExit(({ exitCode }) => {
    exit = exitCode;
  });
  const text = (): string => {
    const { active } = screen.buffer;
    return Array.from(
      { length: active.length },
      (_, line) => active.getLine(line)?.translateToString(true) ?? "",
    )
      .join("\n")
      .trimEnd();
  };
  const until = async (isThere: () => boolean): Promise<void> => {
    for (const end = Date.now() + 60_000; !isThere(); ) {
      if (Date.now() > end) {
        pty.kill("SIGKILL");
        throw new Error(`not seen; the screen:\n${text()}`);
      }
      await new Promise((wake) => setTimeout(wake, 10));
    }
  };
  return {
    text,
    raw: () => raw,
    sees: (pattern: RegExp) => until(() => pattern.test(text())),
    type: (keys: string) => pty.write(keys),
    signal: (name: string) => process.kill(pty.pid, name),
    ended: async () => {
      await until(() => exit !== undefined);
      // What was written last may be read after the exit is known.
      for (let length = -1; length !== raw.length; ) {
        ({ length } = raw);
        await new Promise((wake) => setTimeout(wake, 100));
      }
      await new Promise<void>((wake) => {
        screen.write("", wake);
      });
      return exit;
    },
  };
}

describe.concurrent("questions", () => {
  test.each([80, 40])("are asked and answered at %i columns", async (cols) => {
    const run = open(["questions"], { cols });
    await run.sees(/Name\? \(preset\)/);
    run.type("much too long\r");
    await run.sees(/too long$/m);
    run.type("\x15");
    run.type("\r");
    await run.sees(/Sure\? \(y\/N\)/);
    run.type("y\r");
    await run.sees(/Which\?[^]*blue/);
    run.type("\x1b[B");
    run.type("\r");
    expect(await run.ended()).toBe(0);
    expect(run.text()).toContain("preset true b");
    expect(run.text()).toMatch(/Name\? preset\n/);
    expect(run.text()).not.toContain("held while asked");
  });

  test.each([
    ["Ctrl-C", "\x03"],
    ["the end of input", "\x04"],
  ])("%s is an interruption, at each of them", async (_, key) => {
    const before = ["", "\r", "\r\r"];
    for (const [index, question] of [/Name\?/, /Sure\?/, /Which\?/].entries()) {
      const run = open(["questions"]);
      await run.sees(/Name\?/);
      if ((before[index] ?? "") !== "") run.type("\r");
      if (index > 1) {
        await run.sees(/Sure\?/);
        run.type("\r");
      }
      await run.sees(question);
      run.type(key);
      await run.sees(/failed: INTERRUPTED/);
      expect(await run.ended()).toBe(130);
    }
  });

  test("break between words, and what is typed stands behind", async () => {
    const run = open(["long"], { cols: 30 });
    const words = "? Which of all these words,\n  when the line is at its end,\n  stays in one piece?";
    await run.sees(/one piece\?/);
    expect(run.text()).toBe(words);
    run.type("allx\x7f");
    await run.sees(/piece\?\s+all$/);
    run.type("\r");
    await run.sees(/✔/);
    expect(run.text()).toContain(`${words.replace("?", "✔")} all`);
  });

  test("go on after Ctrl-Z and fg", async () => {
    const run = open(["questions"]);
    await run.sees(/Name\?/);
    run.type("\x1a");
    await new Promise((wake) => setTimeout(wake, 100));
    run.signal("SIGCONT");
    await new Promise((wake) => setTimeout(wake, 100));
    run.type("abc\r");
    // On a busy machine the first one comes before the key is read.
    const again = setInterval(() => run.signal("SIGCONT"), 100);
    await run.sees(/Sure\?/).finally(() => clearInterval(again));
    run.type("\x03");
    expect(await run.ended()).toBe(130);
    expect(run.text()).toContain("abc");
  });

  test("take no colour where none is wanted", async () => {
    const run = open(["questions", "--no-color"]);
    await run.sees(/Name\?/);
    run.type("\x03");
    await run.ended();
    expect(run.raw()).not.toMatch(/\x1b\[[\d;]+m/);
  });
});

describe.concurrent("the moving line", () => {
  test("shows the youngest work, lets notes through, and leaves nothing", async () => {
    const run = open(["spinner"]);
    expect(await run.ended()).toBe(0);
    expect(run.raw()).toMatch(/second long[^]*a note between[^]*first line[^]*first again/);
    expect(run.text()).toBe("a note between\ndone");
    expect(run.raw()).toMatch(/\x1b\[36m/);
  });

  test.each<[string, string[], Record<string, string>]>([
    ["NO_COLOR", [], { NO_COLOR: "1" }],
    ["--no-color", ["--no-color"], {}],
  ])("has no colour with %s", async (_, args, env) => {
    const run = open(["spinner", ...args], { env });
    expect(await run.ended()).toBe(0);
    expect(run.raw()).toContain("first line");
    expect(run.raw()).not.toMatch(/\x1b\[[\d;]+m/);
  });

  test.each([{ CI: "" }, { CI: "true" }, { TERM: "dumb" }])("is left out with %j", async (env) => {
    const run = open(["spinner", "--still"], { env });
    expect(await run.ended()).toBe(0);
    expect(run.text()).toBe("a note between\ndone");
    expect(run.raw()).not.toContain("first line");
  });

  test("is left out off a terminal", async () => {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [program, "spinner", "--still"], {
      env: ENVIRONMENT,
    });
    expect([stdout, stderr]).toEqual(["done\n", "a note between\n"]);
  });
});

test.runIf(process.platform !== "win32")("0 columns are no reason to hang", async () => {
  const spinner = open(["spinner", "--still"], { cols: 0 });
  expect(await spinner.ended()).toBe(0);
  expect(spinner.text()).toBe("a note between\ndone");
  const questions = open(["questions"], { cols: 0 });
  await questions.sees(/Name\?/);
  questions.type("me\r");
  await questions.sees(/Sure\?/);
  questions.type("\x04");
  expect(await questions.ended()).toBe(130);
  expect(questions.text()).toContain("failed: INTERRUPTED");
});

test("a reader that went away does not end the work", async () => {
  const child = spawnChild(process.execPath, [program, "spinner", "--still"], { env: ENVIRONMENT });
  child.stdout.destroy();
  child.stderr.destroy();
  const code = await new Promise((done) => child.on("exit", done));
  expect(code).toBe(0);
});

describe("a search", () => {
  test("is given up as soon as the typing goes on, and passes over what is only read", async () => {
    const pty = open(["search"]);
    await pty.sees(/None/);
    pty.type("slow");
    await expect.poll(pty.raw).toContain("asked slow");
    pty.type("er");
    await pty.sees(/found for slower/);
    pty.type("\r");
    expect(await pty.ended()).toBe(0);
    expect(pty.text()).toMatch(/^slower! \(slow, given up, slower\)$/m);
  });

  test("Enter alone takes the first row, and Ctrl-C ends it while it waits", async () => {
    const first = open(["search"]);
    await first.sees(/None/);
    first.type("\r");
    expect(await first.ended()).toBe(0);
    expect(first.text()).toMatch(/^none \(\)$/m);
    const second = open(["search"]);
    await second.sees(/None/);
    second.type("slow");
    await expect.poll(second.raw).toContain("asked slow");
    second.type("\u0003");
    expect(await second.ended()).toBe(130);
    expect(second.text()).toMatch(/failed: INTERRUPTED/);
  });
});

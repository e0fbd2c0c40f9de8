// Run in a pseudo-terminal by terminal.test.ts: what a person sees of terminal and prompter.
import { nodePorts } from "../../../src/ports/node/index.ts";

const { terminal, prompter, clock } = nodePorts({
  packageFolder: ".",
  ...(process.argv.includes("--no-color") ? { colour: false } : {}),
});
const [, , scene] = process.argv;

let written = "";
const write = process.stderr.write.bind(process.stderr);
process.stderr.write = (chunk: string | Uint8Array) => {
  written += String(chunk);
  return write(chunk);
};

/** Waits until a text is on the moving line; where there is to be none, as long as would do on an idle machine. */
async function drawn(text: string): Promise<void> {
  if (process.argv.includes("--still")) await clock.sleep(300);
  else while (!written.includes(text)) await clock.sleep(10);
}

async function questions(): Promise<void> {
  const progress = terminal.progress("held while asked");
  try {
    await ask();
  } finally {
    progress.stop();
  }
}

async function ask(): Promise<void> {
  const name = await prompter.input({
    message: "Name?",
    default: "preset",
    check: (answer) => (answer.length > 8 ? "too long" : undefined),
  });
  const sure = await prompter.confirm({ message: "Sure?", default: false });
  const colour = await prompter.select({
    message: "Which?",
    choices: [
      { value: "r", name: "red" },
      { value: "b", name: "blue" },
    ],
  });
  terminal.result(`${name} ${sure} ${colour}`);
}

async function spinner(): Promise<void> {
  const first = terminal.progress("first line");
  const second = terminal.progress(`second ${"long ".repeat(60)}line`);
  await drawn("second long");
  terminal.note("a note between");
  second.stop();
  await drawn("first line");
  first.update("first again");
  await drawn("first again");
  first.stop();
  terminal.result("done");
}

/** Finds nothing for "slow" until it is given up, and says in the end what it was asked. */
async function search(): Promise<void> {
  const seen: string[] = [];
  const chosen = await prompter.search({
    message: "Group?",
    find: async (typed, signal) => {
      if (typed === "") return [{ value: "none", name: "None" }];
      seen.push(typed);
      // As the window's title, which leaves the screen alone.
      process.stderr.write(`\x1b]0;asked ${typed}\x07`);
      if (typed === "slow") {
        await new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => {
            seen.push("given up");
            reject(signal.reason as Error);
          });
        });
      }
      return [{ line: `found for ${typed}` }, { value: `${typed}!`, name: `choose ${typed}` }];
    },
  });
  terminal.result(`${chosen} (${seen.join(", ")})`);
}

async function long(): Promise<void> {
  terminal.result(
    await prompter.input({
      message: "Which of all these words, when the line is at its end, stays in one piece?",
      check: () => undefined,
    }),
  );
}

const SCENES = new Map([
  ["long", long],
  ["spinner", spinner],
  ["search", search],
]);

try {
  await (SCENES.get(scene ?? "") ?? questions)();
} catch (error) {
  terminal.note(`failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 130;
}

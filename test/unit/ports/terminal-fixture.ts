// Run in a pseudo-terminal by terminal.test.ts: what a person sees of terminal and prompter.
import { nodePorts } from "../../../src/ports/node/index.ts";

const { terminal, prompter, clock } = nodePorts({
  packageFolder: ".",
  ...(process.argv.includes("--no-color") ? { colour: false } : {}),
});
const [, , scene] = process.argv;

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
  // Time enough to load ora on a busy machine.
  await clock.sleep(400);
  terminal.note("a note between");
  second.stop();
  await clock.sleep(100);
  first.update("first again");
  await clock.sleep(100);
  first.stop();
  terminal.result("done");
}

try {
  await (scene === "spinner" ? spinner() : questions());
} catch (error) {
  terminal.note(`failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 130;
}

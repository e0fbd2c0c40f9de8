// A module of its own, imported with the first question: so the bundle carries these three alone.
export { confirm, input, select } from "@inquirer/prompts";

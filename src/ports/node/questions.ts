// A module of its own, imported with the first question: so the bundle carries these alone.
export { setImmediate as turn, setTimeout as pause } from "node:timers/promises";
export { confirm, input, password, Separator, search, select } from "@inquirer/prompts";

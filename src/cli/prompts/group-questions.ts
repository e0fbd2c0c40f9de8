import type { GroupSearch } from "../../flow/groups.ts";
import type { GroupChoice, Questions, UnclearGroupChoice } from "../../flow/questions.ts";
import type { Prompter, SearchRow } from "../../ports/index.ts";
import { isGuid, parseGroup } from "../../settings/values.ts";
import { expectation } from "../screen/words/faults.ts";
import { GROUP_QUESTIONS as WORDS } from "../screen/words/groups.ts";

/** The questions about the groups whose users are synchronised. */
export function groupQuestions(
  prompter: Prompter,
): Pick<Questions, "group" | "whichGroup" | "createGroup" | "members"> {
  return {
    group: (question, chosen, search, proposed) =>
      prompter.search<GroupChoice>({
        message:
          question === undefined ? WORDS.another(chosen) : WORDS.first(question, proposed !== undefined),
        find: async (typed, signal) => {
          const done = {
            value: { kind: "done" },
            name: chosen.length > 0 ? WORDS.noMore : WORDS.none,
          } as const;
          if (typed.trim() === "") {
            const create = proposed === undefined ? [] : [{ kind: "create", displayName: proposed } as const];
            return [...create.map((value) => ({ value, name: WORDS.create(value.displayName) })), done];
          }
          const parsed = parseGroup(typed);
          if (!parsed.ok) return [{ line: expectation(parsed.expected) }, done];
          return [...(await rowsOf(parsed.value, await search(parsed.value, signal))), done];
        },
      }),
    whichGroup: (wanted, candidates) =>
      prompter.select<UnclearGroupChoice>({
        message: candidates.length === 0 ? WORDS.notFound(wanted) : WORDS.which(wanted),
        choices: [
          ...candidates.map((group) => ({
            value: { kind: "group", group } as const,
            name: WORDS.group(group),
          })),
          { value: { kind: "search" } as const, name: WORDS.search },
          ...(candidates.length === 0 && !isGuid(wanted.toLowerCase())
            ? [{ value: { kind: "create" } as const, name: WORDS.create(wanted) }]
            : []),
          { value: { kind: "none" } as const, name: WORDS.without },
        ],
      }),
    members: async (displayName, missing) => {
      const typed = await prompter.input({
        message: missing.length > 0 ? WORDS.membersAgain(missing) : WORDS.members(displayName),
        check: () => undefined,
      });
      return namesIn(typed);
    },
    createGroup: (displayName) =>
      prompter.confirm({ message: WORDS.confirmCreate(displayName), default: false }),
  };
}

/** User principal names as people separate them. */
function namesIn(typed: string): string[] {
  return typed.split(/[,;\s]+/).filter((part) => part !== "");
}

/** What a search found, and what else can be done about it. */
async function rowsOf(typed: string, found: GroupSearch): Promise<SearchRow<GroupChoice>[]> {
  if (found.kind === "failed") {
    const { code } = found.failure;
    const { describeError } = await import("../screen/words/errors.ts");
    const isRefused = code === "SIGN_IN_FAILED" || code === "GRAPH_FORBIDDEN";
    return [
      { line: WORDS.failed(describeError(found.failure).message) },
      ...(isRefused ? [{ value: { kind: "signIn" } as const, name: WORDS.signIn }] : []),
    ];
  }
  const { groups, more } = found;
  const isThere = groups.some(({ displayName }) => displayName.toLowerCase() === typed.toLowerCase());
  const isId = /[0-9a-f-]{36}$/i.test(typed);
  return [
    ...groups.map((group) => ({ value: { kind: "group", group } as const, name: WORDS.group(group) })),
    ...(more ? [{ line: WORDS.more }] : []),
    ...(groups.length === 0 ? [{ line: WORDS.nothing }] : []),
    ...(isThere || isId
      ? []
      : [{ value: { kind: "create", displayName: typed } as const, name: WORDS.create(typed) }]),
  ];
}

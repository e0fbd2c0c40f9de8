/** What was taken off a pasted token. */
export type RemovedFromToken = "whiteSpace" | "quotes" | "bearer";

/** Why a text is no token. */
export type SecretTokenProblem =
  | "empty"
  /** White space or an invisible character inside: two things were pasted, or half of one. */
  | "whiteSpace"
  /** What an HTTP header cannot carry. */
  | "notAscii"
  /** What Graph shows in the place of a saved token. */
  | "masked";

/** The same, and why the file of one is none; `twice`: another file is for the same application. */
export type SecretTokenFileProblem = SecretTokenProblem | "notFile" | "tooLarge" | "twice";

export type CleanedToken =
  | { readonly ok: true; readonly token: string; readonly removed: readonly RemovedFromToken[] }
  | { readonly ok: false; readonly problem: SecretTokenProblem };

// What is before the second part keeps it from being tried at every place of a long run.
const EDGE_SPACE = /^[\s\p{Cc}\p{Cf}]+|(?<![\s\p{Cc}\p{Cf}])[\s\p{Cc}\p{Cf}]+$/gu;
const QUOTES = /^(?:"(.*)"|'(.*)'|`(.*)`|“(.*)”|„(.*)“)$/su;
const PREFIX = /^(?:authorization\s*:\s*)?bearer(?=\s)/iu;

/**
 * A secret token as it was pasted, without what mail programs, manuals and HTTP put around it: white space,
 * quotes, `Bearer`. Entra adds `Bearer` itself.
 */
export function cleanSecretToken(text: string): CleanedToken {
  const removed = new Set<RemovedFromToken>();
  const without = (part: string, pattern: RegExp, kind: RemovedFromToken, by = ""): string => {
    const rest = part.replace(pattern, by);
    if (rest !== part) removed.add(kind);
    return rest;
  };
  let token = text;
  for (let before: string | undefined; before !== token; ) {
    before = token;
    token = without(token, EDGE_SPACE, "whiteSpace");
    token = without(token, QUOTES, "quotes", "$1$2$3$4$5");
    const bare = token.replace(PREFIX, "");
    // The space behind the word goes with it.
    if (bare !== token) {
      removed.add("bearer");
      token = bare.replace(EDGE_SPACE, "");
    }
  }
  const problem = problemOf(token);
  return problem ? { ok: false, problem } : { ok: true, token, removed: [...removed] };
}

function problemOf(token: string): SecretTokenProblem | undefined {
  if (token === "" || /^bearer$/i.test(token)) return "empty";
  if (/[\s\p{Cc}\p{Cf}]/u.test(token)) return "whiteSpace";
  if (/[^\u0021-\u007e]/.test(token)) return "notAscii";
  return /^(\*+|\[secret\])$/.test(token) ? "masked" : undefined;
}

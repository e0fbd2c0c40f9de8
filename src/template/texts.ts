import * as z from "../zod.ts";
import { type PlaceholderSet, unknownPlaceholders } from "./placeholders.ts";

/** Terminal control characters have no place in a text that ends on somebody's screen. */
export const Text = z
  .string()
  .check(
    z.trim(),
    z.minLength(1),
    z.maxLength(1024),
    z.regex(/^[^\p{Cc}\p{Cf}]*$/u, "must have no control characters"),
  );

export const TextUpTo = (length: number) => Text.check(z.maxLength(length));

export const TextWith = (set: PlaceholderSet) =>
  Text.check((context) => {
    for (const unknown of unknownPlaceholders(context.value, set)) {
      context.issues.push({
        code: "custom",
        input: context.value,
        message: `no placeholder ${unknown} here`,
      });
    }
  });

export const atLeastOne = <Item extends z.core.SomeType>(item: Item) => z.array(item).check(z.minLength(1));
export const Pattern = (pattern: RegExp, words: string) => z.string().check(z.regex(pattern, words));

/** Short, because it is part of the unique name of every application it describes. */
export const Name = z
  .string()
  .check(
    z.maxLength(40),
    z.regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, "must be lower-case letters, digits and single hyphens"),
  );

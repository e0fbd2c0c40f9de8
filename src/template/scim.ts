import * as z from "../zod.ts";
import { atLeastOne, Pattern, Text, TextUpTo, TextWith } from "./texts.ts";

/** The name of a target's attribute, as long as Entra takes one. */
const Target = TextWith("settings").check(z.maxLength(256));

/** Where one attribute of the target comes from. */
const TemplateMapping = z.strictObject({
  /** The target's attribute, such as `name.givenName`. */
  target: Target,
  /** An expression of Entra's mapping language, such as `[surname]` or `Switch(…)`. */
  source: TextWith("settings"),
  default: z.optional(TextWith("settings")),
  /** 1 for the attribute by which users are recognised; 2 and more for the next best. */
  matchingPriority: z.optional(z.int().check(z.minimum(1))),
  apply: z.optional(z.enum(["always", "onlyWhenCreating"])),
});

/** An attribute of the target that Entra does not know by itself. */
const attributeNamed = <NameOfIt extends z.core.SomeType>(name: NameOfIt) =>
  z.strictObject({ name, type: z.literal("String"), multiValued: z.boolean() });

/** What the vendor wants of the value of a mapped attribute; users who lack it fail. */
const TemplateRequirement = z.strictObject({
  target: Target,
  present: z.optional(z.literal(true)),
  /** No two users may have the same value. */
  unique: z.optional(z.literal(true)),
  oneOf: z.optional(atLeastOne(TextUpTo(256))),
});

/** One attribute of the target for each pair of an input: `{key}` names it, `{value}` is where it comes from. */
const TemplateRepeat = z.strictObject({
  input: Pattern(/^[a-z][A-Za-z0-9]{0,39}$/, "must be the name of an input of the format pairs"),
  attribute: attributeNamed(
    TextWith("repeatedAttribute").check(
      z.maxLength(200),
      z.regex(/\{key\}/, "must have {key} in it, or all of them would be one attribute"),
    ),
  ),
  source: TextWith("repeatedSource").check(z.regex(/\[\{value\}\]/, "must have [{value}] in it")),
});

/** How users and groups get into the product. */
export const TemplateScim = z.strictObject({
  tenantUrl: TextWith("settings").check(
    z.regex(/^(https:\/\/|\{hostname\}\/|\{input\.)/, "must start with https://"),
  ),
  scope: z.enum(["assigned", "all"]),
  groups: z.boolean(),
  users: z.strictObject({
    mappings: z.array(TemplateMapping),
    /** Whether attributes that are not listed are left out, Entra's own defaults included. */
    exclusive: z.boolean(),
  }),
  /** Attributes of the target that Entra does not know by itself. */
  attributes: z.optional(z.array(attributeNamed(Target))),
  repeat: z.optional(z.array(TemplateRepeat)),
  requirements: z.optional(z.array(TemplateRequirement)),
  /** The app role of assigned people and groups; without it, the application's role for users. */
  appRole: z.optional(TextWith("settings").check(z.maxLength(120))),
  /** Whether the first start clears what Entra remembers of earlier cycles. */
  clearsState: z.optional(z.boolean()),
  /** Whether `{tenantUrl}/Users` can be read with the token, to see who has arrived. */
  readsUsers: z.optional(z.boolean()),
  /** What a person at the vendor does once the first users are there. */
  afterFirstUsers: z.optional(Text),
  /** A group that is offered to be created and assigned. */
  newGroup: z.optional(z.strictObject({ displayName: TextWith("settings").check(z.maxLength(256)) })),
  /** What has to happen before and after, by whom. */
  preconditions: z.optional(z.array(Text)),
  contact: z.optional(Text),
});

export type TemplateScim = z.infer<typeof TemplateScim>;

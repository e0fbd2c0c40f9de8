import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import type { AddOn, Template } from "../../../src/template/schema.ts";
import { shipped } from "../../support/builders.ts";

/*
 * What is a vendor's own stands in a template and nowhere in the code: otherwise the next vendor needs a new
 * version of the program.
 */

const SOURCE = resolve(import.meta.dirname, "../../../src");
/** Words of the shipped templates that belong to everybody. */
const EVERYBODYS = ["scim", "openidconnectinfo", "the vendor's support"];
const MICROSOFTS = /(^|\.)(microsoft|microsoftonline|office|outlook)\.com$/;

const { templates, addOns } = shipped();

/** Every text in a template, however deep. */
function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** The first word of a title is the brand. */
const brandOf = (title: string): string => /[\p{L}\p{N}]+/u.exec(title)?.[0] ?? title;

/** Hosts, and the domains they are in. */
function hostsIn(texts: readonly string[]): string[] {
  const hosts = texts
    .flatMap((text) => [...text.matchAll(/https?:\/\/([\w.-]+)/g)].map(([, host = ""]) => host))
    .filter((host) => !MICROSOFTS.test(host));
  return hosts.flatMap((host) => [host, host.split(".").slice(-2).join(".")]);
}

/** Paths below the product's address; one with a single step says too little to be anybody's. */
function pathsOf({ application: { web, spa, publicClient, scim } }: Template): string[] {
  const uris = [web, spa, publicClient].flatMap((platform) => platform?.redirectUris ?? []);
  return [...uris, scim?.tenantUrl ?? ""]
    .map((uri) => uri.replace(/^(https:\/\/[^/]*|\{[^}]*\})/, ""))
    .filter((path) => path.split("/").length > 2);
}

function wordsOf(template: Template): string[] {
  const { name, title, defaults, application } = template;
  const { displayName, handover, scim } = application;
  return [
    name,
    title,
    brandOf(title),
    defaults.appName ?? "",
    displayName.replace("{appName}", "").trim(),
    ...hostsIn(textsIn(template)),
    ...pathsOf(template),
    ...(handover ? [handover.fileName, handover.fileName.replace(/\.json$/, "")] : []),
    scim?.contact ?? "",
  ];
}

const wordsOfAddOn = (addOn: AddOn): string[] => [
  addOn.name,
  addOn.title,
  addOn.configKey,
  brandOf(addOn.title),
  ...hostsIn(textsIn(addOn)),
];

const WORDS = [...new Set([...templates.flatMap(wordsOf), ...addOns.flatMap(wordsOfAddOn)])].filter(
  (word) => word !== "" && !EVERYBODYS.includes(word.toLowerCase()),
);

/** A word by itself, in whatever letters. */
const occurrence = (word: string): RegExp =>
  new RegExp(`(?<![\\p{L}\\p{N}])${word.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&")}(?![\\p{L}\\p{N}])`, "iu");

test("the words to look for are the vendors'", () => {
  expect(WORDS).toEqual(
    expect.arrayContaining([
      "empower",
      "FlexWhere",
      "Money",
      "scim.flexwhere.com",
      "andmoney.dk",
      "/empower/identityservice/signin-oidc",
      "AppRegistrationInfo.json",
    ]),
  );
});

test("no file of the program has a vendor's name, host or path in it", () => {
  const words = WORDS.map((word) => ({ word, pattern: occurrence(word) }));
  const found = readdirSync(SOURCE, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .flatMap(({ parentPath, name }) => {
      const lines = readFileSync(join(parentPath, name), "utf8").split("\n");
      return lines.flatMap((line, index) =>
        words
          .filter(({ pattern }) => pattern.test(line) || pattern.test(name))
          .map(({ word }) => `${join(parentPath, name).slice(SOURCE.length + 1)}:${index + 1}: ${word}`),
      );
    });
  expect(found).toEqual([]);
});

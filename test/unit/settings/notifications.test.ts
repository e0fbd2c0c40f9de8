import { expect, test } from "vitest";
import type { Fault } from "../../../src/errors.ts";
import { parseNotifications, resolveNotifications } from "../../../src/settings/notifications.ts";

// E6: an e-mail address to notify on failure, per application.

test.each<[string, readonly (readonly [string | undefined, string])[]]>([
  ["it@contoso.com", [[undefined, "it@contoso.com"]]],
  [" it@contoso.com , ", [[undefined, "it@contoso.com"]]],
  ["rooms = fm@contoso.com", [["rooms", "fm@contoso.com"]]],
  [
    "rooms=fm@contoso.com,it@contoso.com",
    [
      ["rooms", "fm@contoso.com"],
      [undefined, "it@contoso.com"],
    ],
  ],
  ["o'neill+scim@sub.contoso.co.uk", [[undefined, "o'neill+scim@sub.contoso.co.uk"]]],
  ["__proto__=it@contoso.com", [["__proto__", "it@contoso.com"]]],
])("%j names %j", (text, entries) => {
  const parsed = parseNotifications(text);
  expect(parsed.ok && parsed.value.map(({ application, email }) => [application, email])).toEqual(entries);
});

test.each([
  "",
  ",",
  "it",
  "it@",
  "@contoso.com",
  "it@contoso",
  "it@@contoso.com",
  "it@contoso.com; hr@contoso.com",
  "IT <it@contoso.com>",
  "mailto:it@contoso.com",
  "=it@contoso.com",
  "rooms=",
  "a=b=it@contoso.com",
  "it@contoso.com,hr@contoso.com",
  "rooms=a@contoso.com,rooms=b@contoso.com",
  "it@con\u0000toso.com",
  `i\u202Et@contoso.com`,
  "it@127.0.0.1:25",
  `${"a".repeat(65)}@contoso.com`,
  `it@${"a".repeat(63)}.${"b".repeat(63)}.${"c".repeat(63)}.${"d".repeat(63)}.com`,
])("%j is refused", (text) => {
  expect(parseNotifications(text)).toEqual({ ok: false, expected: "notification" });
});

function resolved(
  flag: readonly string[] | undefined,
  configured: string | undefined,
  keys: readonly (string | undefined)[],
) {
  const faults: Fault[] = [];
  const given = flag && ({ value: flag, source: "flag", path: "--notify" } as const);
  return { emails: Object.fromEntries(resolveNotifications(given, configured, keys, faults)), faults };
}

const BOTH = ["advisors", "rooms"];

test.each<[readonly string[] | undefined, string | undefined, Record<string, string>]>([
  [undefined, undefined, {}],
  [["all@x.com"], undefined, { advisors: "all@x.com", rooms: "all@x.com" }],
  [["rooms=r@x.com"], undefined, { rooms: "r@x.com" }],
  [["rooms=r@x.com", "all@x.com"], undefined, { advisors: "all@x.com", rooms: "r@x.com" }],
  [["rooms=r@x.com"], "all@x.com", { advisors: "all@x.com", rooms: "r@x.com" }],
  [["all@x.com"], "rooms=r@x.com", { advisors: "all@x.com", rooms: "all@x.com" }],
  [["a@x.com", "b@x.com"], undefined, { advisors: "b@x.com", rooms: "b@x.com" }],
])("the flag %j and the config %j make %j", (flag, configured, emails) => {
  expect(resolved(flag, configured, BOTH)).toEqual({ emails, faults: [] });
});

test("an application that the product does not have is said, with those that it has", () => {
  expect(resolved(["room=r@x.com"], undefined, BOTH).faults).toEqual([
    { path: "--notify", found: "room=r@x.com", expected: { oneOf: ["advisors=…", "rooms=…"] } },
  ]);
  expect(resolved(undefined, "rooms=r@x.com", [undefined]).faults).toEqual([
    { path: "notificationEmail", found: "rooms=r@x.com", expected: "notificationOfOne" },
  ]);
  expect(resolved(["x"], undefined, [undefined])).toEqual({
    emails: {},
    faults: [{ path: "--notify", found: "x", expected: "notification" }],
  });
});

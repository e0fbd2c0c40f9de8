import { describe, expect, test } from "vitest";
import type { Expectation } from "../../../src/errors.ts";
import {
  type Parsed,
  parseAppName,
  parseGuid,
  parseHostname,
  parseInput,
  parseLifetimeValue,
  parsePairs,
  parseServiceUri,
  parseTenant,
  parseYesOrNo,
} from "../../../src/settings/values.ts";
import * as fc from "../../support/fc.ts";

const GUID = "1b4e28ba-2fa1-4d11-a3bb-0123456789ab";
const ESC = "\u001B";

/** The value, or the expectation that was not met. */
function outcome<Value>(parsed: Parsed<Value>): Value | { refused: Expectation } {
  return parsed.ok ? parsed.value : { refused: parsed.expected };
}

describe("tenant", () => {
  test.each([
    [GUID, GUID],
    [`  ${GUID.toUpperCase()}\n`, GUID],
    ["contoso.com", "contoso.com"],
    ["Contoso.OnMicrosoft.com", "contoso.onmicrosoft.com"],
    ["xn--mller-kva.de", "xn--mller-kva.de"],
    [`${"a".repeat(63)}.com`, `${"a".repeat(63)}.com`],
  ])("%j is %j", (text, tenant) => {
    expect(outcome(parseTenant(text))).toBe(tenant);
  });

  test.each([
    "",
    " ",
    "contoso",
    "common.",
    ".com",
    "a..b",
    "-a.com",
    "a-.com",
    "a_b.com",
    "https://contoso.com",
    "contoso.com/path",
    "contoso.com:443",
    "user@contoso.com",
    "con toso.com",
    `contoso.com${ESC}[31m`,
    "müller.de",
    GUID.slice(1),
    `{${GUID}}`,
    GUID.replaceAll("-", ""),
    `${"a".repeat(64)}.com`,
    `${"a.".repeat(130)}com`,
  ])("%j is none", (text) => {
    expect(outcome(parseTenant(text))).toEqual({ refused: "tenant" });
  });
});

test.each([
  [GUID, GUID],
  [` ${GUID.toUpperCase()} `, GUID],
  ["contoso.com", { refused: "guid" }],
  ["", { refused: "guid" }],
  [`${GUID}0`, { refused: "guid" }],
  [GUID.replace("1b", "1g"), { refused: "guid" }],
])("the GUID %j is %j", (text, expected) => {
  expect(outcome(parseGuid(text))).toEqual(expected);
});

test.each([
  ["empower", "empower"],
  ["  empower® für München 日本 🚀 ", "empower® für München 日本 🚀"],
  ['O\'Brien & "Co" <b> {appId}', 'O\'Brien & "Co" <b> {appId}'],
  ["a".repeat(120), "a".repeat(120)],
  ["a".repeat(121), { refused: "appName" }],
  ["", { refused: "appName" }],
  ["\t\n ", { refused: "appName" }],
  [`a${ESC}]0;title\u0007`, { refused: "appName" }],
  ["a\nb", { refused: "appName" }],
  ["a\u202Eb", { refused: "appName" }],
  ["a\u2028b", { refused: "appName" }],
  ["a\u0000", { refused: "appName" }],
  ["half a pair \uD83D", { refused: "appName" }],
])("the app name %j is %j", (text, expected) => {
  expect(outcome(parseAppName(text))).toEqual(expected);
});

describe("hostname", () => {
  const at = (origin: string, reduced = false) => ({ origin, reduced });
  const LONGEST = `${`${"a".repeat(49)}.`.repeat(5)}com`;
  test.each([
    ["https://app.example.com", at("https://app.example.com")],
    ["  https://app.example.com/  ", at("https://app.example.com")],
    ["HTTPS://App.Example.COM", at("https://app.example.com")],
    ["https://localhost", at("https://localhost")],
    ["https://intranet:8443", at("https://intranet:8443")],
    ["https://app.example.com:443/", at("https://app.example.com")],
    ["https://app.example.com:8443/", at("https://app.example.com:8443")],
    ["https://müller.de", at("https://xn--mller-kva.de")],
    ["https://ａpp.example.com", at("https://app.example.com")],
    ["https://1.example.com", at("https://1.example.com")],
    [`https://${LONGEST}`, at(`https://${LONGEST}`)],
    ["https://app.example.com/empower/login", at("https://app.example.com", true)],
    ["https://app.example.com//", at("https://app.example.com", true)],
    ["https://app.example.com?a=1", at("https://app.example.com", true)],
    ["https://app.example.com#top", at("https://app.example.com", true)],
    ["https://app.example.com\\empower", at("https://app.example.com", true)],
  ])("%j is %j", (text, expected) => {
    expect(outcome(parseHostname(text))).toEqual(expected);
  });

  test.each<[Expectation, string[]]>([
    ["httpsUrlNotHttp", ["http://app.example.com", "HTTP://x", "http:", "http://user:p@x"]],
    [
      "httpsUrl",
      [
        "",
        "https://",
        "app.example.com",
        "https:/app.example.com",
        "ftp://app.example.com",
        "javascript:alert(1)",
        "https://app.example.com:99999",
        "https://app.example.com:port",
        "https://[::1",
        "https://1.2.3.4.5",
        "https://app.1",
        "https://xn--a.com",
        "\\\\server\\share",
      ],
    ],
    [
      "urlWithoutCredentials",
      [
        "https://user@app.example.com",
        "https://user:pass@app.example.com",
        "https://:pass@app.example.com",
        "https://@app.example.com",
        "https://app.example.com\\@evil.example",
      ],
    ],
    ["urlWithoutWildcard", ["https://*.example.com", "https://*", "https://app.example.com/*"]],
    [
      "urlWithDnsName",
      [
        "https://192.168.0.1",
        "https://192.168.0.1:8443/path",
        "https://3232235521",
        "https://0xC0A80001",
        "https://0xC0.0xA8.0.1",
        "https://0300.0250.0.1",
        "https://030052000001",
        "https://192.11010049",
        "https://0",
        "https://127.1",
        "https://１２７.0.0.1",
        "https://192.168.0.1.",
        "https://[::1]",
        "https://[2001:db8::1]:8443",
        "https://[::ffff:192.168.0.1]",
        "https://a_b.example.com",
        "https://-a.example.com",
        "https://a..example.com",
        "https://app.example.com..",
      ],
    ],
    [
      "urlWithoutFinalDot",
      ["https://app.example.com.", "https://app.example.com.:8443/x", "https://localhost."],
    ],
    [
      "urlWithShortLabels",
      [`https://${"a".repeat(64)}.com`, `https://app.${"a".repeat(64)}`, `https://${"ü".repeat(60)}.de`],
    ],
    ["urlWithShortName", [`https://${"a.".repeat(127)}com`, `https://${LONGEST}m`]],
    [
      "urlWithoutSpaces",
      [
        "https://app example.com",
        "https://app.example.com/a b",
        "https://app.exa\nmple.com",
        "https://app.exa\tmple.com",
        `https://app.example.com${ESC}[2J`,
        "https://app.example.com\u0000",
        "https://app\u200Bexample.com",
        "https://app.\u202Eexample.com",
        "https://app\u00A0.example.com",
      ],
    ],
  ])("%s", (refused, texts) => {
    const found = texts.map((text) => [text, outcome(parseHostname(text))]);
    expect(found).toEqual(texts.map((text) => [text, { refused }]));
  });

  test("is always an https origin that is its own URL, with a name and not a number", () => {
    const part = fc.oneof(
      fc.domain(),
      fc.ipV4(),
      fc.ipV6(),
      fc.ipV4Extended(),
      fc.string({ unit: "binary" }),
    );
    const tail = fc.oneof(
      fc.constant(""),
      fc.webPath(),
      fc.string(),
      fc.nat().map((port) => `:${port}`),
    );
    const url = fc
      .tuple(fc.constantFrom("https://", "HTTPS://", ""), part, tail)
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(
        fc.oneof(url, fc.webUrl({ validSchemes: ["https"] }), fc.string({ unit: "binary" })),
        (text) => {
          const parsed = parseHostname(text);
          if (!parsed.ok) return;
          const { origin } = parsed.value;
          expect(new URL(origin).origin).toBe(origin);
          expect(new URL(origin).href).toBe(`${origin}/`);
          expect(origin).toMatch(/^https:\/\/[a-z0-9.-]+(:\d+)?$/);
          expect(origin).not.toMatch(/^https:\/\/[\d.]+(:|$)/);
          expect(outcome(parseHostname(origin))).toEqual({ origin, reduced: false });
        },
      ),
      { numRuns: 300 },
    );
  });
});

test.each([
  [true, ["y", "Y", "yes", "YES", " true ", "True", "j", "ja", "Ja"]],
  [false, ["n", "N", "no", "NO", " false ", "False", "nein", "Nein"]],
  [{ refused: "yesOrNo" }, ["", " ", "1", "0", "on", "yess", "oui", "ja nein", "y\u0000", "undefined"]],
])("%j is the answer", (expected, texts) => {
  const found = texts.map((text) => [text, outcome(parseYesOrNo(text))]);
  expect(found).toEqual(texts.map((text) => [text, expected]));
});

describe("one-time-password service", () => {
  test.each([
    ["https://onetimepass.example.com", "https://onetimepass.example.com/"],
    [" https://onetimepass.example.com/ ", "https://onetimepass.example.com/"],
    ["https://example.com:8443/snappass", "https://example.com:8443/snappass/"],
    ["https://example.com/snappass/", "https://example.com/snappass/"],
    ["https://example.com?", "https://example.com/"],
    ["https://example.com/a#", "https://example.com/a/"],
    ["HTTPS://EXAMPLE.com", "https://example.com/"],
    ["http://localhost:5000", "http://localhost:5000/"],
    ["http://127.0.0.1:5000/", "http://127.0.0.1:5000/"],
    ["http://[::1]:5000/", "http://[::1]:5000/"],
  ])("%j is %j", (text, expected) => {
    expect(outcome(parseServiceUri(text))).toBe(expected);
  });

  test.each([
    "",
    "example.com",
    "http://example.com",
    "http://localhost.example.com",
    "http://10.0.0.1",
    "ftp://example.com",
    "javascript:alert(1)",
    "file:///etc/passwd",
    "https://example.com/?token=1",
    "https://example.com/#top",
    "https://exam ple.com",
    `https://example.com/${ESC}`,
    "https://example.com/\u202E",
  ])("%j is none", (text) => {
    expect(outcome(parseServiceUri(text))).toEqual({ refused: "serviceUrl" });
  });
});

const PARSERS = {
  parseTenant,
  parseGuid,
  parseAppName,
  parseHostname,
  parseYesOrNo,
  parseServiceUri,
  parseLifetimeValue,
} as const;

test.each(Object.entries(PARSERS))("%s takes any text without failing", (_name, parse) => {
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 300 }),
    fc.webUrl(),
    fc.stringMatching(/^[0-9]{0,9}[hdwmy]{0,2}$/),
    fc.array(fc.integer({ min: 0xd800, max: 0xdfff })).map((units) => String.fromCharCode(...units)),
  );
  fc.assert(fc.property(text, (value) => typeof parse(value).ok === "boolean"));
});

test("an app name that is accepted can be put into an address", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 0xffff })), (units) => {
      const parsed = parseAppName(String.fromCharCode(...units));
      if (parsed.ok) expect(() => encodeURIComponent(parsed.value)).not.toThrow();
    }),
  );
});

describe("F8: pairs of a key and an attribute", () => {
  test.each<[string, readonly (readonly [string, string])[]]>([
    ["costCentre=department", [["costCentre", "department"]]],
    [
      " cost-centre = department ,, floor_2=physicalDeliveryOfficeName,",
      [
        ["cost-centre", "department"],
        ["floor_2", "physicalDeliveryOfficeName"],
      ],
    ],
    [
      "a=extension_0123456789abcdef0123456789abcdef_costCentre",
      [["a", "extension_0123456789abcdef0123456789abcdef_costCentre"]],
    ],
    ["constructor=department", [["constructor", "department"]]],
    [
      Array.from({ length: 200 }, (_, index) => `k${index}=mail`).join(","),
      Array.from({ length: 200 }, (_, index) => [`k${index}`, "mail"] as const),
    ],
  ])("%j is %j", (text, pairs) => {
    expect(outcome(parsePairs(text))).toEqual(pairs);
    const input = parseInput({ format: "pairs" })(text);
    expect(input.ok && outcome(parsePairs(input.value))).toEqual(pairs);
  });

  test.each([
    "",
    " , ",
    "costCentre",
    "=department",
    "costCentre=",
    "costCentre==department",
    "costCentre=a=b",
    "cost centre=department",
    "__proto__=department",
    "a:b=department",
    "2.0:User:a=department",
    "a.b=department",
    'a"=department',
    "a=[department]",
    "a=department]&[mail",
    'a="constant"',
    "a={input.x}",
    "{key}=department",
    "a=dep\u0000artment",
    "a=dep\u202Eartment",
    "ä=department",
    "a=b;c=d",
    `${"k".repeat(65)}=mail`,
  ])("%j is refused", (text) => {
    expect(outcome(parsePairs(text))).toEqual({ refused: "pairs" });
  });

  test.each(["a=mail, a=department", "Floor=mail, floor=department"])("%j has a key twice", (text) => {
    expect(outcome(parsePairs(text))).toEqual({ refused: "pairsOnce" });
  });

  test("no text is a crash, and what is understood is understood again", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const parsed = parseInput({ format: "pairs", optional: true })(text);
        if (parsed.ok) expect(parseInput({ format: "pairs", optional: true })(parsed.value)).toEqual(parsed);
      }),
    );
  });
});

describe("a template's own question", () => {
  test.each(["companyName", "extensionAttribute1", "a_b"])("%j is an attribute", (text) => {
    expect(outcome(parseInput({ format: "attribute" })(` ${text} `))).toBe(text);
  });

  test.each(["", "company name", "[mail]", 'mail], "x"', "1a", "_a", "a.b", "a\u200Bb"])(
    "%j is none",
    (text) => {
      expect(outcome(parseInput({ format: "attribute" })(text))).toEqual({ refused: "attribute" });
    },
  );

  test.each(["text", "url", "attribute", "pairs"] as const)(
    "one of the format %s may stay empty where it is optional",
    (format) => {
      for (const text of ["", "  ", "none", " None "]) {
        expect(outcome(parseInput({ format, optional: true })(text))).toBe("");
      }
      expect(parseInput({ format })("").ok).toBe(false);
    },
  );
});

test.each([
  ["test", { ok: true, value: "https://test.example" }],
  [" TEST ", { ok: true, value: "https://test.example" }],
  ["https://Test.example", { ok: true, value: "https://test.example" }],
  ["eu", { ok: true, value: "EU" }],
  ["prod", { ok: false, expected: { oneOf: ["test", "live", "EU"] } }],
])("a choice is said by its label or in full: %j", (text, parsed) => {
  const choices = [
    { label: "test", value: "https://test.example" },
    { label: "live", value: "https://live.example" },
    "EU",
  ];
  expect(parseInput({ format: "choice", choices })(text)).toEqual(parsed);
});

import { describe, expect, test } from "vitest";
import { type HandoverPage, isPageOf, type PageApplication, toPage } from "../../../src/handover/page.ts";
import { timeline } from "../../../src/handover/timeline.ts";
import { desired, guid, shippedAddOn } from "../../support/builders.ts";

const WANTED = desired({ addOns: [shippedAddOn()] });
const NOW = new Date("2026-11-20T12:00:00Z");
const SECRET = {
  start: NOW,
  end: new Date("2028-11-20T12:00:00Z"),
  linkEnd: new Date("2026-12-04T12:00:00Z"),
};

function anApplication(overrides: Partial<PageApplication> = {}): PageApplication {
  return {
    appId: guid(2),
    objectId: guid(3),
    servicePrincipalId: guid(4),
    desired: WANTED,
    waiting: [],
    secret: SECRET,
    handoverFile: "AppRegistrationInfo.json",
    links: [{ text: "App registration", url: "https://entra.example/t/#view/x" }],
    ...overrides,
  };
}

function aPage(overrides: Partial<HandoverPage> = {}): HandoverPage {
  return {
    tenant: { id: guid(1), displayName: "Contoso" },
    applications: [anApplication()],
    groups: [{ id: guid(9), displayName: "Sales", url: "https://entra.example/g" }],
    now: NOW,
    ...overrides,
  };
}

/** What a reader sees, without marks. */
const wordsOf = (page: string): string =>
  page
    .replace(/<style>[^]*<\/style>/, "")
    .replaceAll(/<[^>]+>/g, " ")
    .replaceAll(/\s+/g, " ");

test("says nothing of provisioning where there is none, and shows names from outside as text", () => {
  expect(wordsOf(toPage(aPage()))).not.toContain("SCIM");
  const provisioning = {
    tenantUrl: "https://scim.example.com/scim",
    state: "quarantine",
    groups: ["<b>Sales</b>"],
    users: 3,
  } as const;
  const page = toPage(aPage({ applications: [anApplication({ provisioning })] }));
  expect(wordsOf(page)).toContain("Status Held back by Microsoft Entra (in quarantine)");
  expect(page).toContain("Group <bdi>&lt;b&gt;Sales&lt;/b&gt;</bdi></dd><dd>3 users");
});

test("shows what was created, what it may do, the groups, and until when the secret works", () => {
  const words = wordsOf(toPage(aPage()));
  for (const text of [
    WANTED.displayName,
    guid(1),
    guid(2),
    guid(3),
    guid(4),
    ...WANTED.redirectUris,
    `api://app.example.com/${guid(2)}`,
    "access_as_user",
    ...WANTED.permissions.flatMap(({ displayName, value }) => [displayName, value]),
    "consent is given for the whole tenant",
    `Sales ${guid(9)}`,
    "2026-11-20 the client secret was issued",
    "2026-12-04 the one-time link stops working",
    "2028-10-21 time to renew the client secret",
    "2028-11-20 the client secret stops working",
    "The one-time link to it is in AppRegistrationInfo.json .",
  ]) {
    expect(words).toContain(text);
  }
  expect(words).not.toMatch(/undefined|null|NaN|\[object|Not complete yet|consent is missing/);
});

test("needs nothing but itself: no script, nothing to load, links to the admin center alone", () => {
  const page = toPage(aPage());
  expect(page).not.toMatch(/<script|<link|<img|<iframe|<form|<base|@import|url\(|\son\w+=/i);
  expect(page.match(/\b(?:src|href)="[^"]*"/g)).toEqual([
    'href="https://entra.example/t/#view/x"',
    'href="https://entra.example/g"',
  ]);
  expect(page).toContain("default-src 'none'");
});

test("what waits for consent is said at the top and where it stands", () => {
  const [first, ...others] = WANTED.permissions;
  if (!first || others.length === 0) throw new Error("too few permissions");
  const words = wordsOf(toPage(aPage({ applications: [anApplication({ waiting: [first] })] })));
  expect(words).toContain(`still has to consent to ${first.value} .`.replace(" .", "."));
  expect(words.match(/consent is missing/g)).toHaveLength(1);
  expect(words.match(/consent is given/g)).toHaveLength(others.length);
});

test("of what there is none, nothing is said", () => {
  const bare = { ...WANTED, permissions: [], redirectUris: [], appRoles: [] };
  const { exposedApi: _api, ...without } = bare;
  const application = anApplication({
    desired: without,
    secret: undefined,
    handoverFile: undefined,
    servicePrincipalId: undefined,
  });
  const words = wordsOf(toPage(aPage({ applications: [application], groups: [] })));
  expect(words).not.toMatch(/Redirect|App roles|Scopes|What it may do|client secret works|Groups|link to it/);
});

test("several applications stand under their names, and the groups once", () => {
  const second = anApplication({ appId: guid(12), desired: { ...WANTED, displayName: "rooms" } });
  const page = toPage(aPage({ applications: [anApplication(), second] }));
  expect(page.match(/<h2 class="app">/g)).toHaveLength(2);
  expect(page.match(/Groups whose users/g)).toHaveLength(1);
});

describe("what comes from outside", () => {
  const EVIL = `</style></svg><script>alert(1)</script>" onload='x' <b>&amp;\u202Ecod\u0007`;

  test("is text wherever it stands", () => {
    const permissions = WANTED.permissions.map((permission) => ({
      ...permission,
      displayName: EVIL,
      value: EVIL,
      resource: { ...permission.resource, displayName: EVIL },
    }));
    const application = anApplication({
      appId: EVIL,
      objectId: EVIL,
      servicePrincipalId: EVIL,
      desired: { ...WANTED, displayName: EVIL, redirectUris: [EVIL], permissions },
      waiting: permissions.slice(0, 1),
      handoverFile: EVIL,
      links: [{ text: EVIL, url: EVIL }],
    });
    const page = toPage({
      tenant: { id: EVIL, displayName: EVIL },
      applications: [application, application],
      groups: [{ id: EVIL, displayName: EVIL, url: EVIL }],
      now: NOW,
    });
    const marks = [...page.matchAll(/<\/?([a-z0-9]+)/gi)].map(([, name]) => name);
    const plain = [...toPage(aPage()).matchAll(/<\/?([a-z0-9]+)/gi)].map(([, name]) => name);
    expect(new Set(marks)).toEqual(new Set([...plain, "strong", "p"]));
    expect(page.match(/<\/style>/g)).toHaveLength(1);
    expect(page).not.toMatch(/onload='|[\u202E\u0007]/);
    expect(page).toContain("&lt;script&gt;");
    expect(page).toContain("&amp;amp;");
  });
});

describe("an existing page", () => {
  const two = aPage({ applications: [anApplication(), anApplication({ appId: guid(12) })] });

  test.each<[string, string, HandoverPage, boolean]>([
    ["of the same app", toPage(aPage()), aPage(), true],
    ["of one of its apps", toPage(aPage()), two, true],
    ["of more apps", toPage(two), aPage(), false],
    ["of another tenant", toPage(aPage({ tenant: { id: guid(8), displayName: "Contoso" } })), aPage(), false],
    ["that is no page", "<html></html>", aPage(), false],
    ["that is empty", "", aPage(), false],
  ])("%s", (_name, existing, page, same) => {
    expect(isPageOf(existing, page)).toBe(same);
  });
});

describe("the time line", () => {
  const drawn = (life: Parameters<typeof timeline>[0]) => timeline(life, NOW).text;
  const places = (text: string) => [...text.matchAll(/cx="(-?[\d.]+)%"/g)].map(([, x]) => Number(x));
  const years = (text: string) => [...text.matchAll(/middle">(\d+)</g)].map(([, year]) => year);

  test("goes from the issue to the end, whatever the length", () => {
    expect(places(drawn(SECRET))).toEqual([2, expect.closeTo(3.84, 1), expect.closeTo(94.06, 1), 98]);
    expect(years(drawn(SECRET))).toEqual(["2028"]);
    const century = drawn({ ...SECRET, end: new Date("2126-11-20T12:00:00Z") });
    expect(years(century).length).toBeLessThanOrEqual(8);
    const short = drawn({ start: NOW, end: new Date("2026-11-27T12:00:00Z"), linkEnd: undefined });
    expect([places(short), years(short)]).toEqual([[2, 98], []]);
  });

  test("begins with this page for a secret of an earlier run, also of one that has ended", () => {
    const earlier = drawn({ start: undefined, end: SECRET.end, linkEnd: undefined });
    expect(earlier).toContain("this page was written");
    const ended = drawn({ start: undefined, end: new Date("2026-01-01T00:00:00Z"), linkEnd: undefined });
    expect(places(ended)).toEqual([2, 98]);
  });
});

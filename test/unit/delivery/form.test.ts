import { describe, expect, test } from "vitest";
import { chooseLifetime, readForm } from "../../../src/delivery/form.ts";
import type { ServiceProfile } from "../../../src/delivery/profile.ts";
import { fakePorts } from "../../support/fake-ports.ts";
import { failure, page, snapPass } from "./snappass.ts";

const read = (response: () => Response | Error, service = "https://pass.example/"): Promise<ServiceProfile> =>
  readForm(
    fakePorts({
      fetch: async () => {
        const step = response();
        if (step instanceof Error) throw step;
        return step;
      },
    }),
    new URL(service),
  );
const options = (...names: string[]): Response =>
  page(names.map((name) => `<option ${name}>x</option>`).join(""));

test("the form tells what is offered, in one request", async () => {
  const server = snapPass({ prefix: "/snap/" });
  const profile = await readForm(fakePorts(server), new URL("https://pass.example/snap?x=1#y"));
  expect(profile.service.href).toBe("https://pass.example/snap/");
  expect(profile.lifetimes).toEqual([
    { name: "Hour", seconds: 3600 },
    { name: "Day", seconds: 86_400 },
    { name: "Week", seconds: 604_800 },
    { name: "Two Weeks", seconds: 1_209_600 },
  ]);
  expect(profile.headIsSafe).toBe(true);
  expect(server.requests).toMatchObject([{ method: "GET", path: "/snap/" }]);
});

test.each<[string, string[], string[]]>([
  ["any letter case", ['value="WEEK"', 'value="two weeks"'], ["WEEK", "two weeks"]],
  ["any quoting and order", ["selected value='Day'", "value=Hour data-x='>'"], ["Hour", "Day"]],
  ["a fork's month, which proves no version", ['value="Month"'], ["Month"]],
  ["spaces and entities", ['value=" Two&#32;Weeks "'], ["Two Weeks"]],
  ["unknown ones left out", ['value="Year"', 'value="Day"', ""], ["Day"]],
])("options with %s", async (_, given, expected) => {
  const profile = await read(() => options(...given));
  expect(profile.lifetimes.map((one) => one.name)).toEqual(expected);
  expect(profile.headIsSafe).toBe(expected.some((name) => /two weeks/i.test(name)));
});

describe("a service that is none", () => {
  test.each<[string, () => Response | Error, object]>([
    [
      "a log-in page",
      () => page('<input type="hidden" value="Week">'),
      { reason: "unknownService", detail: "no form" },
    ],
    ["no answer in it", () => new Response(""), { reason: "unknownService", detail: "no form" }],
    [
      "a page that is too large",
      () => page("x".repeat(70_000)),
      { reason: "unknownService", detail: "ERR_BODY_TOO_LARGE" },
    ],
    [
      "a redirect to a log-in",
      () => new Response(null, { status: 302, headers: { location: "/" } }),
      { reason: "redirects", detail: "302" },
    ],
    ["not modified", () => new Response(null, { status: 304 }), { reason: "redirects", detail: "304" }],
    ["not found", () => page("", 404), { reason: "failing", detail: "404" }],
    ["an internal error", () => page("", 500), { reason: "failing", detail: "500" }],
    ["a gateway without a server", () => page("", 502), { reason: "failing", detail: "502" }],
    ["an unknown name", () => failure("ENOTFOUND"), { reason: "unreachable", detail: "ENOTFOUND" }],
    [
      "a stranger's certificate",
      () => failure("SELF_SIGNED_CERT_IN_CHAIN"),
      { reason: "unreachable", detail: "SELF_SIGNED_CERT_IN_CHAIN" },
    ],
  ])("%s", async (_, response, facts) => {
    await expect(read(response)).rejects.toMatchObject({
      code: "ONE_TIME_PASSWORD_UNUSABLE",
      facts: { service: "https://pass.example", ...facts },
    });
  });

  test.each(["http://pass.example/", "ftp://pass.example/", "https://user:word@pass.example/"])(
    "%s is not even asked",
    async (service) => {
      const asked: string[] = [];
      const error: unknown = await read(() => {
        asked.push("once");
        return page("");
      }, service).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ facts: { reason: "unknownService" } });
      expect(JSON.stringify(error)).not.toContain("word@");
      expect(asked).toEqual([]);
    },
  );

  test.each(["http://localhost:5000/", "http://127.0.0.1/", "http://[::1]:80/"])(
    "%s is loopback",
    async (service) => {
      await expect(read(() => options('value="Day"'), service)).resolves.toMatchObject({ headIsSafe: false });
    },
  );
});

test("a passing failure is waited out, twice at most", async () => {
  const steps = [failure("ECONNRESET"), page("", 503)];
  const waits: number[] = [];
  const ports = fakePorts({
    fetch: async () => {
      const step = steps.shift();
      if (step instanceof Error) throw step;
      return step ?? options('value="Day"');
    },
  });
  await readForm(ports, new URL("https://pass.example"), { onWait: (wait) => waits.push(wait.attempt) });
  expect(waits).toEqual([1, 2]);
});

test.each([
  [3_000_000, 1_209_600],
  [1_209_600, 1_209_600],
  [1_209_599, 604_800],
  [3600, 3600],
])("the longest life time within %i seconds is %s", async (most, expected) => {
  const profile = await readForm(fakePorts(snapPass()), new URL("https://pass.example/"));
  expect(chooseLifetime(profile, most)).toBe(expected);
});

test("a service whose every link lives too long is of no use", async () => {
  const profile = await readForm(fakePorts(snapPass()), new URL("https://pass.example/"));
  expect(() => chooseLifetime(profile, 60)).toThrow("ONE_TIME_PASSWORD_UNUSABLE");
});

import { expect, test } from "vitest";
import { readForm } from "../../../src/delivery/form.ts";
import type { ServiceProfile } from "../../../src/delivery/profile.ts";
import { tryService } from "../../../src/delivery/try-service.ts";
import { fakePorts } from "../../support/fake-ports.ts";
import { failure, page, type SnapPassOptions, snapPass } from "./snappass.ts";

async function attempt(options: SnapPassOptions) {
  const server = snapPass(options);
  const ports = fakePorts(server);
  const profile = await readForm(ports, server.service);
  server.requests.length = 0;
  const result: ServiceProfile | Error = await tryService(ports, profile).catch((error: Error) => error);
  return { server, result, methods: server.requests.map((one) => one.method) };
}

test("a value is stored for an hour, looked at and burnt", async () => {
  const { server, result, methods } = await attempt({});
  expect(result).toMatchObject({ headIsSafe: true });
  expect(methods).toEqual(["POST", "HEAD", "POST"]);
  expect(new URLSearchParams(server.requests[0]?.body).get("ttl")).toBe("Hour");
  expect(server.stored.size).toBe(0);
});

test("JSON teaches that links may be looked at", async () => {
  const { result } = await attempt({ lifetimes: ["Week", "Hour"] });
  expect(result).toMatchObject({ headIsSafe: true });
});

test("where that is not known, the value must come back", async () => {
  const { server, result, methods } = await attempt({
    json: false,
    burnsOnGet: true,
    lifetimes: ["Week", "Hour"],
  });
  expect(result).toMatchObject({ headIsSafe: false });
  expect(methods).toEqual(["POST", "POST", "GET"]);
  expect(server.stored.size).toBe(0);
});

test("without an hour on offer the shortest life time is taken", async () => {
  const { server, result } = await attempt({ lifetimes: ["Two Weeks", "Day"] });
  expect(result).toMatchObject({ headIsSafe: true });
  expect(new URLSearchParams(server.requests[0]?.body).get("ttl")).toBe("Day");
});

test("a value that cannot be burnt is no harm once it was seen", async () => {
  const twist: SnapPassOptions["twist"] = ({ method, path }) =>
    method === "POST" && path !== "/" ? page("", 500) : undefined;
  expect((await attempt({ twist })).result).toMatchObject({ headIsSafe: true });
});

const old = { json: false, lifetimes: ["Week", "Hour"] };
const opening = (step: Response | Error): SnapPassOptions => ({
  ...old,
  twist: ({ path }) => (path === "/" ? undefined : step),
});

test.each<[string, SnapPassOptions, object]>([
  [
    "its store is down",
    { twist: ({ method }) => (method === "POST" ? page("", 500) : undefined) },
    { reason: "failing" },
  ],
  ["its links lead elsewhere", { link: (link) => link.replace("pass", "x") }, { reason: "untrustedLink" }],
  [
    "it forgets",
    { twist: ({ method }) => (method === "HEAD" ? new Response(null, { status: 404 }) : undefined) },
    { reason: "notStored" },
  ],
  ["an old one forgets", opening(page("gone", 404)), { reason: "notStored" }],
  ["an old one gives something else", opening(page("welcome")), { reason: "notStored" }],
  ["an old one fails", opening(page("", 500)), { reason: "failing", detail: "500" }],
  ["an old one dies", opening(failure("ECONNREFUSED")), { reason: "unreachable", detail: "ECONNREFUSED" }],
])("a service is of no use where %s", async (_, options, facts) => {
  const { result } = await attempt(options);
  expect(result).toMatchObject({ code: "ONE_TIME_PASSWORD_UNUSABLE", facts });
});

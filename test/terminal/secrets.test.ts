import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { nodeClock } from "../../src/ports/node/clock.ts";
import { nodeIds } from "../../src/ports/node/ids.ts";
import { createSandbox, EXAMPLE, type TenantState } from "../../src/sandbox/index.ts";
import { ASKED, inTerminal, piped } from "../support/program.ts";
import { KEYS } from "../support/pty.ts";
import {
  collecting,
  filesIn,
  find,
  type Haystack,
  linkKey,
  type Secret,
  watchProcess,
} from "../support/secrets.ts";
import { type Outpost, type OutpostOptions, serve } from "../support/served.ts";

const outpost = serve();
const HANDOVER = "AppRegistrationInfo.json";
const FLAGS = [
  `--tenant-id=${EXAMPLE.tenantId}`,
  "--app-name=empower",
  "--hostname=https://app.contoso.com",
  "--no-mails-online",
  "--no-group",
];
const EVERY_KIND = ["access_token", "device_code", "id_token", "link", "refresh_token", "secretText"];

/** A place to run in that keeps every secret which passes by. */
function watched(behaviour: OutpostOptions["behaviour"] = {}): { place: Outpost; secrets: Secret[] } {
  const secrets: Secret[] = [];
  return { place: outpost({ behaviour, wrap: collecting(secrets) }), secrets };
}

function kinds(secrets: readonly Secret[]): string[] {
  return [...new Set(secrets.map(({ name }) => name))].sort();
}

const isLink = ({ name }: Secret): boolean => name === "link";
const isHandover = ({ place }: Haystack): boolean => place.endsWith(`/${HANDOVER}`);

/** A run without a terminal, with all that it left behind and all that `/proc` said of it. */
async function runPiped(place: Outpost, args: readonly string[]) {
  let watch: ReturnType<typeof watchProcess> | undefined;
  const ended = await piped(place, args, {
    onStart: (pid) => {
      watch = watchProcess(pid);
    },
  });
  const processes = watch?.stop() ?? [];
  const { stdout, stderr } = ended;
  return {
    ...ended,
    processes,
    left: [...filesIn(place.root), ...processes, { place: "stderr", content: stderr }],
    result: [{ place: "stdout", content: stdout }],
  };
}

/** Nothing is found anywhere, but for the link that was handed over in the two places where it belongs. */
function expectKept(
  secrets: readonly Secret[],
  { left, result }: { left: readonly Haystack[]; result: readonly Haystack[] },
): void {
  const links = secrets.filter(isLink);
  const others = secrets.filter((secret) => !isLink(secret));
  expect(find(others, [...left, ...result])).toEqual([]);
  expect(
    find(
      links,
      left.filter((haystack) => !isHandover(haystack)),
    ),
  ).toEqual([]);
}

/** How often the link of the hand-over file stands in a text. */
function countLink(place: Outpost, text: string): number {
  return text.split(String(place.json(HANDOVER)["clientSecret"])).length - 1;
}

describe("what a run keeps to itself", () => {
  test.for<[string, string[]]>([
    ["unattended", []],
    ["unattended with --verbose", ["--verbose"]],
    ["with --json --verbose", ["--json", "--verbose"]],
  ])("%s", async ([, args]) => {
    const { place, secrets } = watched();
    const run = await runPiped(place, [...FLAGS, "--yes", ...args]);
    expect(run.exitCode).toBe(0);
    expect(kinds(secrets)).toEqual(EVERY_KIND);
    expectKept(secrets, run);
    expect(countLink(place, run.stdout)).toBe(1);
    // The trial value's link is nobody's business either, and stands nowhere.
    const handedOver = linkKey(String(place.json(HANDOVER)["clientSecret"]));
    const trial = secrets.filter((secret) => isLink(secret) && secret.value !== handedOver);
    expect(trial).not.toEqual([]);
    expect(find(trial, [...run.left, ...run.result])).toEqual([]);
    if (process.platform === "linux") {
      expect(run.processes.map(({ place: name }) => name.split(" ")[0])).toContain("environ");
    }
  });

  test("a second run, which reads what the first one made", async () => {
    const { place, secrets } = watched();
    await runPiped(place, [...FLAGS, "--yes"]);
    const again = await runPiped(place, [...FLAGS, "--yes", "--verbose"]);
    expect(again.exitCode).toBe(0);
    expectKept(secrets, again);
    expect(countLink(place, again.stdout)).toBe(0);
  });

  test("one whose delivery fails", async () => {
    const secrets: Secret[] = [];
    const place = outpost({
      wrap: (fetch) => {
        const collected = collecting(secrets)(fetch);
        return (request) => {
          // Fine while it is tried; broken once there is a secret to be stored.
          const issued = secrets.some(({ name }) => name === "secretText");
          place.sandbox.behaviour.oneTimePassword = issued ? "failing" : "1.6.2";
          return collected(request);
        };
      },
    });
    const run = await runPiped(place, [...FLAGS, "--yes", "--verbose", "--json"]);
    expect(run.exitCode).toBe(6);
    expect(kinds(secrets)).toEqual(EVERY_KIND);
    expect(find(secrets, [...run.left, ...run.result])).toEqual([]);
    expect(place.sandbox.state.applications[0]?.passwordCredentials).toEqual([]);
  });

  test("one whose secret a person chooses to see: on the terminal, once, and nowhere else", async () => {
    const secrets: Secret[] = [];
    const place = outpost({
      wrap: (fetch) => {
        const collected = collecting(secrets)(fetch);
        return (request) => {
          const issued = secrets.some(({ name }) => name === "secretText");
          place.sandbox.behaviour.oneTimePassword = issued ? "failing" : "1.6.2";
          return collected(request);
        };
      },
    });
    const pty = inTerminal(place, [...FLAGS, "--verbose"]);
    await pty.until(ASKED.goAhead);
    pty.type(`y${KEYS.enter}`);
    await pty.until(/The secret could not be handed over. What now\?/);
    pty.type(KEYS.down.repeat(2) + KEYS.enter);
    await pty.until(/Have you copied it\?/);
    pty.type(`y${KEYS.enter}`);
    expect(await pty.exit()).toBe(0);
    const [secret = ""] = secrets.filter(({ name }) => name === "secretText").map(({ value }) => value);
    expect(pty.raw().split(secret)).toHaveLength(2);
    expect(find(secrets, filesIn(place.root))).toEqual([]);
    expect(place.json(HANDOVER)["clientSecret"]).toMatch(/was shown once/);
  });

  test("one whose sign-in is refused", async () => {
    const { place, secrets } = watched({ signIn: "blocked" });
    const run = await runPiped(place, [...FLAGS, "--yes", "--verbose"]);
    expect(run.exitCode).toBe(4);
    expect(kinds(secrets)).toContain("device_code");
    expect(find(secrets, [...run.left, ...run.result])).toEqual([]);
  });

  test.for([80, 40])("one in a terminal of %d columns, down to the last byte", async (cols) => {
    const { place, secrets } = watched();
    const pty = inTerminal(place, ["--verbose"], { cols });
    const watch = watchProcess(pty.pid);
    const answers = ["contoso.com", "empower", "https://app.contoso.com", "yes", "", "y"];
    for (const [index, question] of Object.values(ASKED).entries()) {
      await pty.until(question);
      pty.type(`${answers[index]}${KEYS.enter}`);
    }
    expect(await pty.exit()).toBe(0);
    expect(kinds(secrets)).toEqual(EVERY_KIND);
    const left = [...filesIn(place.root), ...watch.stop()];
    expectKept(secrets, { left, result: [{ place: "terminal", content: pty.raw() }] });
    expect(countLink(place, pty.raw().replaceAll(/[\r\n]/g, ""))).toBe(1);
  });

  test("a rehearsal, whose tenant is kept in a file", async () => {
    const place = outpost();
    const run = await runPiped(place, ["--sandbox", "--yes", "--no-input", "--verbose"]);
    expect(run.exitCode).toBe(0);
    expect(place.sandbox.requests).toEqual([]);
    const path = join(place.folder, ".entra-app-registration-sandbox/state.json");
    const state = JSON.parse(readFileSync(path, "utf8")) as TenantState;
    const link = String(place.json(HANDOVER)["clientSecret"]);
    const value = createSandbox({ clock: nodeClock, ids: nodeIds, state }).reveal(link) ?? "";
    const secrets = [
      { name: "secretText", value },
      { name: "link", value: linkKey(link) },
    ];
    expectKept(secrets, run);
  });
});

describe("the search finds a planted secret", () => {
  const secret = { name: "planted", value: "Zk8~Q.vw+7_x/Y2a~b+cd=efG~HIJ+klm/nop~q=rst0" };
  const { value } = secret;
  const base64 = (before: string): string => Buffer.from(`${before}${value} and more`).toString("base64");

  test.for<[string, string | Uint8Array]>([
    ["plain", `secret: ${value}.`],
    ["in bytes", Buffer.concat([Buffer.from([0, 255, 27]), Buffer.from(value)])],
    ["in part", `…${value.slice(11, 31)}…`],
    ["URL-encoded", `secret=${encodeURIComponent(value)}&ttl=1`],
    ["URL-encoded as Python does it", value.replaceAll("~", "%7E").replaceAll("+", "%2B")],
    ["URL-encoded in small letters", `secret=${encodeURIComponent(value).toLowerCase()}`],
    ["URL-encoded twice", encodeURIComponent(encodeURIComponent(value))],
    ["in HTML", value.replaceAll("+", "&#43;").replaceAll("=", "&#x3D;").replaceAll("/", "&#47;")],
    ["in JSON", value.replaceAll("+", "\\u002b").replaceAll("/", "\\/")],
    ["as a form", new URLSearchParams({ secret: value }).toString()],
    ["in base64 at the start of a group", base64("")],
    ["in base64, one byte in", base64("x")],
    ["in base64, two bytes in", base64("xy")],
    ["in base64 for URLs", Buffer.from(`xy${value}`).toString("base64url")],
    ["as a user's password", `Basic ${Buffer.from(`client:${value}`).toString("base64")}`],
    ["in hex", Buffer.from(value).toString("hex")],
    ["in HEX", Buffer.from(value).toString("hex").toUpperCase()],
    ["broken over lines", `secret: ${value.slice(0, 9)}\r\n${value.slice(9, 25)}\n  ${value.slice(25)}`],
    [
      "coloured in the middle",
      `${value.slice(0, 9)}\x1b[1;31m${value.slice(9, 25)}\x1b[0m${value.slice(25)}`,
    ],
    ["in a frame", `│ ${value.slice(0, 12)} │\n│ ${value.slice(12, 24)} │\n│ ${value.slice(24)} │`],
    ["broken base64", base64("").replaceAll(/(.{10})/g, "$1\n")],
  ])("%s", (plant) => {
    const [form, content] = plant;
    expect(find([secret], [{ place: form, content }]), form).not.toEqual([]);
  });

  test("in a file of a folder, and in what /proc says of a process", async () => {
    const place = outpost();
    place.write("note.txt", `the secret is ${value}`);
    const [found] = find([secret], filesIn(place.root));
    expect(found).toEqual({ place: join(place.folder, "note.txt"), secret: "planted", form: "plain" });
    if (process.platform !== "linux") return;
    const pty = inTerminal(place, [`--app-name=${value}`], { env: { LEAK: value } });
    const watch = watchProcess(pty.pid);
    await pty.until(ASKED.tenant);
    pty.kill();
    const places = find([secret], watch.stop()).map(({ place: name }) => name.split(" ")[0]);
    expect(new Set(places)).toEqual(new Set(["cmdline", "environ"]));
  });

  test("and nothing where there is none", () => {
    const text = `the hint Zk8, other text ${"abcdefghijklmnop".repeat(50)}`;
    expect(find([secret], [{ place: "elsewhere", content: text }])).toEqual([]);
  });
});

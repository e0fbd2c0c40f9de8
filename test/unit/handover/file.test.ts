import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { type HandoverFile, readHandover, writeHandover } from "../../../src/handover/file.ts";
import type { Files } from "../../../src/ports/index.ts";
import { Secret } from "../../../src/secret.ts";
import { type FakePorts, fakePorts } from "../../support/fake-ports.ts";

const NAME = "AppRegistrationInfo.json";
const POSIX = process.platform !== "win32";
const CAN_BE_REFUSED = POSIX && process.getuid?.() !== 0;

function write(ports: FakePorts, clientId = "mine", more: Partial<HandoverFile> = {}) {
  const entries = [
    ["tenantId", "t"],
    ["clientId", clientId],
    ["link", new Secret("https://pass.example/grüße")],
  ] as const;
  const isSameApp = (existing: Record<string, unknown>): boolean => existing["clientId"] === clientId;
  const onDraft = () => Promise.resolve();
  return writeHandover(ports, { folder: ports.folder, fileName: NAME, entries, isSameApp, onDraft, ...more });
}

const textOf = (ports: FakePorts, name = NAME): string => readFileSync(join(ports.folder, name), "utf8");
const namesIn = (ports: FakePorts): string[] => readdirSync(ports.folder).sort();

test("the keys stand in their order, two spaces in, with a line end", async () => {
  const ports = fakePorts();
  expect(await write(ports)).toEqual({ file: join(ports.folder, NAME) });
  expect(textOf(ports)).toBe(
    '{\n  "tenantId": "t",\n  "clientId": "mine",\n  "link": "https://pass.example/grüße"\n}\n',
  );
  if (POSIX) expect(statSync(join(ports.folder, NAME)).mode & 0o777).toBe(0o600);
});

test("before it takes its place a draft holds the same, which a later run knows for one", async () => {
  const ports = fakePorts();
  const drafts: string[] = [];
  const onDraft = async (draft: string): Promise<void> => {
    drafts.push(readFileSync(draft, "utf8"));
    expect(namesIn(ports)).toEqual([
      expect.stringMatching(/^\.AppRegistrationInfo\.json\.[0-9a-f]{8}\.tmp$/),
    ]);
  };
  await write(ports, "mine", { onDraft });
  expect(drafts).toEqual([textOf(ports)]);
  expect(namesIn(ports)).toEqual([NAME]);
});

test("the same application's file is replaced", async () => {
  const ports = fakePorts();
  await write(ports);
  expect(await write(ports)).toEqual({ file: join(ports.folder, NAME) });
  expect(namesIn(ports)).toEqual([NAME]);
});

describe("what is not ours is kept", () => {
  test.each<[string, (path: string) => void]>([
    ["another application's", (path) => writeFileSync(path, '{"clientId":"other"}')],
    ["no JSON", (path) => writeFileSync(path, "hello")],
    ["empty", (path) => writeFileSync(path, "")],
    ["a list", (path) => writeFileSync(path, '[{"clientId":"mine"}]')],
    ["null", (path) => writeFileSync(path, "null")],
    ["too large", (path) => writeFileSync(path, " ".repeat(1_100_000))],
    ["a folder", (path) => mkdirSync(path)],
  ])("%s", async (_, make) => {
    const ports = fakePorts();
    make(join(ports.folder, NAME));
    const kept = "AppRegistrationInfo.2026-03-01.json";
    expect(await write(ports)).toEqual({ file: join(ports.folder, NAME), keptAs: join(ports.folder, kept) });
    expect(namesIn(ports)).toEqual([kept, NAME].sort());
    expect(JSON.parse(textOf(ports))).toMatchObject({ clientId: "mine" });
  });

  test("and so is the next one of the same day, and the one after it", async () => {
    const ports = fakePorts();
    for (const clientId of ["a", "b", "c", "d"]) await write(ports, clientId);
    const kept = ["2026-03-01", "2026-03-01-2", "2026-03-01-3"].map(
      (date) => `AppRegistrationInfo.${date}.json`,
    );
    expect(namesIn(ports)).toEqual([...kept, NAME].sort());
    expect(kept.map((name) => (JSON.parse(textOf(ports, name)) as { clientId: string }).clientId)).toEqual([
      "a",
      "b",
      "c",
    ]);
  });

  test.runIf(POSIX)("a link is replaced or kept as a link; what it leads to is never touched", async () => {
    for (const clientId of ["mine", "other"]) {
      const ports = fakePorts();
      const target = join(ports.system.homeFolder, "precious.json");
      const text = JSON.stringify({ clientId });
      writeFileSync(target, text);
      symlinkSync(target, join(ports.folder, NAME));
      const { keptAs } = await write(ports);
      expect(keptAs !== undefined).toBe(clientId === "other");
      expect(lstatSync(join(ports.folder, NAME)).isSymbolicLink()).toBe(false);
      expect(readFileSync(target, "utf8")).toBe(text);
    }
  });

  test.runIf(POSIX)("a link that leads nowhere is replaced", async () => {
    const ports = fakePorts();
    symlinkSync(join(ports.folder, "nowhere"), join(ports.folder, NAME));
    await write(ports);
    expect(namesIn(ports)).toEqual([NAME]);
  });
});

describe("a disk that refuses", () => {
  const failing = (code: string) => (): Promise<never> =>
    Promise.reject(Object.assign(new Error(code), { code }));

  test.each<[keyof Files, string, string]>([
    ["writeAtomic", "ENOSPC", "mine"],
    ["writeAtomic", "EROFS", "mine"],
    ["rename", "EACCES", "other"],
    ["list", "EIO", "other"],
  ])("%s fails with %s", async (operation, errno, before) => {
    const ports = fakePorts({ files: { [operation]: failing(errno) } });
    writeFileSync(join(ports.folder, NAME), JSON.stringify({ clientId: before }));
    const error: unknown = await write(ports).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "DISK", facts: { path: join(ports.folder, NAME), errno } });
    expect(inspect(error, { depth: null })).not.toContain("pass.example");
    expect(textOf(ports)).toContain(before);
  });

  test("a folder that is not there", async () => {
    const ports = fakePorts();
    const folder = join(ports.folder, "none");
    await expect(write(ports, "mine", { folder })).rejects.toMatchObject({ facts: { errno: "ENOENT" } });
  });

  test.runIf(CAN_BE_REFUSED)("a folder that is read-only, and a file nobody may read", async () => {
    const ports = fakePorts();
    writeFileSync(join(ports.folder, NAME), "{}", { mode: 0o000 });
    expect(await write(ports)).toHaveProperty("keptAs");
    chmodSync(ports.folder, 0o500);
    await expect(write(ports)).rejects.toMatchObject({ facts: { errno: "EACCES" } });
    chmodSync(ports.folder, 0o700);
  });
});

test("two runs at the same time in one folder leave one whole file", async () => {
  const ports = fakePorts();
  await Promise.all(Array.from({ length: 10 }, () => write(ports)));
  expect(JSON.parse(textOf(ports))).toMatchObject({ clientId: "mine" });
  expect(namesIn(ports)).toEqual([NAME]);
});

test("reading gives the record, or nothing", async () => {
  const ports = fakePorts();
  const file = join(ports.folder, NAME);
  expect(await readHandover(ports.files, file)).toBeUndefined();
  await write(ports);
  expect(await readHandover(ports.files, file)).toMatchObject({ tenantId: "t", clientId: "mine" });
  writeFileSync(file, '\uFEFF{"a":1}\r\n');
  expect(await readHandover(ports.files, file)).toEqual({ a: 1 });
  for (const text of ["", "[]", '{"a":', "null", "7"]) {
    writeFileSync(file, text);
    expect(await readHandover(ports.files, file)).toBeUndefined();
  }
  expect(await readHandover(ports.files, ports.folder)).toBeUndefined();
});

describe("a file that several applications share", () => {
  const share = (ports: FakePorts, section: string, clientId: string, tenantId = "t") =>
    writeHandover(ports, {
      folder: ports.folder,
      fileName: NAME,
      section,
      entries: [
        ["tenantId", tenantId],
        ["clientId", clientId],
        ["link", new Secret(`https://otp.example/${clientId}`)],
      ],
      isSameApp: (existing) => existing["clientId"] === clientId,
      isSibling: (existing) => existing["tenantId"] === tenantId,
      onDraft: async () => undefined,
    });
  const content = (ports: FakePorts) => JSON.parse(readFileSync(join(ports.folder, NAME), "utf8")) as unknown;
  const own = (clientId: string, tenantId = "t") => ({
    tenantId,
    clientId,
    link: `https://otp.example/${clientId}`,
  });

  test("has a section for each, and each is replaced by itself", async () => {
    const ports = fakePorts();
    await share(ports, "advisors", "a");
    await share(ports, "rooms", "r");
    expect(await share(ports, "advisors", "a")).not.toHaveProperty("keptAs");
    expect(content(ports)).toEqual({ advisors: own("a"), rooms: own("r") });
    expect(await readHandover(ports.files, join(ports.folder, NAME), "rooms")).toEqual(own("r"));
    expect(await readHandover(ports.files, join(ports.folder, NAME), "none")).toBeUndefined();
  });

  test("of another tenant, of another application or of another kind is kept under a dated name", async () => {
    for (const before of [
      { rooms: own("r", "other") },
      { advisors: own("b") },
      own("a"),
      { rooms: "text" },
    ]) {
      const ports = fakePorts();
      writeFileSync(join(ports.folder, NAME), JSON.stringify(before));
      const { keptAs } = await share(ports, "advisors", "a");
      expect(JSON.parse(readFileSync(keptAs ?? "", "utf8"))).toEqual(before);
      expect(content(ports)).toEqual({ advisors: own("a") });
    }
  });
});

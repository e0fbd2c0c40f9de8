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
import { beforeEach, describe, expect, test } from "vitest";
import { nodeFiles } from "../../../src/ports/node/files.ts";
import { temporaryFolder } from "../../support/fake-ports.ts";

const POSIX = process.platform !== "win32";
/** Nothing is forbidden to root. */
const CAN_BE_REFUSED = POSIX && process.getuid?.() !== 0;

let folder = "";
const at = (name: string): string => join(folder, name);
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

beforeEach(() => {
  folder = temporaryFolder();
});

describe("read", () => {
  test("gives the whole file, up to exactly the limit", async () => {
    writeFileSync(at("a"), "1234567890");
    expect(textOf(await nodeFiles.read(at("a"), 10))).toBe("1234567890");
    await expect(nodeFiles.read(at("a"), 9)).rejects.toMatchObject({ code: "EFBIG" });
  });

  test("gives a large file in one piece", async () => {
    const text = "äöü".repeat(60_000);
    writeFileSync(at("a"), text);
    expect(textOf(await nodeFiles.read(at("a"), 1_000_000))).toBe(text);
  });

  test("names what is wrong", async () => {
    await expect(nodeFiles.read(at("none"), 10)).rejects.toMatchObject({ code: "ENOENT" });
    await expect(nodeFiles.read(folder, 10)).rejects.toMatchObject({ code: "EISDIR" });
  });

  test.runIf(process.platform === "linux")("does not read what has no end and no size", async () => {
    await expect(nodeFiles.read("/dev/zero", 1000)).rejects.toMatchObject({ code: "EFBIG" });
  });
});

describe("writeAtomic", () => {
  test("writes, replaces, and leaves nothing beside", async () => {
    await nodeFiles.writeAtomic(at("a"), "eins");
    await nodeFiles.writeAtomic(at("a"), "größer");
    expect(readFileSync(at("a"), "utf8")).toBe("größer");
    expect(readdirSync(folder)).toEqual(["a"]);
  });

  test.runIf(POSIX)("the file is for its owner only, whoever could read the old one", async () => {
    writeFileSync(at("a"), "old", { mode: 0o644 });
    await nodeFiles.writeAtomic(at("a"), "new");
    expect(statSync(at("a")).mode & 0o777).toBe(0o600);
  });

  test.runIf(POSIX)("a link in the file's place is replaced, and what it leads to stays", async () => {
    writeFileSync(at("elsewhere"), "precious");
    symlinkSync(at("elsewhere"), at("a"));
    await nodeFiles.writeAtomic(at("a"), "new");
    expect(lstatSync(at("a")).isSymbolicLink()).toBe(false);
    expect(readFileSync(at("elsewhere"), "utf8")).toBe("precious");
  });

  test("a folder in the file's place is a failure that leaves no temporary file", async () => {
    mkdirSync(at("a"));
    writeFileSync(join(at("a"), "inside"), "");
    await expect(nodeFiles.writeAtomic(at("a"), "new")).rejects.toMatchObject({
      code: expect.stringMatching(/^(EISDIR|EPERM|EACCES)$/) as unknown,
    });
    expect(readdirSync(folder)).toEqual(["a"]);
  });

  test("a missing folder is a failure", async () => {
    await expect(nodeFiles.writeAtomic(at("no/a"), "new")).rejects.toMatchObject({ code: "ENOENT" });
  });

  test.runIf(CAN_BE_REFUSED)("a folder that is read-only is a failure", async () => {
    chmodSync(folder, 0o500);
    await expect(nodeFiles.writeAtomic(at("a"), "new")).rejects.toMatchObject({ code: "EACCES" });
    chmodSync(folder, 0o700);
  });

  test("many at a time leave one whole file", async () => {
    const texts = Array.from({ length: 20 }, (_, index) => String(index).repeat(5000));
    await Promise.all(texts.map((text) => nodeFiles.writeAtomic(at("a"), text)));
    expect(texts).toContain(readFileSync(at("a"), "utf8"));
    expect(readdirSync(folder)).toEqual(["a"]);
  });
});

test("append makes a file for its owner only and adds to it", async () => {
  await nodeFiles.append(at("log"), "one\n");
  await nodeFiles.append(at("log"), "two\n");
  expect(readFileSync(at("log"), "utf8")).toBe("one\ntwo\n");
  if (POSIX) expect(statSync(at("log")).mode & 0o777).toBe(0o600);
  await expect(nodeFiles.append(at("no/log"), "x")).rejects.toMatchObject({ code: "ENOENT" });
});

test("rename, remove, list and ensureFolder do what they say", async () => {
  expect(await nodeFiles.list(at("none"))).toEqual([]);
  await nodeFiles.ensureFolder(at("deep/er"));
  await nodeFiles.ensureFolder(at("deep/er"));
  if (POSIX) expect(statSync(at("deep/er")).mode & 0o777).toBe(0o700);
  await nodeFiles.append(at("deep/er/a"), "x");
  await nodeFiles.rename(at("deep/er/a"), at("deep/er/b"));
  expect(await nodeFiles.list(at("deep/er"))).toEqual(["b"]);
  await nodeFiles.remove(at("deep/er/b"));
  expect(await nodeFiles.list(at("deep/er"))).toEqual([]);
  await expect(nodeFiles.list(at("deep/er/b/c"))).resolves.toEqual([]);
});

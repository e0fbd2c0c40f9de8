import { describe, expect, test } from "vitest";
import {
  bits,
  boolean,
  explicit,
  implicit,
  integer,
  nothing,
  objectIdentifier,
  octets,
  sequence,
  set,
  text,
  time,
} from "../../../src/sandbox/der.ts";

// Examples of ITU-T X.690 and of RFC 5280's certificates.
describe("values in the encoding of certificates", () => {
  test.each([
    ["an object identifier", objectIdentifier("2.5.29.17"), "0603551d11"],
    ["one with long parts", objectIdentifier("1.2.840.113549.1.1.11"), "06092a864886f70d01010b"],
    ["a number", integer(Buffer.from([2])), "020102"],
    ["true", boolean(true), "0101ff"],
    ["false", boolean(false), "010100"],
    ["nothing", nothing(), "0500"],
    ["bits", bits(Buffer.from([0xa0]), 5), "030205a0"],
    ["bytes", octets(Buffer.from([1, 2])), "04020102"],
    ["text", text("é"), "0c02c3a9"],
    ["a time", time(new Date("2026-11-20T10:00:05Z")), "170d3236313132303130303030355a"],
    ["a set in a sequence", sequence(set(nothing())), "300431020500"],
    ["a value under a tag", explicit(3, boolean(true)), "a3030101ff"],
    ["bytes under a tag", implicit(7, Buffer.from([127, 0, 0, 1])), "87047f000001"],
  ])("%s", (_, encoded, hex) => {
    expect(encoded.toString("hex")).toBe(hex);
  });

  test.each([
    [127, "047f"],
    [128, "048180"],
    [255, "0481ff"],
    [256, "04820100"],
    [65_535, "0482ffff"],
  ])("a length of %i", (length, head) => {
    const encoded = octets(Buffer.alloc(length));
    expect(encoded.subarray(0, head.length / 2).toString("hex")).toBe(head);
    expect(encoded).toHaveLength(head.length / 2 + length);
  });
});

import { expect, test } from "vitest";
import { readJson, readText } from "../../../src/http/read.ts";

function streamed(...parts: (string | Error)[]): { response: Response; cancelled: () => boolean } {
  let cancelled = false;
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const part = parts.shift();
      if (part === undefined) controller.close();
      else if (part instanceof Error) controller.error(part);
      else controller.enqueue(encoder.encode(part));
    },
    cancel() {
      cancelled = true;
    },
  });
  return { response: new Response(body), cancelled: () => cancelled };
}

test("text comes whole, letters split over chunks included", async () => {
  const bytes = new TextEncoder().encode("grüße");
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
      controller.close();
    },
  });
  expect(await readText(new Response(body), 100)).toBe("grüße");
});

test("no body is no text", async () => {
  expect(await readText(new Response(null, { status: 204 }), 10)).toBe("");
});

test("exactly the limit is taken, one byte more is not and ends the body", async () => {
  expect(await readText(streamed("12345", "67890").response, 10)).toBe("1234567890");
  const tooLong = streamed("12345", "678901", "and so on");
  await expect(readText(tooLong.response, 10)).rejects.toMatchObject({ code: "ERR_BODY_TOO_LARGE" });
  expect(tooLong.cancelled()).toBe(true);
});

test("a connection lost in mid-body keeps its code", async () => {
  const reset = Object.assign(new Error("aborted"), { code: "ECONNRESET" });
  await expect(readText(streamed("{", reset).response, 10)).rejects.toMatchObject({ code: "ECONNRESET" });
  await expect(readJson(streamed("{", reset).response)).rejects.toMatchObject({ code: "ECONNRESET" });
});

test.each([
  ['{"a":1}', { a: 1 }],
  ['\uFEFF{"a":1}', { a: 1 }],
  ["null", null],
  ["", undefined],
  ["<html>", undefined],
  ['{"a":', undefined],
])("JSON %j", async (text, expected) => {
  expect(await readJson(new Response(text))).toEqual(expected);
});

import { expect, test } from "vitest";
import { CTRL_C, fakeClock, fakePorts } from "../../support/fake-ports.ts";

test("the clock moves by being waited on, and waits side by side overlap", async () => {
  const clock = fakeClock();
  await Promise.all([clock.sleep(3000), clock.sleep(5000)]);
  await clock.sleep(1000);
  expect(clock.now().toISOString()).toBe("2026-03-01T12:00:06.000Z");
  expect(clock.sleeps).toEqual([3000, 5000, 1000]);
});

test("a wait ends with the signal's reason", async () => {
  const reason = new Error("stop");
  await expect(fakeClock().sleep(10, AbortSignal.abort(reason))).rejects.toBe(reason);
});

test("answers are given in order; one that is refused is asked for again", async () => {
  const ports = fakePorts({
    answers: [
      { expect: /URL/, answer: "http://" },
      { expect: /URL/, answer: "https://x" },
      { expect: /Name/ },
      { expect: /Sure/, answer: true },
      { expect: /Which/, answer: /blue/ },
    ],
  });
  expect(ports.terminal.interactive).toBe(true);
  const check = (answer: string): string | undefined => (answer.startsWith("https") ? undefined : "no");
  expect(await ports.prompter.input({ message: "URL?", check })).toBe("https://x");
  expect(await ports.prompter.input({ message: "Name?", default: "n", check: () => undefined })).toBe("n");
  expect(await ports.prompter.confirm({ message: "Sure?", default: false })).toBe(true);
  const choices = [
    { value: 1, name: "red one" },
    { value: 2, name: "blue one" },
  ];
  expect(await ports.prompter.select({ message: "Which?", choices })).toBe(2);
  expect(ports.refused).toEqual([{ question: "URL?", answer: "http://", reason: "no" }]);
});

test("an unexpected question fails, and Ctrl-C is a failure of its own", async () => {
  const question = { message: "Sure?", default: true };
  await expect(fakePorts().prompter.confirm(question)).rejects.toThrow("unexpected question: Sure?");
  const ports = fakePorts({ answers: [{ expect: /Sure/, answer: CTRL_C }] });
  await expect(ports.prompter.confirm(question)).rejects.toMatchObject({ code: "INTERRUPTED" });
});

test.fails("an answer nobody asked for fails the test", () => {
  fakePorts({ answers: [{ expect: /never/ }] });
});

test("without a network every request fails", async () => {
  await expect(fakePorts().fetch(new Request("https://x.example/"))).rejects.toThrow(
    "unexpected request: GET",
  );
});

import { expect, test } from "vitest";
import { toCsv } from "../../../src/handover/csv.ts";

test("names from a directory neither become formulas nor steer a terminal", () => {
  const row = ["=cmd()", "\u001B[2Jred\u009B", "Evil\u202Etxt", 'say "hi"\nthere'];
  expect(toCsv([row])).toBe('\uFEFF"\'=cmd()","\uFFFD[2Jred\uFFFD","Evil\uFFFDtxt","say ""hi""\nthere"\r\n');
});

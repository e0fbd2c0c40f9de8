import { expect, test } from "vitest";
import { hiding } from "../../../src/graph/redact.ts";
import { Secret } from "../../../src/secret.ts";

const SIGNS = String.raw`a.b*c+(d)[e]{f}^$|?/"\ü`;

test.each([
  ["a-token-of-a-vendor", "(a-token-of-a-vendor)x", "([secret])x"],
  ["a-token-of-a-vendor", "xa-token-of-a-vendorx", "x[secret]x"],
  [SIGNS, `<${SIGNS}>`, "<[secret]>"],
  [SIGNS, JSON.stringify({ said: SIGNS }), '{"said":"[secret]"}'],
  [SIGNS, `?token=${encodeURIComponent(SIGNS)}&x`, "?token=[secret]&x"],
  ["t", "the token 't' of status: t, not that", "the token '[secret]' of status: [secret], not that"],
  ["$&", "cost $&, $", "cost [secret], $"],
])("%s is taken out of %s", (secret, text, left) => {
  expect(hiding(new Secret(secret))(text)).toBe(left);
});

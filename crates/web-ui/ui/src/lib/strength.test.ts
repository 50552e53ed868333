import { expect, test } from "vitest";

import { strength } from "./strength";

test("what is guessed at once is weak", () => {
  const guessed = ["a", "1234", "password", "Password123", "qwerty123456", "aaaaaaaaaaaaaaaaaaaa", "abcdefghijklmnop", "12345678901234567890", "2024!", "abababababababab"];
  for (const password of guessed) expect(strength(password), password).toBe("weak");
  expect(strength("summer-trip-2026", "summer-trip")).toBe("weak");
});

test("length and variety make it better", () => {
  expect(strength("tR7!kq9z")).toBe("fair");
  expect(strength("maple kettle")).toBe("weak");
  expect(strength("maple kettle rain otter")).toBe("fair");
  expect(strength("maple kettle rain otter lamp")).toBe("good");
  expect(strength("X9v#Lq2m!Tz8wKd4")).toBe("good");
  expect(strength("纸船过了第三座桥")).toBe("good");
});

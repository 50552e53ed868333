import { expect, test } from "vitest";

import { fromLocal, toLocal } from "./local-time";

test("a time comes back as it went into the field, to the minute", () => {
  const instant = new Date(2026, 1, 3, 4, 5, 59).getTime();
  expect(toLocal(instant)).toBe("2026-02-03T04:05");
  expect(fromLocal(toLocal(instant))).toBe(instant - 59_000);
});

test("a field that is not filled in says nothing", () => {
  expect(fromLocal("")).toBeUndefined();
});

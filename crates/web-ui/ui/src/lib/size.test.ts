import { expect, test } from "vitest";

import { sizeOf, typed } from "./size";

test("a size is typed in the largest unit of which it is at least one", () => {
  expect(typed(10e9)).toEqual({ amount: "10", unit: "GB" });
  expect(typed(1.5e12)).toEqual({ amount: "1.5", unit: "TB" });
  expect(typed(500_000)).toEqual({ amount: "0.5", unit: "MB" });
});

test("what was typed is read with a point or a comma", () => {
  expect(sizeOf("1.5", "GB")).toBe(1.5e9);
  expect(sizeOf(" 1,5 ", "GB")).toBe(1.5e9);
  expect(sizeOf("0", "MB")).toBe(0);
});

test("what is no size is none", () => {
  for (const text of ["", "-1", "1e3", "ten", "1.2.3", "."]) expect(sizeOf(text, "MB")).toBeUndefined();
});

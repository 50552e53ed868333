import { expect, test } from "vitest";

import { sizeOf, typed } from "./size";

test("a size is typed in the largest unit of which it is at least one", () => {
  expect(typed(10 * 2 ** 30)).toEqual({ amount: "10", unit: "GiB" });
  expect(typed(1.5 * 2 ** 40)).toEqual({ amount: "1.5", unit: "TiB" });
  expect(typed(2 ** 19)).toEqual({ amount: "0.5", unit: "MiB" });
});

test("what was typed is read with a point or a comma", () => {
  expect(sizeOf("1.5", "GiB")).toBe(1.5 * 2 ** 30);
  expect(sizeOf(" 1,5 ", "GiB")).toBe(1.5 * 2 ** 30);
  expect(sizeOf("0", "MiB")).toBe(0);
});

test("what is no size is none", () => {
  for (const text of ["", "-1", "1e3", "ten", "1.2.3", "."]) expect(sizeOf(text, "MiB")).toBeUndefined();
});

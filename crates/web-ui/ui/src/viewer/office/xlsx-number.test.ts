import { expect, test } from "vitest";

import { letters } from "./sheets";
import { formatOf, written } from "./xlsx-number";

test.each([
  [0, undefined, "0.30000000000000004", "0.3"],
  [10, undefined, "0.125", "12.50%"],
  [14, undefined, "45000", "2023-03-15"],
  [14, undefined, "1", "1900-01-01"],
  [22, undefined, "45000.5", "2023-03-15 12:00"],
  [20, undefined, "0.75", "18:00"],
  [164, "[h]:mm", "1.5", "36:00"],
  [164, 'yyyy"年"m"月"d"日"', "45000", "2023-03-15"],
  [164, "mmmm", "45000", "2023-03-15"],
  [164, '#,##0.00 "days"', "45000", "45000.00"],
  [164, "[Red]0.0%", "0.3333", "33.3%"],
  [164, "0.00E+00", "0.000125", "0.000125"],
  [3, undefined, "7.9", "8"],
  [0, undefined, "", ""],
  [164, "General", "7", "7"],
])("format %i %s makes of %s what is meant", (id, code, text, read) => {
  expect(written(text, formatOf(id, code), false)).toBe(read);
});

test("days may be counted from 1904", () => {
  expect(written("0", { is: "date" }, true)).toBe("1904-01-01");
});

test("columns have letters", () => {
  expect([0, 25, 26, 701, 702].map(letters)).toEqual(["A", "Z", "AA", "ZZ", "AAA"]);
});

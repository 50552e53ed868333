import { expect, test } from "vitest";

import { countOf } from "./number";

test("a count is a whole number that is large enough", () => {
  expect(countOf(" 12 ", 1)).toBe(12);
  for (const text of ["", "0", "-1", "1.5", "1e3", "x", "99999999999999999999"]) expect(countOf(text, 1)).toBeUndefined();
});

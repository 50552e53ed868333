import { expect, it } from "vitest";

import { moved } from "./caret";

it("stays behind the same letters", () => {
  expect(moved(2, "abcd", "abcd more")).toBe(2);
  expect(moved(4, "abcd", "new abcd")).toBe(8);
  expect(moved(3, "abcd", "abd")).toBe(2);
  expect(moved(2, "abcd", "")).toBe(0);
  expect(moved(0, "", "abc")).toBe(0);
});

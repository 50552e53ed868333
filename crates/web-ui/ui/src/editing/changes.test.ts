import { expect, it } from "vitest";

import { changesBetween, textOf } from "./changes";

it("makes one text of another", () => {
  const texts = ["", "\n", "a", "a\n", "a\nb", "b\na", "a\nb\nc", "a\nc", "x\na\nb\nc\n", "a\nX\nc\n\n", "\n\n\na", "😀\nb"];
  for (const before of texts) {
    for (const after of texts) {
      const change = changesBetween(textOf(before), textOf(after));
      expect(change.apply(textOf(before)).toString(), JSON.stringify([before, after])).toBe(after);
    }
  }
});

it("leaves the lines that are the same", () => {
  expect(changesBetween(textOf("aa\nb\ncc"), textOf("aa\nB\ncc")).toJSON()).toEqual([3, [2, "B", ""], 2]);
  expect(changesBetween(textOf("a\nb"), textOf("a\nb\nc")).toJSON()).toEqual([3, [0, "", "c"]]);
});

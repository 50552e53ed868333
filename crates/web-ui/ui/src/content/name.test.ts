import { expect, test } from "vitest";

import { fileNameProblem } from "./name";

test("names are paths without holes", () => {
  for (const good of ["a.pdf", "photos/cat 1.jpg", "午餐.txt", "..."]) expect(fileNameProblem(good)).toBeUndefined();
  for (const bad of ["/a", "a/", "a//b", ".", "a/../b", "a\\b", "a\nb"]) {
    expect(fileNameProblem(bad)).toBe("content.rename.wrong");
  }
});

test("names have 1,024 bytes at most", () => {
  expect(fileNameProblem("x".repeat(1_024))).toBeUndefined();
  expect(fileNameProblem("午".repeat(342))).toBe("content.rename.long");
});

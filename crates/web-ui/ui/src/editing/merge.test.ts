import { expect, it } from "vitest";

import { merged } from "./merge";

it("takes over what only one side changed", () => {
  expect(merged("a", "a", "b")).toBe("b");
  expect(merged("b", "a", "a")).toBe("b");
  expect(merged("b", "a", "b")).toBe("b");
});

it("puts changes of different lines together", () => {
  expect(merged("1\nb\nc\nd\n", "a\nb\nc\nd\n", "a\nb\nc\n4\n")).toBe("1\nb\nc\n4\n");
  expect(merged("a\nb\nc\nmine", "a\nb\nc", "theirs\na\nb\nc")).toBe("theirs\na\nb\nc\nmine");
});

it("leaves changes of the same line to people", () => {
  expect(merged("mine", "base", "theirs")).toBeUndefined();
  expect(merged("a\nmine", "a", "a\ntheirs")).toBeUndefined();
});

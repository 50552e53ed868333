import { Chunk } from "@codemirror/merge";
import { Text } from "@codemirror/state";
import { expect, test } from "vitest";

import { changedLines } from "./lines";

function between(one: string, other: string) {
  const [a, b] = [Text.of(one.split("\n")), Text.of(other.split("\n"))];
  return changedLines(Chunk.build(a, b), a, b);
}

test("changed lines count on both sides", () => {
  expect(between("a\nbee\nc\n", "a\nsea\nc\n")).toEqual({ removed: 1, added: 1 });
  expect(between("a\nb\nc\nd\ne\n", "A\nb\nc\nd\nE1\nE2\n")).toEqual({ removed: 2, added: 3 });
});

test("lines that are only there once count once", () => {
  expect(between("a\nc\n", "a\nb1\nb2\nc\n")).toEqual({ removed: 0, added: 2 });
  expect(between("a\nb\nc\n", "a\nc\n")).toEqual({ removed: 1, added: 0 });
});

test("texts that are the same, or empty, have nothing", () => {
  expect(between("a\n", "a\n")).toEqual({ removed: 0, added: 0 });
  expect(between("", "a\nb")).toEqual({ removed: 0, added: 2 });
});

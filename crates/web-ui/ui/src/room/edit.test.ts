import { ChangeSet, Text } from "@codemirror/state";
import { expect, it } from "vitest";

import { edited, withSingleBreaks } from "./edit";

it("does to a text what CodeMirror does", () => {
  const text = "one\ntwo\n😀 three";
  const changes = [{ from: 0, to: 1, insert: "X" }, { from: 4, insert: "a\nb\n" }, { from: 8, to: 10 }, { from: text.length, insert: "\n" }];
  const change = ChangeSet.of(changes, text.length);
  const expected = change.apply(Text.of(text.split("\n"))).toString();
  expect(edited(text, change.toJSON())).toBe(expected);
});

it("refuses a change of another text", () => {
  expect(() => edited("four", [3])).toThrow(RangeError);
});

it("counts a line break as one", () => {
  expect(withSingleBreaks("a\r\nb\rc\nd")).toBe("a\nb\nc\nd");
});

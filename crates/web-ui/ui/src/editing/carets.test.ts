import { EditorState } from "@codemirror/state";
import { expect, it } from "vitest";

import { moveCaret, otherCarets } from "./carets";
import { parsePlace, writePlace } from "./place";

it("reads the places that it writes, and nothing else", () => {
  const place = { id: 7, version: 12, anchor: 3, head: 5 };
  expect(parsePlace(writePlace(place))).toEqual(place);
  for (const other of [undefined, null, "", "7:1:2", "7:1:2:-1", "a:b:c:d", "7:1:2:3:4", "7:1:2:1e9"]) expect(parsePlace(other)).toBeUndefined();
});

it("keeps a caret behind the letters that it is behind", () => {
  const caret = { session: "a", name: "Anna", colour: "#1a56a8", anchor: 2, head: 4 };
  let { state } = EditorState.create({ doc: "abcdef", extensions: otherCarets }).update({ effects: moveCaret.of({ session: "a", caret }) });
  state = state.update({ changes: [{ from: 0, insert: "xx" }, { from: 4, insert: "typed" }] }).state;
  expect(state.field(otherCarets)).toMatchObject([{ anchor: 4, head: 11 }]);
  state = state.update({ effects: moveCaret.of({ session: "a", caret: undefined }) }).state;
  expect(state.field(otherCarets)).toEqual([]);
});

import { expect, test } from "vitest";

import { jsonTree, prettyJson } from "./json";
import { openTo, visible } from "./json-rows";

const TEXT = '{"a":[1,12345678901234567890,{"b":null}],"c":{},"d":"x, y","e":[[]]}';

test("a tree names each value by where it stands", () => {
  const tree = jsonTree(TEXT);
  const of = (ends: Uint32Array) => Array.from({ length: ends.length / 2 }, (_, at) => TEXT.slice(ends[2 * at], ends[2 * at + 1]));
  expect([...tree.depth]).toEqual([0, 1, 2, 2, 2, 3, 1, 1, 1, 2]);
  expect([...tree.place]).toEqual([0, 0, 0, 1, 2, 0, 1, 2, 3, 0]);
  expect([...tree.count]).toEqual([4, 3, 0, 0, 1, 0, 0, 0, 1, 0]);
  expect([...tree.next]).toEqual([10, 6, 3, 4, 6, 6, 7, 8, 10, 10]);
  expect(of(tree.name)).toEqual(["", '"a"', "", "", "", '"b"', '"c"', '"d"', '"e"', ""]);
  expect(of(tree.value).slice(1, 4)).toEqual(['[1,12345678901234567890,{"b":null}]', "1", "12345678901234567890"]);
});

test("what is written on one line is laid out, and stays what it was", () => {
  const pretty = prettyJson(TEXT);
  expect(pretty).toBe(
    `{
  "a": [
    1,
    12345678901234567890,
    {
      "b": null
    }
  ],
  "c": {},
  "d": "x, y",
  "e": [
    []
  ]
}
`,
  );
  expect(JSON.parse(pretty)).toEqual(JSON.parse(TEXT));
  expect(prettyJson("3")).toBe("3\n");
});

test("what is no JSON is refused", () => {
  for (const text of ["", "{", '{"a":}', "[1 2]", "[".repeat(100_000)]) expect(() => jsonTree(text), text.slice(0, 9)).toThrow();
});

test("what is closed hides what is in it", () => {
  const tree = jsonTree(TEXT);
  expect(visible(tree, openTo(tree, 0))).toEqual([0, 1, 6, 7, 8]);
  expect(visible(tree, openTo(tree, 9))).toEqual([0, 1, 2, 3, 4, 6, 7, 8, 9]);
  expect(visible(tree, new Uint8Array(10))).toHaveLength(10);
});

import { expect, test } from "vitest";

import type { Content } from "../../api/client";
import { addressedFolder, counted, folderAddress, level, ordered } from "./arrange";

let last = 0;
function file(file_name: string, more: Partial<Content> = {}): Content {
  last += 1;
  return { id: last, content_type: "file", file_name, mime_type: "", size: 1, ...more } as Content;
}
const names = (contents: Content[]) => contents.map(({ file_name }) => file_name);

test("orders are by what they are called, and steady", () => {
  const list = [file("b10", { size: 3 }), file("ä", { size: 1 }), file("b9", { size: 3 }), file("a.png", { mime_type: "image/png" })];
  expect(names(ordered(list, "newest", "en"))).toEqual(["b10", "ä", "b9", "a.png"]);
  expect(names(ordered(list, "oldest", "en"))).toEqual(["a.png", "b9", "ä", "b10"]);
  expect(names(ordered(list, "name", "en"))).toEqual(["ä", "a.png", "b9", "b10"]);
  expect(names(ordered(list, "size", "en"))).toEqual(["b10", "b9", "ä", "a.png"]);
  expect(names(ordered(list, "kind", "en"))).toEqual(["a.png", "b10", "ä", "b9"]);
});

test("kinds are counted, and those that are not there left out", () => {
  const list = [file("a.png", { mime_type: "image/png" }), file("b.png", { mime_type: "image/png" }), file("c.zip")];
  expect(counted(list)).toEqual([
    ["pictures", 2],
    ["other", 1],
  ]);
});

test("a folder has what stands in it, and folders with all that is below", () => {
  const list = [file("x/1"), file("2"), file("x/y/3"), file("z/4"), file("xy")];
  const top = level(list, "");
  expect(names(top.contents)).toEqual(["2", "xy"]);
  expect(top.folders.map(({ path, name, contents }) => [path, name, contents.length])).toEqual([
    ["x/", "x", 2],
    ["z/", "z", 1],
  ]);
  const x = level(list, "x/");
  expect(names(x.contents)).toEqual(["x/1"]);
  expect(x.folders.map(({ path }) => path)).toEqual(["x/y/"]);
  expect(level(list, "gone/")).toEqual({ folders: [], contents: [] });
});

test("a folder's address leads back to it, whatever it is called", () => {
  for (const path of ["a/", "ä b/c#d/", "100%/e?/"]) expect(addressedFolder(folderAddress(path))).toBe(path);
  for (const address of ["c/7", "f/", "f/a", "f/%zz/"]) expect(addressedFolder(address)).toBeUndefined();
});

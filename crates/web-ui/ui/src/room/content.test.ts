import { expect, test } from "vitest";

import type { Content } from "../api/client";
import { contentName, firstLines, linkHost, matches, steady } from "./content";

const of = (given: Partial<Content>) => ({ content_type: "text", ...given }) as Content;

test("a content is called by its name, or by what it says", () => {
  expect(contentName(of({ file_name: "a/b.txt" }))).toBe("a/b.txt");
  expect(contentName(of({ content_type: "url", url: "https://example.org" }))).toBe("https://example.org");
  expect(contentName(of({ text: "\n\n  Hello \nthere" }))).toBe("Hello");
  expect(contentName(of({ text: "x".repeat(81) }))).toBe(`${"x".repeat(80)}…`);
});

test("a preview has the first lines that say something", () => {
  expect(firstLines("\n\na  \n\n  b\r\nc\nd", 3)).toBe("a\n  b\nc");
  expect(firstLines("", 3)).toBe("");
});

test("links are known by their hosts", () => {
  expect(linkHost("https://www.example.org:8080/a?b")).toBe("example.org:8080");
  expect(linkHost("mailto:ann%40a@example.org?subject=Hi")).toBe("ann@a@example.org");
  expect(linkHost("mailto:%ff@example.org")).toBe("%ff@example.org");
  expect(linkHost("nonsense")).toBe("nonsense");
});

test("a search finds all its words, in any order and case", () => {
  const content = of({ file_name: "Team Plan.md", text: "Pizza" });
  expect(matches(content, "")).toBe(true);
  expect(matches(content, " plan TEAM ")).toBe(true);
  expect(matches(content, "pizza")).toBe(true);
  expect(matches(content, "pizza pasta")).toBe(false);
});

test("contents that did not change stay the same objects", () => {
  const [a, b] = [of({ id: 1, version: 1 }), of({ id: 2, version: 1 })];
  const before = [a, b];
  expect(steady(before, [{ ...a }, { ...b }])).toBe(before);
  const next = steady(before, [{ ...a }, { ...b, version: 2 }, of({ id: 3 })]);
  expect(next[0]).toBe(a);
  expect(next[1]).toEqual({ ...b, version: 2 });
  expect(next).toHaveLength(3);
  expect(steady(before, [{ ...b }])).toEqual([b]);
});

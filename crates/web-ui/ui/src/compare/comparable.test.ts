import { expect, test } from "vitest";

import type { Content } from "../api/client";
import { LONGEST, comparable } from "./comparable";

const file = (file_name: string, mime_type: string, given: Partial<Content> = {}) =>
  ({ content_type: "file", file_name, mime_type, size: 10, max_downloads: null, ...given }) as Content;
const text = (said: string, given: Partial<Content> = {}) =>
  ({ content_type: "text", text: said, mime_type: "text/plain", size: said.length, ...given }) as Content;

const photo = file("photo.jpg", "image/jpeg");
const drawing = file("drawing.svg", "image/svg+xml");
const program = file("main.rs", "text/x-rust");

test("two images are compared as such, whatever their size", () => {
  expect(comparable(photo, file("b.png", "image/png", { size: LONGEST * 100 }))).toBe("images");
});

test("texts of all sorts are compared with each other", () => {
  expect(comparable(text("a"), text("b"))).toBe("texts");
  expect(comparable(text("a", { file_name: "a.csv" }), program)).toBe("texts");
  expect(comparable(drawing, file("notes.md", "text/markdown"))).toBe("texts");
});

test("long texts are not compared", () => {
  const at = (size: number) => file("server.log", "text/plain", { size });
  expect(comparable(at(LONGEST), at(LONGEST))).toBe("texts");
  expect(comparable(program, at(LONGEST + 1))).toEqual({ not: "long" });
});

test("what has nothing in common is not compared", () => {
  expect(comparable(photo, program)).toEqual({ not: "kinds" });
  expect(comparable(photo, drawing)).toEqual({ not: "kinds" });
  expect(comparable(program, file("all.zip", "application/zip"))).toEqual({ not: "kinds" });
  const link = { content_type: "url", url: "https://example.org", mime_type: "text/plain", size: 19 } as Content;
  expect(comparable(link, link)).toEqual({ not: "kinds" });
});

test("no download that counts is spent on comparing", () => {
  expect(comparable(photo, { ...photo, max_downloads: 3 })).toEqual({ not: "limited" });
  expect(comparable(text("a", { max_downloads: 1 }), text("b"))).toEqual({ not: "limited" });
});

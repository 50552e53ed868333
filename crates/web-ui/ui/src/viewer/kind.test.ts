import { describe, expect, test } from "vitest";

import type { Content } from "../api/client";
import { downloadsLeft, ending, groupOf, isLimited, kindOf, splitName } from "./kind";

function content(given: Partial<Content>): Content {
  return {
    id: 1,
    content_type: "file",
    file_name: null,
    text: null,
    url: null,
    size: 10,
    mime_type: "application/octet-stream",
    language: null,
    sha256: "",
    download_count: 0,
    max_downloads: null,
    expire_at: null,
    pinned: false,
    thumbnail: false,
    kind: "other",
    version: 1,
    created_at: "2026-01-01T00:00:00Z",
    updated_at: "2026-01-01T00:00:00Z",
    ...given,
  };
}

const file = (file_name: string, mime_type = "application/octet-stream") => content({ file_name, mime_type });
const text = (said: string, given: Partial<Content> = {}) =>
  content({ content_type: "text", mime_type: "text/plain; charset=utf-8", text: said, ...given });

describe("kinds", () => {
  test.each([
    ["photo.PNG", "image/png", "image"],
    ["drawing.svg", "image/svg+xml", "code"],
    ["page.html", "text/html; charset=utf-8", "code"],
    ["raw.tiff", "image/tiff", "photo"],
    ["IMG_1.HEIC", "application/octet-stream", "photo"],
    ["paper.pdf", "application/pdf", "pdf"],
    ["song.mp3", "audio/mpeg", "audio"],
    ["film.mp4", "video/mp4", "video"],
    ["main.ts", "video/mp2t", "code"],
    ["stream.m2ts", "video/mp2t", "video"],
    ["README.md", "text/markdown", "markdown"],
    ["notes", "text/markdown", "markdown"],
    ["people.csv", "text/csv", "table"],
    ["people.tsv", "text/tab-separated-values", "table"],
    ["a/b/main.rs", "text/x-rust", "code"],
    ["Dockerfile", "application/octet-stream", "code"],
    ["data.json", "application/json", "code"],
    ["feed", "application/atom+xml", "code"],
    ["server.log", "application/octet-stream", "text"],
    ["letter.txt", "text/plain", "text"],
    ["all.zip", "application/zip", "archive"],
    ["all.tar.gz", "application/gzip", "archive"],
    ["all.tgz", "application/octet-stream", "archive"],
    ["report.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "document"],
    ["report.docx", "application/zip", "document"],
    ["costs.xlsx", "application/octet-stream", "sheets"],
    ["study.ipynb", "application/json", "notebook"],
    ["disk.iso", "application/x-iso9660-image", "other"],
    ["photo.jpg", "application/octet-stream", "other"],
  ])("of %s as %s is %s", (name, mime, kind) => {
    expect(kindOf(file(name, mime))).toBe(kind);
  });

  test("of files that neither name nor type tells of are what they begin with", () => {
    const unknown = (kind: string) => content({ file_name: "Makefile.am", mime_type: "application/octet-stream", kind });
    expect(kindOf(unknown("code"))).toBe("code");
    expect(kindOf(unknown("text"))).toBe("text");
    expect(kindOf(unknown("archive"))).toBe("other");
  });

  test("of texts follow what was said, then the name, then the text", () => {
    expect(kindOf(text("Pizza or pasta?"))).toBe("text");
    expect(kindOf(text("x = 1", { language: "python" }))).toBe("code");
    expect(kindOf(text("x = 1", { language: "Markdown" }))).toBe("markdown");
    expect(kindOf(text("# Title\n\n- **one**\n- two", { language: "plain" }))).toBe("text");
    expect(kindOf(text("a,b", { file_name: "a.csv" }))).toBe("table");
    expect(kindOf(text("# Title\n\n- **one**\n- two"))).toBe("markdown");
    expect(kindOf(text('{"a": 1}'))).toBe("code");
    expect(kindOf(text("", { text: null }))).toBe("text");
  });

  test("of links are links", () => {
    expect(kindOf(content({ content_type: "url", url: "https://example.org/a.png" }))).toBe("link");
  });
});

test("groups are what people look for", () => {
  expect(groupOf(file("a.png", "image/png"))).toBe("pictures");
  expect(groupOf(file("a.mp4", "video/mp4"))).toBe("video");
  expect(groupOf(file("a.txt", "text/plain"))).toBe("texts");
  expect(groupOf(file("a.docx"))).toBe("documents");
  expect(groupOf(file("a.pdf", "application/pdf"))).toBe("documents");
  expect(groupOf(file("a.rs"))).toBe("code");
  expect(groupOf(file("a.zip"))).toBe("other");
  expect(groupOf(text("a"))).toBe("texts");
  expect(groupOf(content({ content_type: "url", url: "https://example.org" }))).toBe("links");
});

test("names have folders and endings", () => {
  expect(splitName("a/b/c.pdf")).toEqual({ folder: "a/b/", base: "c.pdf" });
  expect(splitName("c.pdf")).toEqual({ folder: "", base: "c.pdf" });
  expect(ending("a.b/C.PDF")).toBe("pdf");
  expect(ending("a.b/c")).toBe("");
  expect(ending(".env")).toBe("");
});

test("what is limited says how much is left", () => {
  expect(isLimited(file("a"))).toBe(false);
  expect(isLimited(content({ max_downloads: 3 }))).toBe(true);
  expect(downloadsLeft(content({ max_downloads: 3, download_count: 1 }))).toBe(2);
  expect(downloadsLeft(content({ max_downloads: 3, download_count: 4 }))).toBe(0);
});

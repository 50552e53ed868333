import { expect, test } from "vitest";

import { languageOf, normalLanguage } from "./language";

test("what was said goes before the name, and the name before the looks", () => {
  expect(languageOf("a.py", "rust", "{}")).toBe("rust");
  expect(languageOf("a.py", null, "{}")).toBe("python");
  expect(languageOf("a.py", "plain", "{}")).toBeUndefined();
  expect(languageOf(null, null, "{}")).toBe("json");
  expect(languageOf("a.txt", null, "{}")).toBeUndefined();
  expect(languageOf("deep/Dockerfile", null)).toBe("dockerfile");
  expect(languageOf("unknown.xyz", null)).toBeUndefined();
});

test("words for languages are many", () => {
  expect(normalLanguage("TS")).toBe("typescript");
  expect(normalLanguage("C++")).toBe("cpp");
  expect(normalLanguage("plaintext")).toBe("plain");
  expect(normalLanguage("klingon")).toBeUndefined();
});

test.each([
  ["#!/usr/bin/env python3\nprint(1)", "python"],
  ["#!/bin/sh\necho", "shell"],
  ["#!/usr/bin/env node\n", "javascript"],
  ["<!doctype html><p>", "html"],
  ['<?xml version="1.0"?><a/>', "xml"],
  ["diff --git a/a b/a\n", "diff"],
  ["--- a\n+++ b\n@@", "diff"],
  ['[1, {"a": null}]', "json"],
  ["{ not json", undefined],
  ["# Plan\n\nSee [here](https://example.org).", "markdown"],
  ["Run this:\n\n```sh\nls\n```\n", "markdown"],
  ["# one heading alone", undefined],
  ["Hello there", undefined],
  ["", undefined],
])("%j looks like %s", (text, language) => {
  expect(languageOf(null, null, text)).toBe(language);
});

import { expect, test } from "vitest";

import { decodeText, isText } from "./decode";

const utf8 = (text: string) => new TextEncoder().encode(text);

test("UTF-8 is text, also when it ends within a character", () => {
  expect(decodeText(utf8("Grüße 你好"), false)).toBe("Grüße 你好");
  expect(decodeText(utf8("你好").subarray(0, 5), true)).toBe("你");
  expect(decodeText(new Uint8Array(), false)).toBe("");
});

test("byte order marks are believed, and not shown", () => {
  expect(decodeText(Uint8Array.of(0xff, 0xfe, 0x60, 0x4f), false)).toBe("你");
  expect(decodeText(Uint8Array.of(0xfe, 0xff, 0x4f, 0x60), false)).toBe("你");
  expect(decodeText(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61), false)).toBe("a");
});

test("older encodings go by their looks", () => {
  expect(decodeText(Uint8Array.of(0xc4, 0xe3, 0xba, 0xc3, 0x21), false)).toBe("你好!");
  expect(decodeText(Uint8Array.of(0xe9, 0x74, 0xe9), false)).toBe("été");
  expect(decodeText(Uint8Array.of(0xe9, 0x20), false)).toBe("é ");
});

test("what has zeros in it is no text", () => {
  expect(decodeText(Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 0), false)).toBeUndefined();
});

test("what nothing is known of is a text without control characters", () => {
  expect(isText("all: build\n\tcc -o a a.c\n")).toBe(true);
  expect(isText("\x1b[31mred\x1b[0m\f中文")).toBe(true);
  expect(isText("\x7fELF\x02\x01")).toBe(false);
});

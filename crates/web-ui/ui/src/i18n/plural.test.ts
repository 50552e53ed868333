import { expect, it } from "vitest";

import { plural, pluralForms } from "./plural";

it("chooses by the plurals of the language", () => {
  const words = (locale: string, ...forms: string[]) => [0, 1, 2, 5, 21].map((n) => plural(n, forms, locale));
  expect(words("en", "file", "files")).toEqual(["files", "file", "files", "files", "files"]);
  expect(words("zh-CN", "个文件")).toEqual(Array(5).fill("个文件"));
  expect(words("ru", "файл", "файла", "файлов", "файла")).toEqual(["файлов", "файл", "файла", "файлов", "файл"]);
});

it("knows how many forms a language has", () => {
  expect(["zh-CN", "de", "ru", "ar"].map(pluralForms)).toEqual([1, 2, 4, 6]);
});

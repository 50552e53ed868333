import { expect, test } from "vitest";

import { lookup } from "./lookup";

test("the first language that somebody reads and that is offered is taken", () => {
  expect(lookup(["fr", "zh-CN", "en"], ["en", "zh-CN"])).toBe("zh-CN");
  expect(lookup(["EN-us", "zh"], ["en", "zh-CN"])).toBe("en");
  expect(lookup(["fr"], ["en", "zh-CN"])).toBeUndefined();
  expect(lookup([], ["en"])).toBeUndefined();
});

test("the very language goes before another one of its family", () => {
  expect(lookup(["zh-TW"], ["en", "zh-CN", "zh-TW"])).toBe("zh-TW");
  expect(lookup(["zh-HK"], ["en", "zh-CN", "zh-TW"])).toBe("zh-CN");
});

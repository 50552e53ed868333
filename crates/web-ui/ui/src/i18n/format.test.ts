import { afterEach, expect, it } from "vitest";

import { bytes, list, span } from "./format";
import { locale } from "./index.svelte";

/** As it is read: nothing is broken apart behind a number. */
const plain = (words: string) => words.replaceAll("\u00a0", " ");
const lasting = (seconds: number) => plain(span(seconds));

afterEach(() => (locale.current = "en"));

it("tells a size by three digits, in powers of a thousand", () => {
  const sizes = { 0: "0 bytes", 1: "1 byte", 999: "999 bytes", 1_000: "1 kB", 1_536: "1.54 kB", 99_960: "100 kB" };
  const larger = { 262_144: "262 kB", 999_499: "999 kB", 999_500: "1 MB", 10_737_418_240: "10.7 GB", 2e12: "2 TB", 3e18: "3,000 PB" };
  for (const [size, words] of Object.entries({ ...sizes, ...larger })) expect(plain(bytes(Number(size))), size).toBe(words);
});

it("writes sizes, spans and lists as each language does", () => {
  const written = () => [bytes(5), bytes(1_540_000), span(90_000), span(5_400), list(["a", "b"]), list(["a", "b", "c"])].map(plain);
  locale.current = "de";
  expect(written()).toEqual(["5 Byte", "1,54 MB", "1 Tag, 1 Std.", "1 Std., 30 Min.", "a und b", "a, b und c"]);
  locale.current = "zh-CN";
  expect(written()).toEqual(["5字节", "1.54 MB", "1天1小时", "1小时30分钟", "a、b", "a、b、c"]);
});

it("tells a span by its two largest units, and rounds the rest", () => {
  expect(lasting(0)).toBe("0 sec");
  expect(lasting(59.6)).toBe("1 min");
  expect(lasting(61)).toBe("1 min 1 sec");
  expect(lasting(3_599)).toBe("59 min 59 sec");
  expect(lasting(5_400)).toBe("1 hr 30 min");
  expect(lasting(86_399)).toBe("1 day");
  expect(lasting(7 * 86_400 - 5)).toBe("7 days");
  expect(lasting(6 * 86_400 + 2 * 3_600)).toBe("6 days 2 hr");
});

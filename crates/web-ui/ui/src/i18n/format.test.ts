import { expect, it } from "vitest";

import { bytes, span } from "./format";

it("tells a size by three digits", () => {
  expect([0, 1_000, 1_536, 10 << 20, 1_234_567_890].map(bytes)).toEqual(["0 B", "1,000 B", "1.5 KiB", "10 MiB", "1.15 GiB"]);
});

it("tells a span by its two largest units, and rounds the rest", () => {
  expect(span(0)).toBe("0 sec");
  expect(span(59.6)).toBe("1 min");
  expect(span(61)).toBe("1 min 1 sec");
  expect(span(3_599)).toBe("59 min 59 sec");
  expect(span(5_400)).toBe("1 hr 30 min");
  expect(span(86_399)).toBe("1 day");
  expect(span(7 * 86_400 - 5)).toBe("7 days");
  expect(span(6 * 86_400 + 2 * 3_600)).toBe("6 days 2 hr");
});

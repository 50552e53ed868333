import { expect, test } from "vitest";

import { endIn, latestEnd } from "./expiry";

test("an end stays within what the server allows", () => {
  expect(endIn(3_600, undefined, 0, 0)).toBe("1970-01-01T01:00:00.000Z");
  expect(endIn(3_600, 86_400, 0, 0)).toBe("1970-01-01T01:00:00.000Z");
  expect(endIn(86_400, 86_400, 0, 0)).toBe("1970-01-01T23:59:00.000Z");
  expect(endIn(86_400, 86_400, 3_600_000, 0)).toBe("1970-01-01T23:59:00.000Z");
});

test("where nothing is said there is no latest end", () => {
  expect(latestEnd(undefined)).toBeUndefined();
});

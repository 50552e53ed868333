import { expect, test } from "vitest";

import { isPassing, isSpent, lives, usualLife } from "./terms";

const ticket = {
  id: 1,
  action: "download" as const,
  uses: 0,
  created_at: "2026-01-01T00:00:00Z",
  expires_at: "2026-01-01T01:00:00Z",
};

test("a link lives no longer than its room", () => {
  expect(lives(undefined).map((life) => life.seconds)).toEqual([3_600, 86_400, 604_800, 2_592_000]);
  expect(lives(90_000.4)).toEqual([
    { seconds: 3_600, room: false },
    { seconds: 86_400, room: false },
    { seconds: 90_001, room: true },
  ]);
  expect(lives(-5)).toEqual([{ seconds: 1, room: true }]);
});

test("a day is offered first, or what comes nearest", () => {
  expect(usualLife(lives(undefined))).toBe(1);
  expect(usualLife(lives(60))).toBe(0);
});

test("what a page shows pictures by is told from what people made", () => {
  expect(isPassing(ticket)).toBe(true);
  expect(isPassing({ ...ticket, max_uses: 1 })).toBe(false);
  expect(isPassing({ ...ticket, action: "enter" })).toBe(false);
  expect(isPassing({ ...ticket, expires_at: "2026-01-01T01:00:01Z" })).toBe(false);
});

test("a ticket is spent after its last use", () => {
  expect(isSpent({ ...ticket, max_uses: 2, uses: 1 })).toBe(false);
  expect(isSpent({ ...ticket, max_uses: 2, uses: 2 })).toBe(true);
  expect(isSpent(ticket)).toBe(false);
});

import { afterEach, beforeEach, expect, test, vi } from "vitest";

import type { UnderWay } from "./chunks";
import { Others } from "./others.svelte";

const upload = (uploaded_size: number) => ({ reservation_id: "a", file_count: 339, uploaded_size, reserved_size: 200 }) as UnderWay;
const line = (percent: number) => ({ reservation: "a", files: 339, percent });

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("what others send is a line that goes with them", () => {
  const others = new Others();
  others.looked([upload(82)]);
  expect(others.list).toEqual([line(41)]);
  others.heard({ reservation_id: "a", upload: { ...upload(100), name: "a.jpg" } } as never);
  expect(others.list).toEqual([line(50)]);
  others.heard({ reservation_id: "a", upload: null });
  expect(others.list).toEqual([]);
});

test("who falls silent is not shown any more, until something comes again", () => {
  const others = new Others();
  others.looked([upload(82)]);
  vi.advanceTimersByTime(29_000);
  others.looked([upload(82)]);
  expect(others.list).toEqual([line(41)]);
  vi.advanceTimersByTime(1_000);
  expect(others.list).toEqual([]);
  others.looked([upload(82)]);
  expect(others.list).toEqual([]);
  others.looked([upload(120)]);
  expect(others.list).toEqual([line(60)]);
});

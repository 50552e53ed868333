import { expect, test } from "vitest";

import { Queue } from "./queue";

test("what comes first goes first, however many there are", () => {
  const queue = new Queue<number>();
  for (let n = 0; n < 5_000; n += 1) queue.push(n);
  expect(queue.first(2)).toEqual([0, 1]);
  expect(queue.take(3_000)).toHaveLength(3_000);
  queue.push(5_000);
  expect(queue.shift()).toBe(3_000);
  expect(queue.size).toBe(2_000);
  expect(queue.take(9_999).at(-1)).toBe(5_000);
  expect(queue.shift()).toBeUndefined();
});

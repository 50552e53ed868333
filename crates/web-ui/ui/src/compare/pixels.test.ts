import { expect, test } from "vitest";

import { atMost, box, differing, place, sameSize } from "./pixels";

const wide = { width: 800, height: 400 };
const square = { width: 100, height: 100 };

test("the larger image makes the box, on whichever side it is", () => {
  expect(box(wide, square)).toEqual(wide);
  expect(box(square, wide)).toEqual(wide);
  expect(sameSize(wide, { ...wide })).toBe(true);
  expect(sameSize(wide, square)).toBe(false);
});

test("an image is fitted into the middle of a box", () => {
  expect(place(square, wide)).toEqual({ x: 200, y: 0, width: 400, height: 400 });
  expect(place(wide, square)).toEqual({ x: 0, y: 25, width: 100, height: 50 });
  expect(place(wide, wide)).toEqual({ x: 0, y: 0, ...wide });
});

test("a box is made smaller, never larger, and never to nothing", () => {
  expect(atMost(wide, 200)).toEqual({ width: 200, height: 100 });
  expect(atMost(square, 200)).toEqual(square);
  expect(atMost({ width: 5_000, height: 1 }, 100)).toEqual({ width: 100, height: 1 });
});

test("pixels differ where one can see it", () => {
  const black = [0, 0, 0, 255];
  const nearly = [3, 2, 5, 255];
  const white = [255, 255, 255, 255];
  const pixels = (...all: number[][]) => Uint8ClampedArray.from(all.flat());
  expect(differing(pixels(black, black), pixels(black, nearly))).toBe(0);
  expect(differing(pixels(black, black), pixels(black, white))).toBe(0.5);
  expect(differing(pixels(white), pixels([255, 255, 255, 0]))).toBe(1);
  expect(differing(pixels(), pixels())).toBe(0);
});

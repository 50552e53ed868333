import { expect, test } from "vitest";

import { fitScale, fitted, isZoomed, kept, zoomAt } from "./zoom";

const box = { width: 400, height: 300 };
const image = { width: 1600, height: 600 };

test("all of an image is seen at first, small ones as they are", () => {
  expect(fitScale(image, box)).toBe(0.25);
  expect(fitScale({ width: 10, height: 10 }, box)).toBe(1);
  expect(fitScale({ width: 0, height: 0 }, box)).toBe(1);
});

test("what is under the pointer stays under it", () => {
  const at = { x: 100, y: 0 };
  const view = zoomAt(fitted(image, box), 2, at, image, box);
  expect(view.scale).toBe(0.5);
  // 100 of the box is 400 of the image from its middle, before and after.
  expect((at.x - view.x) / view.scale).toBeCloseTo(400);
});

test("it never gets smaller than fitting, nor larger than anybody needs", () => {
  expect(zoomAt(fitted(image, box), 0.1, { x: 0, y: 0 }, image, box)).toEqual({ scale: 0.25, x: 0, y: 0 });
  expect(zoomAt(fitted(image, box), 1_000, { x: 0, y: 0 }, image, box).scale).toBe(20);
});

test("it cannot be moved out of sight", () => {
  expect(kept({ scale: 0.5, x: 9_000, y: 50 }, image, box)).toEqual({ scale: 0.5, x: 200, y: 0 });
  expect(isZoomed({ scale: 0.5, x: 0, y: 0 }, image, box)).toBe(true);
  expect(isZoomed(fitted(image, box), image, box)).toBe(false);
});

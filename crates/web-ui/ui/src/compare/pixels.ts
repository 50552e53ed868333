export interface Size {
  width: number;
  height: number;
}

/** Colours closer than this, of 255, look the same. */
const NEAR = 12;

/** The box that two images are fitted into: the larger one, so that it is shown as it is. */
export function box(a: Size, b: Size): Size {
  const { width, height } = a.width * a.height >= b.width * b.height ? a : b;
  return { width, height };
}

/** Whether two images lie on each other without being made larger or smaller. */
export function sameSize(a: Size, b: Size): boolean {
  return a.width === b.width && a.height === b.height;
}

/** Where an image lies in a box that it is fitted into. */
export function place(image: Size, into: Size): Size & { x: number; y: number } {
  const scale = Math.min(into.width / image.width, into.height / image.height);
  const [width, height] = [image.width * scale, image.height * scale];
  return { x: (into.width - width) / 2, y: (into.height - height) / 2, width, height };
}

/** A box that is small enough to look at each of its pixels. */
export function atMost(size: Size, longest: number): Size {
  const scale = Math.min(1, longest / Math.max(size.width, size.height));
  return { width: Math.max(1, Math.round(size.width * scale)), height: Math.max(1, Math.round(size.height * scale)) };
}

/** Which part of the pixels differs visibly, from 0 to 1. Both are RGBA and of one size. */
export function differing(a: Uint8ClampedArray, b: Uint8ClampedArray): number {
  let count = 0;
  for (let at = 0; at < a.length; at += 4) {
    for (let channel = at; channel < at + 4; channel += 1) {
      if (Math.abs((a[channel] ?? 0) - (b[channel] ?? 0)) > NEAR) {
        count += 1;
        break;
      }
    }
  }
  return a.length === 0 ? 0 : count / (a.length / 4);
}

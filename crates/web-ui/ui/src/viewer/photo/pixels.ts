import { Failed } from "../failed";

/** An image as its pixels, four bytes for each. */
export interface Pixels {
  data: Uint8ClampedArray<ArrayBuffer>;
  width: number;
  height: number;
  /** How many images there are in the file. */
  pages: number;
}

/** Decodes one of the images of a file, from 0. */
export type Decode = (bytes: Uint8Array<ArrayBuffer>, page: number) => Promise<Pixels>;

/** Images of more pixels take more memory than a tab should. */
const MOST_PIXELS = 80_000_000;

/** @throws {Failed} when an image is too large, or is none. */
export function bound(width: number, height: number): void {
  if (!(width > 0 && height > 0)) throw new Failed("broken");
  if (width * height > MOST_PIXELS) throw new Failed("large");
}

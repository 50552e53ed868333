import { decode, decodeImage, toRGBA8 } from "utif2";

import { Failed } from "../failed";
import { bound, type Pixels } from "./pixels";

/** One of the images of a TIFF. */
export function tiff(bytes: Uint8Array<ArrayBuffer>, page: number): Promise<Pixels> {
  // What a directory says before it is decoded: width and height are the tags 256 and 257 (TIFF 6.0, section 8).
  const pages = decode(bytes.buffer).filter(({ t256, t257 }) => t256 !== undefined && t257 !== undefined);
  const image = pages[page];
  if (!image) throw new Failed("broken");
  bound(Number((image["t256"] as number[])[0]), Number((image["t257"] as number[])[0]));
  decodeImage(bytes.buffer, image);
  if (!image.data) throw new Failed("broken");
  const data = new Uint8ClampedArray(toRGBA8(image));
  return Promise.resolve({ data, width: image.width, height: image.height, pages: pages.length });
}

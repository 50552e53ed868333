import libheif, { type HeifImage } from "libheif-js/libheif-wasm/libheif.js";

import { Failed } from "../failed";
import { bound, type Decode } from "./pixels";

/** What decodes HEIF, the format of photos of phones. It is a library under the LGPL in files of its own, which whoever
 * serves the page may replace. */
export async function heif(wasm: string): Promise<Decode> {
  const response = await fetch(wasm);
  if (!response.ok) throw new Error(`${wasm}: ${response.status}`);
  const library = await libheif({ wasmBinary: await response.arrayBuffer() });
  return async (bytes, page) => {
    const images = new library.HeifDecoder().decode(bytes);
    const image = images[page];
    if (!image) throw new Failed("broken");
    const [width, height] = [image.get_width(), image.get_height()];
    bound(width, height);
    return { data: await drawn(image, width, height), width, height, pages: images.length };
  };
}

function drawn(image: HeifImage, width: number, height: number): Promise<Uint8ClampedArray<ArrayBuffer>> {
  const data = new Uint8ClampedArray(width * height * 4);
  return new Promise((resolve, reject) => {
    image.display({ data, width, height }, (done) => (done ? resolve(data) : reject(new Failed("broken"))));
  });
}

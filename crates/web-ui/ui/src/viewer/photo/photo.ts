import wasm from "libheif-js/libheif-wasm/libheif.wasm?url";

import type { Content } from "../../api/client";
import { Failed } from "../failed";
import type { Decoder } from "../kind";
import type { Source } from "../source";
import { ask } from "../worker";
import script from "./photo.worker.ts?worker&url";

/** Larger files are not decoded here, in bytes. */
const LARGEST = 128 << 20;
/** How long decoding may take, in milliseconds. */
const BUDGET = 60_000;

export interface Decoded {
  image: Blob;
  pages: number;
}

/** Decodes an image that browsers do not draw, in a worker of its own.
 *
 * @throws {Failed} when it cannot be decoded; {Problem} and {Unreachable} when it cannot be fetched.
 */
export async function decodePhoto(decoder: Decoder, page: number, reader: Source, content: Content, signal: AbortSignal): Promise<Decoded> {
  if (content.size > LARGEST) throw new Failed("large");
  const blob = await reader.bytes(content, signal);
  return ask(script, { decoder, blob, page, wasm: new URL(wasm, document.baseURI).href }, BUDGET, signal);
}

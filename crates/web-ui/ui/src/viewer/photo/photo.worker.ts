import { answerWith } from "../answer";
import { Failed } from "../failed";
import type { Decoder } from "../kind";
import type { Decode, Pixels } from "./pixels";

/** Decodes images that browsers do not draw, beside the page. */
const DECODERS: Record<Decoder, (wasm: string) => Promise<Decode>> = {
  heif: async (wasm) => (await import("./heif")).heif(wasm),
  tiff: async () => (await import("./tiff")).tiff,
};

interface Question {
  decoder: Decoder;
  blob: Blob;
  page: number;
  /** Where the decoder of HEIF lies. */
  wasm: string;
}

answerWith(
  async ({ decoder, blob, page, wasm }: Question) => {
    const decode = await DECODERS[decoder](wasm);
    return async () => {
      const { pages, ...pixels } = await decode(new Uint8Array(await blob.arrayBuffer()), page);
      return { pages, image: await encoded(pixels) };
    };
  },
  (error) => (error instanceof Failed ? error.reason : undefined),
);

/** As a file that browsers draw. */
function encoded({ data, width, height }: Omit<Pixels, "pages">): Promise<Blob> {
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext("2d")?.putImageData(new ImageData(data, width, height), 0, 0);
  return canvas.convertToBlob({ type: "image/png" });
}

import { createSHA256 } from "hash-wasm";

const PIECE = 4 << 20;

/** Hashes a file, piece by piece, beside the page. Takes a file; answers its SHA-256 in hexadecimal, or why not. */
addEventListener("message", async ({ data }: MessageEvent<Blob>) => {
  try {
    const hash = await createSHA256();
    hash.init();
    for (let at = 0; at < data.size; at += PIECE) {
      hash.update(new Uint8Array(await data.slice(at, at + PIECE).arrayBuffer()));
    }
    postMessage({ hash: hash.digest("hex") });
  } catch (error) {
    postMessage({ error: String(error) });
  }
});

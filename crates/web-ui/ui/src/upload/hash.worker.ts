import { createSHA256, type IHasher } from "hash-wasm";

const PIECE = 4 << 20;

let hasher: Promise<IHasher> | undefined;

/** Hashes files, one at a time and piece by piece, beside the page. Takes a file; answers its SHA-256 in hexadecimal, or
 * why not. */
addEventListener("message", async ({ data }: MessageEvent<Blob>) => {
  try {
    const hash = await (hasher ??= createSHA256());
    hash.init();
    for (let at = 0; at < data.size; at += PIECE) {
      hash.update(new Uint8Array(await data.slice(at, at + PIECE).arrayBuffer()));
    }
    postMessage({ hash: hash.digest("hex") });
  } catch (error) {
    postMessage({ error: String(error) });
  }
});

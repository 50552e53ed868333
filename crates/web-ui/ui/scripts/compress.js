// Compresses what was built, ahead of time and as far as it goes; what does not get smaller stays as it is.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

const folder = process.env.ELIZABETH_WEB_UI_OUT ?? "dist";
const COMPRESSIBLE = /\.(js|mjs|css|html|svg|json|webmanifest|wasm|txt|map)$/;

async function compress(path) {
  const bytes = await readFile(path);
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } };
  const forms = [
    [".br", await promisify(brotliCompress)(bytes, quality)],
    [".gz", await promisify(gzip)(bytes, { level: 9 })],
  ];
  for (const [ending, packed] of forms) {
    if (packed.length < bytes.length * 0.95) await writeFile(path + ending, packed);
  }
}

const entries = await readdir(folder, { recursive: true, withFileTypes: true });
const files = entries.filter((entry) => entry.isFile() && COMPRESSIBLE.test(entry.name));
await Promise.all(files.map((entry) => compress(join(entry.parentPath, entry.name))));

import type { Content } from "../api/client";
import { collect } from "./collect";
import { LARGEST_ENTRY, MOST_FILES, MOST_UNPACKED, Refused, type Listing } from "./packed";
import { Pieces } from "./pieces";
import type { Source } from "./source";
import { BLOCK, isHeader, readHeader, readPax, text } from "./tar-header";

/** Longer names are nobody's, in bytes. */
const LONGEST_NAME = 64 << 10;

/** What is in a tar, compressed or not, or the one file that is in a gzip. None of it is kept: what is opened is read
 * once more. Libraries for it take all of an archive into memory. */
export async function listTar(format: "tar" | "gzip", reader: Source, content: Content, signal: AbortSignal): Promise<Listing> {
  const open = async (signal: AbortSignal) => {
    const stream = (await reader.read(content, {}, signal)).body ?? new Blob().stream();
    if (format === "tar") return stream;
    return stream.pipeThrough(new DecompressionStream("gzip") as TransformStream<Uint8Array, Uint8Array>);
  };
  const unpack = async (at: number, size: number, signal: AbortSignal) => {
    if (size > LARGEST_ENTRY) throw new Refused("large");
    if (size === 0) return new Blob();
    const range = { Range: `bytes=${at}-${at + size - 1}` };
    const blob = format === "tar" ? await (await reader.read(content, range, signal)).blob() : await cutOut(await open(signal), at, size);
    if (blob.size !== size) throw new RangeError("the archive ends too early");
    return blob;
  };

  const pieces = new Pieces(await open(signal));
  try {
    const first = await pieces.take(BLOCK);
    if (format === "tar" || isHeader(first)) return await list(pieces, first, unpack);
    const size = first.length + (await pieces.skip(MOST_UNPACKED));
    const name = (content.file_name ?? "").split("/").at(-1)?.replace(/\.gz$/i, "") || "data";
    return { files: [{ name, size, packed: content.size, open: async (signal) => collect(await open(signal)) }] };
  } finally {
    pieces.close();
  }
}

async function cutOut(stream: ReadableStream<Uint8Array>, at: number, size: number): Promise<Blob> {
  const pieces = new Pieces(stream);
  try {
    await pieces.skip(at);
    return new Blob([await pieces.take(size)]);
  } finally {
    pieces.close();
  }
}

type Unpack = (at: number, size: number, signal: AbortSignal) => Promise<Blob>;

async function list(pieces: Pieces, first: Uint8Array, unpack: Unpack): Promise<Listing> {
  const listing: Listing = { files: [] };
  /** What was said of the next file. */
  let said: Record<string, string> = {};
  try {
    for (let block = first; block.some((byte) => byte !== 0); block = await pieces.take(BLOCK)) {
      const header = readHeader(block);
      if (header.type === "L" || header.type === "x") {
        if (header.size > LONGEST_NAME) throw new RangeError("a name is too long");
        const data = (await pieces.take(padded(header.size))).subarray(0, header.size);
        Object.assign(said, header.type === "x" ? readPax(data) : { path: text(data) });
        continue;
      }
      const size = said["size"] === undefined ? header.size : Number(said["size"]);
      if (!(size >= 0)) throw new RangeError("a file has no size");
      const [at, changed] = [pieces.at, header.changed];
      if (header.type === "0") {
        listing.files.push({ name: said["path"] ?? header.name, size, changed, open: (signal) => unpack(at, size, signal) });
      }
      said = "gK".includes(header.type) ? said : {};
      if (listing.files.length === MOST_FILES) return { ...listing, cut: "files" };
      if (pieces.at + size > MOST_UNPACKED) return { ...listing, cut: "bytes" };
      if ((await pieces.skip(padded(size))) < size) return { ...listing, cut: "damage" };
    }
  } catch (error) {
    if (listing.files.length === 0) throw error;
    return { ...listing, cut: "damage" };
  }
  return listing;
}

const padded = (size: number) => Math.ceil(size / BLOCK) * BLOCK;

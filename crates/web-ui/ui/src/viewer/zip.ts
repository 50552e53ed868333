import { BlobReader, HttpRangeReader, ZipReader, configure, type FileEntry } from "@zip.js/zip.js";

import type { Content } from "../api/client";
import { collect } from "./collect";
import { decodeText } from "./decode";
import { LARGEST_ENTRY, MOST_FILES, Refused, type Listing, type PackedFile } from "./packed";
import type { Source } from "./source";

/** What is in a zip file. Only its table of contents is fetched, which stands at its end, and what is opened. */
export async function listZip(reader: Source, content: Content): Promise<Listing> {
  configure({ useWebWorkers: false });
  const bytes = reader.here ? new BlobReader(await reader.bytes(content)) : new HttpRangeReader(await reader.source(content));
  const zip = new ZipReader(bytes);
  const files: PackedFile[] = [];
  for await (const entry of zip.getEntriesGenerator()) {
    if (entry.directory) continue;
    // Old programs write names in the encoding of their country, and do not record which.
    const name = entry.filenameUTF8 ? entry.filename : decodeText(entry.rawFilename, false);
    files.push({
      name: name ?? entry.filename,
      size: entry.uncompressedSize,
      packed: entry.compressedSize,
      changed: entry.lastModDate,
      open: (signal) => unpack(entry, signal),
    });
    if (files.length === MOST_FILES) return { files, cut: "files" };
  }
  return { files };
}

async function unpack(entry: FileEntry, signal: AbortSignal): Promise<Blob> {
  if (entry.encrypted) throw new Refused("password");
  if (entry.uncompressedSize > LARGEST_ENTRY) throw new Refused("large");
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const done = entry.getData(writable, { checkSignature: true, signal });
  // What ends it ends the stream too.
  done.catch(() => undefined);
  const blob = await collect(readable);
  await done;
  return blob;
}

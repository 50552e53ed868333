import { HttpRangeReader, ZipReader, configure } from "@zip.js/zip.js";

import { decodeText } from "./decode";

export interface ZipFile {
  name: string;
  size: number;
  packed: number;
  changed: Date;
}

/** So many files are listed of a zip file. */
export const MOST_FILES = 10_000;

/** What is in a zip file, up to so many files. Only its table of contents is fetched, which stands at its end. */
export async function listZip(url: string): Promise<ZipFile[]> {
  configure({ useWebWorkers: false });
  const reader = new ZipReader(new HttpRangeReader(url));
  try {
    const files: ZipFile[] = [];
    for await (const entry of reader.getEntriesGenerator()) {
      if (entry.directory) continue;
      // Old programs write names in the encoding of their country, and do not record which.
      const name = entry.filenameUTF8 ? entry.filename : decodeText(entry.rawFilename, false);
      files.push({
        name: name ?? entry.filename,
        size: entry.uncompressedSize,
        packed: entry.compressedSize,
        changed: entry.lastModDate,
      });
      if (files.length === MOST_FILES) break;
    }
    const { compare } = new Intl.Collator(undefined, { numeric: true });
    return files.sort((a, b) => compare(a.name, b.name));
  } finally {
    await reader.close();
  }
}

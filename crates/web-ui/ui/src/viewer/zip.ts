import { HttpRangeReader, ZipReader, configure } from "@zip.js/zip.js";

import { decodeText } from "./decode";

export interface ZipFile {
  name: string;
  size: number;
  packed: number;
  changed: Date;
}

/** What is in a zip file. Only its table of contents is fetched, which stands at its end. */
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
    }
    return files.sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
  } finally {
    await reader.close();
  }
}

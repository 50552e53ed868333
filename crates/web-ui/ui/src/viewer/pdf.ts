import { PDFWorker, getDocument, type PDFDocumentLoadingTask } from "pdfjs-dist";
import script from "pdfjs-dist/build/pdf.worker.min.mjs?url";

import { ownScript } from "../lib/trusted";

export { TextLayer, type PDFDocumentProxy, type PDFPageProxy } from "pdfjs-dist";

// What some documents need besides, each file at an address of its own: character maps (many Chinese ones bring none),
// the standard fonts, and what unpacks JPEG 2000 and JBIG2.
const files = {
  ...import.meta.glob<string>("/node_modules/pdfjs-dist/cmaps/*.bcmap", { query: "?url", import: "default", eager: true }),
  ...import.meta.glob<string>("/node_modules/pdfjs-dist/standard_fonts/*.{pfb,ttf}", {
    query: "?url",
    import: "default",
    eager: true,
  }),
  ...import.meta.glob<string>("/node_modules/pdfjs-dist/wasm/{openjpeg,jbig2}.wasm", {
    query: "?url",
    import: "default",
    eager: true,
  }),
};

async function load(folder: string, name: string): Promise<Uint8Array> {
  const url = files[`/node_modules/pdfjs-dist/${folder}/${name}`];
  if (!url) throw new Error(`there is no ${name}`);
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${name}: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

class CharacterMaps {
  async fetch({ name }: { name: string }) {
    return { cMapData: await load("cmaps", `${name}.bcmap`), isCompressed: true };
  }
}

class StandardFonts {
  fetch({ filename }: { filename: string }) {
    return load("standard_fonts", filename);
  }
}

class Decoders {
  fetch({ filename }: { filename: string }) {
    return load("wasm", filename);
  }
}

/** What is asked for at once. */
const PIECE = 256 * 1024;

/** A document that is open, or on its way, and the worker that reads it. */
export interface OpenPdf {
  task: PDFDocumentLoadingTask;
  /** Ends both. */
  close(): void;
}

/** Opens a document: of one at an address only what is looked at is fetched. */
export function openPdf(from: { url: string } | { data: Uint8Array }): OpenPdf {
  const port = new Worker(ownScript(script), { type: "module" });
  const worker = PDFWorker.create({ port });
  const task = getDocument({
    ...from,
    worker,
    isEvalSupported: false,
    disableAutoFetch: true,
    disableStream: true,
    rangeChunkSize: PIECE,
    useWorkerFetch: false,
    CMapReaderFactory: CharacterMaps,
    StandardFontDataFactory: StandardFonts,
    WasmFactory: Decoders,
  });
  const end = () => {
    worker.destroy();
    port.terminate();
  };
  return { task, close: () => void task.destroy().then(end, end) };
}

import { answerWith } from "../answer";
import type { PaperFormat, SheetFormat } from "../kind";
import { Failed } from "../failed";

type Read = (blob: Blob) => Promise<unknown>;

/** Reads documents that strangers made, beside the page. */
const READERS: Record<PaperFormat | SheetFormat, () => Promise<Read>> = {
  docx: async () => (await import("./docx")).docx,
  epub: async () => (await import("./epub")).epub,
  odt: async () => (await import("./odf")).odt,
  pptx: async () => (await import("./pptx")).pptx,
  ods: async () => (await import("./ods")).ods,
  xlsx: async () => (await import("./xlsx")).xlsx,
};

answerWith(
  async ({ format, blob }: { format: PaperFormat | SheetFormat; blob: Blob }) => {
    const read = await READERS[format]();
    return () => read(blob);
  },
  (error) => (error instanceof Failed ? error.reason : error instanceof RangeError ? "large" : undefined),
);

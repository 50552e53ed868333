import type { Content } from "../api/client";
import { decodeText, isText } from "./decode";
import type { Source } from "./source";

/** Texts up to this size are shown in full. */
const WHOLE = 2 * 1024 * 1024;
/** What programs read is of no use in parts, up to this size. */
const WHOLE_FOR_PROGRAMS = 16 * 1024 * 1024;
const FOR_PROGRAMS = /\.(json|geojson|ipynb|webmanifest)$/i;
/** What is shown of longer ones. */
const PART = 256 * 1024;
/** What a program has written one line after the other: its end is what people look for. */
const LOG = /\.(log|out|err)(\.\d+)?$/i;

/** A text, or a part of it; no text at all where the bytes are none. */
export interface ReadText {
  text: string | undefined;
  /** What of it there is, where that is not all. */
  part?: "beginning" | "end";
}

/** What is read of a file that may be a text. */
const SNIFFED = 4_096;
/** By what the file is. */
const sniffed = new Map<string, Promise<boolean>>();

/** Whether a file is a text, by what it begins with: neither its name nor its type says so. */
export function sniff(reader: Source, content: Content): Promise<boolean> {
  const known = sniffed.get(content.sha256);
  if (known && !reader.here) return known;
  const read = readStart(reader, content, Math.min(SNIFFED, content.size)).then(({ text }) => text !== undefined && isText(text));
  if (reader.here) return read;
  sniffed.set(content.sha256, read);
  read.catch(() => sniffed.delete(content.sha256));
  return read;
}

/** Reads a content as text. Of a long one the beginning is read, of a long log the end; `parts` times as much of it as by
 * itself. */
export async function readText(reader: Source, content: Content, signal?: AbortSignal, parts = 1): Promise<ReadText> {
  if (typeof content.text === "string") return { text: content.text };
  const part = PART * parts;
  const isForPrograms = FOR_PROGRAMS.test(content.file_name ?? "") || /\bjson\b/.test(content.mime_type);
  if (content.size <= Math.max(isForPrograms ? WHOLE_FOR_PROGRAMS : WHOLE, part)) return readStart(reader, content, content.size, signal);
  if (LOG.test(content.file_name ?? "")) return readEnd(reader, content, part, signal);
  return readStart(reader, content, part, signal);
}

/** Reads the last bytes of a content as text, from the first line that is there whole. */
async function readEnd(reader: Source, content: Content, length: number, signal?: AbortSignal): Promise<ReadText> {
  const range = { Range: `bytes=${content.size - length}-` };
  const bytes = new Uint8Array(await (await reader.read(content, range, signal)).arrayBuffer());
  const whole = bytes.subarray(bytes.indexOf(0x0a) + 1);
  return { text: decodeText(whole, false), part: "end" };
}

/** Reads the first bytes of a content as text. */
export async function readStart(
  reader: Source,
  content: Content,
  length: number,
  signal?: AbortSignal,
): Promise<ReadText> {
  if (content.size === 0) return { text: "" };
  const cut = length < content.size;
  const response = await reader.read(content, cut ? { Range: `bytes=0-${length - 1}` } : {}, signal);
  const bytes = new Uint8Array(await response.arrayBuffer());
  return { text: decodeText(bytes, cut), part: cut ? "beginning" : undefined };
}

import type { Content } from "../api/client";
import type { RoomStore } from "../room/room.svelte";
import { decodeText, isText } from "./decode";

/** Texts up to this size are shown in full. */
const WHOLE = 2 * 1024 * 1024;
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
export function sniff(store: RoomStore, content: Content): Promise<boolean> {
  const known = sniffed.get(content.sha256);
  if (known) return known;
  const read = readStart(store, content, Math.min(SNIFFED, content.size)).then(({ text }) => text !== undefined && isText(text));
  sniffed.set(content.sha256, read);
  read.catch(() => sniffed.delete(content.sha256));
  return read;
}

/** Reads a content as text. Of a long one the beginning is read, of a long log the end; `parts` times as much of it as by
 * itself. */
export async function readText(store: RoomStore, content: Content, signal?: AbortSignal, parts = 1): Promise<ReadText> {
  if (typeof content.text === "string") return { text: content.text };
  const part = PART * parts;
  if (content.size <= Math.max(WHOLE, part)) return readStart(store, content, content.size, signal);
  if (LOG.test(content.file_name ?? "")) return readEnd(store, content, part, signal);
  return readStart(store, content, part, signal);
}

/** Reads the last bytes of a content as text, from the first line that is there whole. */
async function readEnd(store: RoomStore, content: Content, length: number, signal?: AbortSignal): Promise<ReadText> {
  const range = { Range: `bytes=${content.size - length}-` };
  const bytes = new Uint8Array(await (await store.reader.read(content, range, signal)).arrayBuffer());
  const whole = bytes.subarray(bytes.indexOf(0x0a) + 1);
  return { text: decodeText(whole, false), part: "end" };
}

/** Reads the first bytes of a content as text. */
export async function readStart(
  store: RoomStore,
  content: Content,
  length: number,
  signal?: AbortSignal,
): Promise<ReadText> {
  if (content.size === 0) return { text: "" };
  const cut = length < content.size;
  const response = await store.reader.read(content, cut ? { Range: `bytes=0-${length - 1}` } : {}, signal);
  const bytes = new Uint8Array(await response.arrayBuffer());
  return { text: decodeText(bytes, cut), part: cut ? "beginning" : undefined };
}

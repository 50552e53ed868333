import type { Content } from "../api/client";
import { firstLines } from "../room/content";
import type { RoomStore } from "../room/room.svelte";
import { readStart } from "./read";

/** What is read of a file for its preview. */
const LENGTH = 600;
/** By what the file is, so that the same bytes are read once. */
const known = new Map<string, Promise<string>>();

/** The first lines of a file, for a preview; nothing where it is no text or cannot be read. */
export function snippet(store: RoomStore, content: Content): Promise<string> {
  const found = known.get(content.sha256);
  if (found) return found;
  const read = readStart(store.reader, content, Math.min(LENGTH, content.size)).then(({ text }) => firstLines(text ?? "", 2));
  known.set(content.sha256, read);
  read.catch(() => known.delete(content.sha256));
  return read;
}

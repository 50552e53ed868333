import type { Content } from "../api/client";
import { ending } from "./kind";
import { BlobSource } from "./source";

/** What was opened of an archive, as if it were a content of the room. */
export interface Entry {
  content: Content;
  reader: BlobSource;
}

/** Types that views need to know; what a browser could run has none of them. */
const TYPES = new Map([
  ["apng", "image/apng"],
  ["avif", "image/avif"],
  ["bmp", "image/bmp"],
  ["flac", "audio/flac"],
  ["gif", "image/gif"],
  ["ico", "image/x-icon"],
  ["jpeg", "image/jpeg"],
  ["jpg", "image/jpeg"],
  ["m4a", "audio/mp4"],
  ["mkv", "video/x-matroska"],
  ["mov", "video/quicktime"],
  ["mp3", "audio/mpeg"],
  ["mp4", "video/mp4"],
  ["oga", "audio/ogg"],
  ["ogg", "audio/ogg"],
  ["opus", "audio/ogg"],
  ["pdf", "application/pdf"],
  ["png", "image/png"],
  ["wav", "audio/wav"],
  ["webm", "video/webm"],
  ["webp", "image/webp"],
]);

let opened = 0;

/** What stands in an archive under a name. */
export function entryOf(archive: Content, name: string, bytes: Blob): Entry {
  const type = TYPES.get(ending(name)) ?? "application/octet-stream";
  opened += 1;
  const content: Content = {
    ...archive,
    // None that the room has given.
    id: -opened,
    file_name: name,
    mime_type: type,
    size: bytes.size,
    sha256: "",
    kind: "other",
    language: null,
    thumbnail: false,
  };
  return { content, reader: new BlobSource(new Blob([bytes], { type })) };
}

import type { Content } from "../api/client";
import type { RoomStore } from "../room/room.svelte";

/** One after the other: a large image takes much memory while it is drawn. */
let before: Promise<unknown> = Promise.resolve();

function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const done = before.then(work);
  before = done.catch(() => undefined);
  return done;
}

/** An image of so few bytes is its own thumbnail. */
export const SMALLEST = 64 << 10;

/** Larger images are not read to make a thumbnail, in bytes. */
export const LARGEST = 64 << 20;

/** Gives a content the thumbnail of the image or film that it was made from, where there can be one. Does not fail: it
 * goes without. */
export async function giveThumbnail(store: RoomStore, id: number, file: File): Promise<void> {
  const isImage = file.type.startsWith("image/") && file.size > SMALLEST && file.size <= LARGEST;
  if (!isImage && !file.type.startsWith("video/")) return;
  await inTurn(async () => {
    const { smallPicture } = await import("./small-picture");
    const picture = await smallPicture(file, file.type);
    if (picture) await store.thumbnails.give(id, picture);
  }).catch(() => undefined);
}

/** Makes the thumbnail of an image that has none from the image itself, and leaves it for everybody. Answers where it
 * can be loaded from.
 *
 * @throws when the image cannot be read, or drawn.
 */
export function made(store: RoomStore, content: Content): Promise<string> {
  return inTurn(async () => {
    const bytes = await store.reader.bytes(content);
    const { smallPicture } = await import("./small-picture");
    const picture = await smallPicture(bytes, content.mime_type);
    if (!picture) throw new Error("no picture");
    store.thumbnails.give(content.id, picture).catch(() => undefined);
    return store.thumbnails.source(content);
  });
}

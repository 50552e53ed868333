import type { Content } from "../api/client";
import { t } from "../i18n/index.svelte";
import type { RoomStore } from "../room/room.svelte";
import { toasts } from "../ui/toasts.svelte";

/** Whether a text may be made the note: one that anybody reads as often as they like, and that is not it already. */
export function mayPin(store: RoomStore, content: Content): boolean {
  if (!store.mayEdit || !store.mayView || content === store.contents.note) return false;
  return content.content_type === "text" && content.max_downloads == null;
}

/** Makes a text the note. There is one at a time: what was it before goes back among the contents, after that. */
export async function pin(store: RoomStore, content: Content): Promise<void> {
  const before = store.contents.note;
  if (!content.pinned) await store.contents.change(content, { pinned: true });
  if (before) await store.contents.change(before, { pinned: false });
  toasts.notify(t("content.pinned"));
}

export async function unpin(store: RoomStore, content: Content): Promise<void> {
  await store.contents.change(content, { pinned: false });
  toasts.notify(t("content.unpinned"));
}

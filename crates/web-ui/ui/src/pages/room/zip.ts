import type { Content } from "../../api/client";
import { t } from "../../i18n/index.svelte";
import { why } from "../../i18n/why";
import type { RoomStore } from "../../room/room.svelte";
import { toasts } from "../../ui/toasts.svelte";
import { isLimited } from "../../viewer/kind";

/** As many as the server packs by their numbers. */
const MOST = 1_000;

/** Saves contents as a zip file; without `contents` all that is in the room, however many. What cannot be is shown.
 *
 * @returns whether it was saved.
 */
export async function zip(store: RoomStore, name: string, contents?: Content[]): Promise<boolean> {
  const all = contents ?? store.contents.all;
  const packed = all.filter((content) => !isLimited(content));
  if (packed.length === 0) {
    toasts.notify(t("list.zip.limited"));
    return false;
  }
  if (contents && packed.length > MOST) {
    toasts.notify(t("list.zip.many", { n: packed.length }));
    return false;
  }
  try {
    const { saveArchive } = await import("../../viewer/archive");
    const saved = await saveArchive(store, `${name}.zip`, contents && packed.map((content) => content.id));
    if (saved && packed.length < all.length) toasts.notify(t("list.zip.without", { n: all.length - packed.length }));
    return saved;
  } catch (error) {
    toasts.problem(t("list.zip.failed", { why: why(error) }));
    return false;
  }
}

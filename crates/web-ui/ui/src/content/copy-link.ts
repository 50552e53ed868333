import type { Content } from "../api/client";
import { span } from "../i18n/format";
import { t } from "../i18n/index.svelte";
import { copyLater, copyText } from "../lib/copy";
import type { RoomStore } from "../room/room.svelte";
import { linkTo } from "../share/tickets";
import { dialogs } from "../ui/dialogs.svelte";
import { toasts } from "../ui/toasts.svelte";

/** Life of a link that is just copied, in seconds. */
const LIFE = 86_400;

/** Copies a link to a content: of a link itself, of anything else one that works for a day. Where copying does not
 * work, it is shown.
 *
 * @throws {Problem} when no link can be made.
 */
export async function copyLinkTo(store: RoomStore, content: Content): Promise<void> {
  if (content.url) {
    if (await copyText(content.url)) toasts.notify(t("content.url.copied"));
    else toasts.problem(t("app.copy.failed"));
    return;
  }
  const making = linkTo(store, content, null, LIFE);
  const copied = await copyLater(making.then((made) => made.url));
  const made = await making;
  if (copied) toasts.notify(t("content.link.copied", { span: span((Date.parse(made.expiresAt) - Date.now()) / 1_000) }));
  else dialogs.open(() => import("./LinkDialog.svelte"), { store, content, made });
}

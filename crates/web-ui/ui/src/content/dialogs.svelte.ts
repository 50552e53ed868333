import type { Content } from "../api/client";
import type { MadeLink } from "../share/tickets";

/** What can be asked about one content. */
export type ContentDialog =
  | { kind: "link"; content: Content; made?: MadeLink }
  | { kind: "rename" | "limits" | "language" | "details"; content: Content };

/** The dialog that is open. It stands apart from the list, whose rows come and go. */
class ContentDialogs {
  shown = $state.raw<ContentDialog | undefined>();
}

export const dialogs = new ContentDialogs();

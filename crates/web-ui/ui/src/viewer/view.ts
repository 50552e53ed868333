import type { Content } from "../api/client";
import type { RoomStore } from "../room/room.svelte";

/** What every view of a content is given. */
export interface ViewProps {
  store: RoomStore;
  content: Content;
  /** It cannot be shown, for this reason. */
  onfail: (reason: string) => void;
  /** Whether there is something that would be lost. */
  ondirty: (dirty: boolean) => void;
}

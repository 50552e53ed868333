import type { Content } from "../api/client";
import type { RoomStore } from "../room/room.svelte";
import type { Entry } from "./entry";
import type { Source } from "./source";

/** What every view of a content is given. */
export interface ViewProps {
  store: RoomStore;
  content: Content;
  reader: Source;
  /** It cannot be shown, for this reason. */
  onfail: (reason: string) => void;
  /** Whether there is something that would be lost. */
  ondirty: (dirty: boolean) => void;
  /** What stands in it is to be shown. */
  onenter: (entry: Entry) => void;
}

import type { Content, Schemas } from "../api/client";
import type { RoomStore } from "../room/room.svelte";
import { Drafts, draftKey } from "./drafts";
import { noteServer, textServer } from "./server";
import { SharedText } from "./shared-text.svelte";

/** A text of a room, to be edited together with others.
 *
 * @throws {Problem} when the server refuses to say what it is; {Unreachable} when it does not answer.
 */
export async function openText(store: RoomStore, content: Content): Promise<SharedText> {
  const server = textServer(store);
  // A list has no long texts.
  const whole = content.text == null ? await server.read(content.id) : content;
  const drafts = await Drafts.claim(draftKey(store.room?.id, content.id));
  return new SharedText(server, drafts, whole, () => store.mayEdit);
}

/** The note of a room, which may not be there yet: opened with its content, which has its text. */
export async function openNote(store: RoomStore): Promise<(content: Content | undefined) => SharedText> {
  const drafts = await Drafts.claim(draftKey(store.room?.id));
  return (content) => new SharedText(noteServer(store), drafts, content, () => store.mayEdit);
}

/** Has a text hear what it has to know of, until what this answers is called: then it is closed. */
export function joined(store: RoomStore, shared: SharedText): () => void {
  const unhear = store.hear(({ kind, data }) => {
    const edited = data as Schemas["EditedEvent"];
    if (kind === "content.edited") shared.heard(edited.id, edited);
  });
  addEventListener("online", shared.retry);
  addEventListener("pagehide", shared.leave);
  return () => {
    unhear();
    removeEventListener("online", shared.retry);
    removeEventListener("pagehide", shared.leave);
    void shared.close();
  };
}

import type { Content } from "../api/client";
import { draftKey, type Draft } from "../editing/drafts";
import type { SharedText } from "../editing/shared-text.svelte";
import type { SharedState } from "../editing/state";
import { recall, remember } from "../lib/storage";
import type { RoomStore } from "../room/room.svelte";

/** The note of a room: light as long as it is only read, and a text that is edited together once somebody is about to
 * type. */
export class Note {
  /** The content with its text, as it was read last; what is typed before there is an editor is typed over it. */
  content = $state.raw<Content | undefined>();
  /** Whether the server's text is known: before that nothing is to be typed over it. */
  known = $state(false);
  /** What was typed before there was an editor. */
  typed = $state<string | undefined>();
  /** What is edited, once there is an editor, and what it shows. */
  shared = $state.raw<SharedText | undefined>();
  private shown = $state<string | undefined>();
  /** Whether something waits in this browser since an earlier visit, for the editor to bring back. */
  readonly waits: boolean;
  private reading = 0;

  constructor(private readonly store: RoomStore) {
    this.waits = recall<Draft | null>(this.key, null) !== null;
  }

  readonly text = $derived(this.shown ?? this.typed ?? this.content?.text ?? "");
  readonly state = $derived<SharedState>(this.shared?.state ?? (this.typed === undefined ? "saved" : "typing"));

  get ready(): boolean {
    return this.known && !this.waits;
  }

  private get key(): string {
    return draftKey(this.store.room?.id);
  }

  /** The server's note, whenever it was looked at. */
  async seen(content: Content | undefined): Promise<void> {
    if (this.shared || this.typed !== undefined) return;
    const look = ++this.reading;
    const whole = content && content.text == null ? await this.whole(content) : content;
    // Reading a long one took a while.
    if (look !== this.reading || this.shared || this.typed !== undefined) return;
    this.content = whole;
    this.known = true;
  }

  /** A list has no long texts. */
  private async whole(content: Content): Promise<Content> {
    if (this.content?.id === content.id && this.content.version === content.version) return this.content;
    return this.store.reader.whole(content.id);
  }

  /** There is an editor. */
  begin(shared: SharedText): void {
    this.shared = shared;
    this.shows(shared.text);
  }

  shows(text: string): void {
    this.shown = text;
  }

  /** The page is left before there was an editor: what was typed is there for the next one. */
  leave(): void {
    if (this.shared || this.typed === undefined) return;
    const { id, version = 0, text } = this.content ?? {};
    const draft: Draft = { id, base: text ?? "", version, text: this.typed };
    remember(this.key, draft);
  }
}

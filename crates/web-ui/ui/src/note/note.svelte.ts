import { answer, api, type Content } from "../api/client";
import { Problem, Unreachable } from "../api/problem";
import { t } from "../i18n/index.svelte";
import { why } from "../i18n/why";
import { recall, remember } from "../lib/storage";
import type { RoomStore } from "../room/room.svelte";
import { merged } from "../editing/merge";

export type NoteState = "saved" | "typing" | "saving" | "waiting" | "conflict" | "refused";

/** What was typed and is not on the server. */
interface Draft {
  /** The text that it was typed over, and its version; 0 where there was none. */
  base: string;
  version: number;
  text: string;
}

/** How long after the last key the text is saved, in milliseconds. */
const QUIET = 600;
/** How long until it is tried again when the server did not answer, in milliseconds. */
const AGAIN = 3_000;
/** A request that outlives its page may have so many bytes. */
const KEEPALIVE = 60_000;

/** The note of a room as it is typed here. It is saved by itself, over the version that it was typed over and no other:
 * what somebody else wrote meanwhile is put together with it where both changed other lines, and shown where they did
 * not. */
export class Note {
  text = $state("");
  state = $state<NoteState>("saved");
  problem = $state<string | undefined>();
  /** Whether the server's text is known: before that nothing is to be typed over it. */
  ready = $state(false);
  /** What somebody else wrote over the same lines. */
  theirs = $state.raw<Content | undefined>();

  /** The content as it was last seen; `undefined` while there is none. */
  private known: Content | undefined;
  private base = "";
  private timer: ReturnType<typeof setTimeout> | undefined;
  private saving = false;

  constructor(private readonly store: RoomStore) {
    const draft = recall<Draft | null>(this.key, null);
    if (!draft) return;
    this.base = draft.base;
    this.text = draft.text;
    this.state = "typing";
  }

  private get key(): string {
    return `elizabeth:note:${this.store.room?.id}`;
  }

  /** Whether what the server has is not to be taken over now. */
  private get isBusy(): boolean {
    return this.saving || this.state === "conflict";
  }

  private get isDirty(): boolean {
    return this.text !== this.base;
  }

  /** The server's note, whenever it was looked at. */
  async seen(content: Content | undefined): Promise<void> {
    if (this.isBusy) return;
    const known = this.known;
    if (content?.id === known?.id && (content?.version ?? 0) <= (known?.version ?? 0)) {
      this.ready = true;
      if (this.state === "typing" && !this.timer) this.soon(0);
      return;
    }
    if (this.isDirty && known && content?.id !== known.id) {
      // What was typed belongs to the note that it was typed into, or to a new one where that is gone.
      if (!this.timer) this.soon(0);
      return;
    }
    const whole = content && content.text == null ? await this.whole(content) : content;
    // Reading a long one took a while.
    if (!this.isBusy && this.known === known) this.takeOver(whole);
  }

  /** A list has no long texts. */
  private async whole(content: Content): Promise<Content> {
    const { params, headers } = await this.store.stay.as();
    const path = { ...params.path, id: content.id };
    return answer(api.GET("/api/v1/rooms/{room}/contents/{id}/meta", { params: { path }, headers }));
  }

  /** Goes on from what the server has. */
  private takeOver(content: Content | undefined): void {
    const theirs = content?.text ?? "";
    this.known = content;
    this.ready = true;
    if (!this.isDirty) {
      this.base = this.text = theirs;
      this.state = "saved";
      return;
    }
    const both = merged(this.text, this.base, theirs);
    if (both === undefined) {
      this.theirs = content;
      this.state = "conflict";
      return;
    }
    this.base = theirs;
    this.text = both;
    if (this.isDirty) this.soon(0);
    else this.settled();
  }

  /** Something was typed. */
  typed(): void {
    if (this.state === "conflict") return this.keep();
    this.problem = undefined;
    this.state = "typing";
    this.keep();
    this.soon(QUIET);
  }

  private keep(): void {
    const draft: Draft = { base: this.base, version: this.known?.version ?? 0, text: this.text };
    remember(this.key, draft);
  }

  private soon(time: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.save(), time);
  }

  /** Saves what was typed, now. */
  async save(keepalive = false): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (!this.isDirty || this.saving || this.state === "conflict") {
      if (!this.isDirty && this.state === "typing") this.settled();
      return;
    }
    this.saving = true;
    this.state = "saving";
    const text = this.text;
    try {
      const saved = this.known
        ? await this.store.contents.change(this.known, { text }, keepalive)
        : await this.create(text, keepalive);
      this.known = saved;
      this.base = text;
      this.saving = false;
      if (this.isDirty) {
        this.state = "typing";
        this.keep();
        this.soon(QUIET);
      } else this.settled();
    } catch (error) {
      this.saving = false;
      await this.failed(error);
    }
  }

  private async create(text: string, keepalive: boolean): Promise<Content> {
    const call = api.POST("/api/v1/rooms/{room}/texts", {
      ...(await this.store.stay.as()),
      body: { text, pinned: true },
      keepalive,
    });
    const made = await answer(call);
    this.store.contents.take(made);
    return made;
  }

  private async failed(error: unknown): Promise<void> {
    if (error instanceof Problem && error.code === "precondition_failed") {
      const current = error.details as unknown as Content;
      this.store.contents.take(current);
      return this.takeOver(current.text == null ? await this.whole(current) : current);
    }
    if (error instanceof Problem && ["content_not_found", "content_expired"].includes(error.code)) {
      // It was deleted meanwhile; what was typed is a new one.
      this.known = undefined;
      this.base = "";
      this.state = "typing";
      return this.soon(0);
    }
    if (error instanceof Unreachable || (error instanceof Problem && error.status >= 500 && error.status !== 507)) {
      this.state = "waiting";
      return this.soon(AGAIN);
    }
    this.problem = error instanceof Problem && error.code === "text_too_long" ? t("note.long") : why(error);
    this.state = "refused";
  }

  private settled(): void {
    this.state = "saved";
    this.problem = undefined;
    remember(this.key, undefined);
  }

  /** The conflict is over: this is the text. */
  resolve(text: string): void {
    const theirs = this.theirs;
    this.theirs = undefined;
    this.known = theirs;
    this.base = theirs?.text ?? "";
    this.text = text;
    this.state = "typing";
    this.keep();
    void this.save();
  }

  /** The page is left: what was typed goes now, as far as a browser lets it; the rest waits in this browser. */
  leave(): void {
    clearTimeout(this.timer);
    if (this.isDirty && this.text.length < KEEPALIVE) void this.save(true);
  }
}

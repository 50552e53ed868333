import { answer, api, type Content, type Schemas } from "../api/client";
import { Problem } from "../api/problem";
import { t } from "../i18n/index.svelte";
import { why } from "../i18n/why";
import { toasts } from "../ui/toasts.svelte";
import { edited, withSingleBreaks } from "./edit";
import type { Stay } from "./stay";

/** How long something deleted can be brought back, in milliseconds. */
const UNDO = 6_000;

/** What is in a room, and what people do with it. */
export class Contents {
  /** As the server lists them: by ascending number. */
  private listed = $state.raw<Content[]>([]);
  private hidden = $state.raw<ReadonlySet<number>>(new Set());
  private readonly deletions = new Map<number[], ReturnType<typeof setTimeout>>();
  /** How often a content was changed here, by an answer or an event. */
  changes = 0;
  /** What came since somebody last looked. */
  private unseen = $state.raw<ReadonlySet<number>>(new Set());
  private isListed = false;
  /** By which change each content was changed last, of those that a list to come may not have yet. */
  private readonly changed = new Map<number, number>();

  constructor(
    private readonly stay: Stay,
    /** Reads the room again, for something was just done. */
    private readonly refresh: () => Promise<void>,
  ) {}

  /** All of them, the newest first. */
  readonly all = $derived(this.listed.filter((content) => !this.hidden.has(content.id)).toReversed());
  /** The text that is kept at the top: the oldest pinned one. */
  readonly note = $derived(this.listed.find(isNote));
  /** The rest. */
  readonly items = $derived(this.all.filter((content) => content !== this.note));

  /** How much came that cannot be seen from where the page is now. */
  away = $state(0);
  /** What came, and nobody has looked at yet. */
  readonly fresh = $derived(new Set(this.all.filter(({ id }) => this.unseen.has(id)).map(({ id }) => id)));

  /** Somebody has looked at the list. */
  looked(): void {
    if (this.unseen.size > 0) this.unseen = new Set();
  }

  private show(contents: Content[]): void {
    const known = new Set(this.listed.map(({ id }) => id));
    const came = this.isListed ? contents.filter(({ id }) => !known.has(id)) : [];
    if (came.length > 0) this.unseen = new Set([...this.unseen, ...came.map(({ id }) => id)]);
    this.listed = contents;
    this.isListed = true;
  }

  /** The contents as they were listed after so many changes. What was changed meanwhile is newer than that. */
  list(contents: Content[], changes: number): void {
    for (const [id, change] of this.changed) if (change <= changes) this.changed.delete(id);
    const older = contents.filter(({ id }) => !this.changed.has(id));
    const newer = this.listed.filter(({ id }) => this.changed.has(id));
    this.show(newer.length === 0 ? older : [...older, ...newer].sort(byId));
  }

  /** Contents as they stand now, by the answer to a call. */
  take(...contents: Content[]): void {
    const taken = new Map(contents.map((content) => [content.id, content]));
    this.mark([...taken.keys()]);
    const others = this.listed.filter(({ id }) => !taken.has(id));
    this.show([...others, ...taken.values()].sort(byId));
  }

  private mark(ids: number[]): void {
    this.changes += 1;
    for (const id of ids) this.changed.set(id, this.changes);
  }

  /** Contents as events have them, in their order: nothing where what is known is newer. */
  happened(contents: Content[]): void {
    const known = new Map(this.listed.map(({ id, version }) => [id, version]));
    const newer = contents.filter(({ id, version }) => (known.get(id) ?? 0) <= version);
    if (newer.length > 0) this.take(...newer);
  }

  /** A text was edited. Whether it is known what it says now. */
  edited({ id, from, to, edits }: Schemas["EditedEvent"]): boolean {
    const known = this.listed.find((content) => content.id === id);
    if (!known || known.version >= to) return true;
    if (!edits || from > known.version || typeof known.text !== "string") return false;
    try {
      const changes = edits.slice(known.version - from);
      const text = changes.reduce((text, { change }) => edited(text, change), withSingleBreaks(known.text));
      this.take({ ...known, text, version: to, size: new TextEncoder().encode(text).length });
      return true;
    } catch {
      return false;
    }
  }

  /** Contents that are gone. */
  gone(ids: number[]): void {
    this.mark(ids);
    this.listed = this.listed.filter(({ id }) => !ids.includes(id));
  }

  /** Adds a text, or a link where it is one. */
  async add(text: string): Promise<void> {
    const as = await this.stay.as();
    const link = text.trim();
    if (/^(https?:\/\/|mailto:)\S+$/i.test(link)) {
      await answer(api.POST("/api/v1/rooms/{room}/urls", { ...as, body: { url: link } }));
    } else {
      await answer(api.POST("/api/v1/rooms/{room}/texts", { ...as, body: { text } }));
    }
    void this.refresh();
  }

  /** Changes a content, if it is still at the version that it was seen at.
   *
   * @throws {Problem} 412 with the content as it stands in `details`.
   */
  async change(content: Content, change: Schemas["ChangeContent"]): Promise<Content> {
    const { params, headers } = await this.stay.as();
    const call = api.PATCH("/api/v1/rooms/{room}/contents/{id}", {
      params: { path: { ...params.path, id: content.id } },
      headers: { ...headers, "If-Match": `"${content.version}"` },
      body: change,
    });
    const changed = await answer(call);
    this.take(changed);
    return changed;
  }

  /** Deletes contents, in a moment: until then they can be brought back. */
  remove(ids: number[]): void {
    this.hidden = new Set([...this.hidden, ...ids]);
    const timer = setTimeout(() => void this.deleteNow(ids), UNDO);
    this.deletions.set(ids, timer);
    toasts.notify(t("content.deleted", { n: ids.length }), { label: t("app.undo"), run: () => this.bringBack(ids) });
  }

  private bringBack(ids: number[]): void {
    clearTimeout(this.deletions.get(ids));
    this.deletions.delete(ids);
    this.reveal(ids);
  }

  /** Brings back what was deleted last, where it still can be. Answers whether it could. */
  undo(): boolean {
    const last = [...this.deletions.keys()].at(-1);
    if (last) this.bringBack(last);
    return last !== undefined;
  }

  private async deleteNow(ids: number[], keepalive = false): Promise<void> {
    this.deletions.delete(ids);
    try {
      const as = await this.stay.as();
      await answer(api.DELETE("/api/v1/rooms/{room}/contents", { ...as, body: { ids }, keepalive }));
    } catch (error) {
      if (!(error instanceof Problem && error.code === "content_not_found")) toasts.problem(why(error));
    }
    await this.refresh();
    this.reveal(ids);
  }

  private reveal(ids: number[]): void {
    this.hidden = new Set([...this.hidden].filter((id) => !ids.includes(id)));
  }

  /** What waits to be deleted goes now: nobody is left to bring it back. */
  flush = (): Promise<void>[] =>
    [...this.deletions].map(([ids, timer]) => {
      clearTimeout(timer);
      return this.deleteNow(ids, true);
    });
}

const byId = (a: Content, b: Content) => a.id - b.id;

/** A text of limited downloads is not read for being shown. */
function isNote(content: Content): boolean {
  return content.pinned && content.content_type === "text" && content.max_downloads == null;
}

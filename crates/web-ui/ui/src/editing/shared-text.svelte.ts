import { collab, receiveUpdates, sendableUpdates, type Update } from "@codemirror/collab";
import { ChangeSet, Compartment, EditorState, Transaction, type Extension, type Text } from "@codemirror/state";
import { EditorView } from "@codemirror/view";

import type { Content } from "../api/client";
import { Problem, Unreachable } from "../api/problem";
import { bytes } from "../i18n/format";
import { t } from "../i18n/index.svelte";
import { why } from "../i18n/why";
import { changesBetween, fewestLines, textOf } from "./changes";
import type { Drafts } from "./drafts";
import { merged, together } from "./merge";
import type { Edits, TextServer } from "./server";
import type { SharedState } from "./state";

/** What is typed within this time goes to the server together, in milliseconds. */
const TOGETHER = 250;
/** How long nothing has to be typed until the text is called saved, in milliseconds. */
const QUIET = 400;
/** How long until it is tried again when the server did not answer, or asked for a pause, in milliseconds. */
const AGAIN = 3_000;
const SLOWER = 1_000;
/** What was typed is kept in this browser when it has not arrived by then, in milliseconds. */
const KEEP = 1_000;

/** What the server takes as a text, in bytes. */
const LONGEST = 1 << 20;

/** What is said of a refusal that one can do something about, in words of the page. */
const OWN_WORDS: Record<string, () => string> = {
  permission_denied: () => t("note.denied"),
  text_too_long: () => t("note.long", { most: bytes(LONGEST) }),
};

/** What of an editor's view is needed here. */
export interface Editor {
  readonly state: EditorState;
  dispatch(transactions: readonly Transaction[]): void;
}

/** A content as far as its text goes. */
type Version = Pick<Content, "id" | "version" | "text">;

/** A text that several people edit at once, in one editor. What is typed goes to the server by itself, and what others
 * type comes in by itself; the server's order holds for all. What cannot go to the server stays here, and in the
 * browser. */
export class SharedText {
  state = $state<SharedState>("saved");
  /** Why it is refused. */
  problem = $state<string | undefined>();
  /** What the server has where both changed the same lines, and nobody can tell how. */
  theirs = $state.raw<Content | undefined>();

  /** What an editor of this text has to have, and the text that it begins with. */
  readonly extension: Extension;
  readonly start: Text;

  private readonly writable = new Compartment();
  private editor: Editor | undefined;
  private id: number | undefined;
  /** The server's text as far as it is known here, and its version. */
  private base: Text;
  private version: number;
  /** By what this editor finds its own edits among those of all. */
  private readonly client: string;
  /** So many of the updates that are not confirmed are on their way as one edit, or may have arrived unheard. */
  private sent = 0;
  /** What was missed: edits, or so many that the text has to be read anew. */
  private missed: "edits" | "text" | undefined;
  /** The content as it was last listed. */
  private listed: Content | undefined;
  /** Contents that are no more, and the one that was made here. */
  private gone: number | undefined;
  private made: number | undefined;
  private isWorking = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private keeping: ReturnType<typeof setTimeout> | undefined;
  private resting: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly server: TextServer,
    private readonly drafts: Drafts,
    content: Content | undefined,
    /** Whether one may write. */
    private readonly may: () => boolean,
  ) {
    const draft = drafts.draft;
    this.listed = content;
    this.id = draft ? (draft.id ?? content?.id) : content?.id;
    if (draft && content === undefined) this.id = undefined;
    const isNew = this.id === undefined;
    this.version = isNew ? 0 : (draft?.version ?? content?.version ?? 0);
    this.base = this.start = textOf(isNew ? "" : (draft?.base ?? content?.text ?? ""));
    this.client = draft?.client ?? crypto.getRandomValues(new Uint32Array(1))[0]!.toString(36);
    this.extension = [
      collab({ clientID: this.client }),
      fewestLines,
      this.writable.of(EditorState.readOnly.of(!may())),
      EditorView.updateListener.of(({ transactions }) => {
        if (transactions.some((one) => one.docChanged && !one.annotation(Transaction.remote))) this.typed();
      }),
    ];
  }

  /** What is on the screen. */
  get text(): string {
    return (this.editor?.state.doc ?? this.start).toString();
  }

  /** Which version of which text others may have, to say a place in it. */
  get known(): { id: number | undefined; version: number } {
    return { id: this.id, version: this.version };
  }

  /** Where a place in the server's text is on the screen, and the other way round. */
  placeHere(place: number): number {
    const known = Math.min(place, this.base.length);
    return this.own.reduce((at, { changes }) => changes.mapPos(at, 1), known);
  }
  placeThere(place: number): number {
    return this.own.reduceRight((at, { changes }) => changes.invertedDesc.mapPos(at, 1), place);
  }

  private get isDirty(): boolean {
    return this.own.length > 0;
  }

  /** What the server has not confirmed. */
  private get own(): readonly Update[] {
    return this.editor ? sendableUpdates(this.editor.state) : [];
  }

  /** The editor begins, with what was typed before. */
  attach(editor: Editor, typed?: string): void {
    this.editor = editor;
    const draft = this.drafts.draft;
    if (draft?.sent && this.id === draft.id) {
      this.change(ChangeSet.fromJSON(draft.sent));
      this.sent = 1;
    }
    const text = draft?.text ?? typed;
    if (text !== undefined) this.change(changesBetween(editor.state.doc, textOf(text)));
    this.seen(this.listed);
  }

  private change(changes: ChangeSet): void {
    if (!changes.empty) this.editor?.dispatch([this.editor.state.update({ changes })]);
  }

  /** The content as it is listed; none where there is none any more. */
  seen(content: Content | undefined): void {
    this.listed = content;
    if (content?.id === this.id && (content?.version ?? 0) > this.version) this.missed ??= "edits";
    if (this.missed || this.isElsewhere || this.isDirty) void this.work();
  }

  /** Whether one may write may be another thing now. */
  permitted(): void {
    const { editor } = this;
    if (!editor || editor.state.readOnly === !this.may()) return;
    const effects = this.writable.reconfigure(EditorState.readOnly.of(!this.may()));
    editor.dispatch([editor.state.update({ effects })]);
    void this.work();
  }

  /** Edits that were made of a text, as the server reports them. */
  heard(id: number, edits: { from: number; to: number; edits?: Edits["edits"] | null }): void {
    if (id !== this.id || !this.editor || this.state === "conflict") return;
    if (edits.edits) this.take({ ...edits, edits: edits.edits });
    else if (edits.to > this.version) this.missed ??= "edits";
    if (this.missed) void this.work();
    else this.settle();
  }

  /** Takes edits in, unless they are known. */
  private take({ from, to, edits }: Edits): void {
    const { editor } = this;
    if (!editor || to <= this.version) return;
    if (from > this.version) {
      this.missed ??= "edits";
      return;
    }
    try {
      let { base, sent } = this;
      const updates: Update[] = [];
      for (const { client, change } of edits.slice(this.version - from)) {
        const own = client === this.client && sent > 0 ? this.own.slice(0, sent) : undefined;
        if (own) sent = 0;
        const coming = own ?? [{ changes: ChangeSet.fromJSON(change), clientID: "" }];
        for (const { changes } of coming) base = changes.apply(base);
        updates.push(...coming);
      }
      editor.dispatch([receiveUpdates(editor.state, updates)]);
      [this.base, this.sent, this.version] = [base, sent, to];
    } catch (error) {
      // An edit of another text than this: whatever the reason, the server's is the one.
      if (!(error instanceof RangeError)) throw error;
      this.missed = "text";
    }
  }

  /** The first so many updates are in the server's text. */
  private confirm(count: number): void {
    const { editor } = this;
    if (!editor) return;
    const own = this.own.slice(0, count);
    for (const { changes } of own) this.base = changes.apply(this.base);
    editor.dispatch([receiveUpdates(editor.state, own)]);
    this.sent = 0;
  }

  /** Goes on from another state of the server's text, with this one on the screen. */
  private adopt(content: Version | undefined, text: Text): void {
    const { editor } = this;
    if (!editor) return;
    const [theirs, mine] = [textOf(content?.text ?? ""), editor.state.doc];
    const away = { changes: changesBetween(mine, theirs), clientID: "" };
    const first = receiveUpdates(editor.state, [...this.own, away]);
    const back = changesBetween(theirs, text);
    const selection = editor.state.selection.map(changesBetween(mine, text));
    const both = back.empty ? [first] : [first, first.state.update({ changes: back, selection })];
    [this.id, this.version, this.base] = [content?.id, content?.version ?? 0, theirs];
    [this.sent, this.missed, this.theirs] = [0, undefined, undefined];
    editor.dispatch(both);
  }

  /** Something was typed here. */
  private typed(): void {
    clearTimeout(this.resting);
    this.keeping ??= setTimeout(() => this.keep(), KEEP);
    if (this.state === "conflict") return;
    this.problem = undefined;
    if (this.state === "saved" || this.state === "refused") this.state = "typing";
    this.soon(TOGETHER);
  }

  private soon(time: number): void {
    this.timer ??= setTimeout(() => void this.work(), time);
  }

  /** Brings the server's text and this one together, one request after the other. */
  async work(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.isWorking || !this.editor || this.state === "conflict") return;
    this.isWorking = true;
    try {
      while (await this.step());
      this.isWorking = false;
      this.settle();
    } catch (error) {
      this.isWorking = false;
      this.failed(error);
    }
  }

  /** Whether there is more to do at once. */
  private async step(): Promise<boolean> {
    if (this.isElsewhere) await this.move();
    else if (this.missed) await (this.missed === "text" ? this.meet() : this.catchUp());
    else if (this.isDirty) return this.send();
    else return false;
    return this.theirs === undefined;
  }

  private async send(): Promise<boolean> {
    if (!this.may()) throw new Problem(403, "permission_denied", "");
    this.state = "saving";
    if (this.id === undefined) return this.make();
    const { id, version, client } = this;
    // What may have arrived is sent again as it was.
    const mayHaveArrived = this.sent > 0;
    const count = this.sent || this.own.length;
    const change = this.own.slice(0, count).map(({ changes }) => changes).reduce((all, one) => all.compose(one));
    if (!mayHaveArrived && change.empty) {
      this.confirm(count);
      return false;
    }
    this.sent = count;
    try {
      await this.server.edit(id, { version, client, edits: [change.toJSON()] });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const [isBehind, isGone] = [error.code === "version_behind", error.code === "edits_gone"];
      if (isBehind) this.take(error.details as unknown as Edits);
      if (isGone) this.missed = "text";
      // It has not arrived, and never will: it can be put together with what was typed since.
      if (isBehind || isGone || (!mayHaveArrived && error.status < 500)) this.sent = 0;
      if (isBehind || isGone) return true;
      throw error;
    }
    // Unless the event was faster than the answer.
    if (this.id === id && this.version === version) {
      this.confirm(count);
      this.version = version + 1;
    }
    return this.missed !== undefined;
  }

  private async make(): Promise<boolean> {
    const [text, count] = [this.text, this.own.length];
    const made = await this.server.make?.(text);
    if (!made) throw new Problem(404, "content_not_found", t("content.gone"));
    this.confirm(count);
    this.id = this.made = made.id;
    this.version = made.version;
    this.listed ??= made;
    // Others may have typed into it already.
    this.missed = "edits";
    return true;
  }

  private async catchUp(): Promise<void> {
    if (this.id === undefined) return void (this.missed = undefined);
    try {
      const since = await this.server.since(this.id, this.version);
      this.missed = undefined;
      this.take(since);
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== "edits_gone") throw error;
      this.missed = "text";
    }
  }

  /** So much happened that only the text as it stands now tells what. */
  private async meet(): Promise<void> {
    if (this.id === undefined) return void (this.missed = undefined);
    const content = await this.server.read(this.id);
    // Events may have brought it here meanwhile.
    if (content.version <= this.version) return void (this.missed = undefined);
    const theirs = textOf(content.text ?? "");
    const both = this.isDirty ? merged(this.text, this.base.toString(), theirs.toString()) : theirs.toString();
    if (both !== undefined) return this.adopt(content, textOf(both));
    this.theirs = content;
    this.state = "conflict";
    this.keep();
  }

  /** What was listed last, unless it is known to be gone. */
  private get current(): Content | undefined {
    return this.listed?.id === this.gone ? undefined : this.listed;
  }

  /** Whether the text that people see is another one than this. What was typed goes first to where it was typed. */
  private get isElsewhere(): boolean {
    if (!this.server.make || this.current?.id === this.id) return false;
    const isOlder = this.made === this.id && this.current !== undefined && this.current.id < (this.id ?? 0);
    return this.id === undefined || this.id === this.gone || isOlder || !this.isDirty;
  }

  /** Goes where the text is that people see, and takes along what was typed here. */
  private async move(): Promise<void> {
    const { current, id, made } = this;
    const content = current && (current.text == null ? await this.server.read(current.id) : current);
    const isOurs = this.isDirty || (id !== undefined && id === made);
    const theirs = textOf(content?.text ?? "").toString();
    this.adopt(content, textOf(isOurs ? together(this.text, theirs) : theirs));
    this.made = undefined;
    if (id !== undefined && id === made && id !== this.gone) await this.server.unmake?.(id).catch(() => undefined);
  }

  /** What is shown and kept when there is nothing more to do for now. */
  private settle(): void {
    if (this.isWorking || this.theirs) return;
    if (this.isDirty) return void (this.state !== "refused" && this.state !== "waiting" && this.soon(TOGETHER));
    clearTimeout(this.keeping);
    this.keeping = undefined;
    this.drafts.keep(undefined);
    this.problem = undefined;
    clearTimeout(this.resting);
    if (this.state === "saved") return;
    this.resting = setTimeout(() => {
      if (!this.isDirty && !this.theirs) this.state = "saved";
    }, QUIET);
  }

  private failed(error: unknown): void {
    this.keep();
    if (error instanceof Unreachable || (error instanceof Problem && error.status >= 500 && error.status !== 507)) {
      if (this.isDirty) this.state = "waiting";
      return this.soon(AGAIN);
    }
    if (!(error instanceof Problem)) throw error;
    if (error.status === 429) return this.soon(SLOWER);
    if (["content_not_found", "content_expired"].includes(error.code) && this.server.make && this.id !== this.gone) {
      // It was deleted meanwhile; what was typed is a new one.
      this.gone = this.id;
      return this.soon(0);
    }
    if (!this.isDirty) return;
    this.state = "refused";
    this.problem = OWN_WORDS[error.code]?.() ?? why(error);
  }

  /** Tries again, now. */
  retry = (): void => {
    if (this.state !== "waiting" && this.state !== "refused") return;
    void this.work();
  };

  /** The conflict is over: this is the text. */
  resolve(text: string): void {
    const { theirs } = this;
    if (!theirs) return;
    this.state = "typing";
    this.adopt(theirs, textOf(text));
    this.missed = "edits";
    void this.work();
  }

  /** What was typed here and is not on the server is given up. */
  discard(): void {
    const { id, version, base } = this;
    this.adopt(id === undefined ? undefined : { id, version, text: base.toString() }, base);
    this.state = "saved";
    this.settle();
    this.seen(this.listed);
  }

  private keep(): void {
    this.keeping = undefined;
    if (!this.isDirty || !this.editor) return;
    const [first, ...others] = this.own.slice(0, this.sent).map(({ changes }) => changes);
    const sent = first && others.reduce((all, one) => all.compose(one), first).toJSON();
    const { id, version, client, base } = this;
    this.drafts.keep({ id, base: base.toString(), version, text: this.text, client, sent });
  }

  /** The page is left, or hidden: what was typed goes now, and stays here until it has arrived. */
  leave = (): void => {
    this.keep();
    void this.work();
  };

  /** The editor is closed. What was typed still goes, once. */
  async close(): Promise<void> {
    this.keep();
    if (this.isDirty) await this.work();
    for (const timer of [this.timer, this.keeping, this.resting]) clearTimeout(timer);
    this.drafts.release();
  }
}

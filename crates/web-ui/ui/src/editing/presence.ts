import type { Extension } from "@codemirror/state";
import { EditorView, ViewPlugin, type ViewUpdate } from "@codemirror/view";

import { t } from "../i18n/index.svelte";
import { colourOf, type Sign } from "../room/people.svelte";
import type { RoomStore } from "../room/room.svelte";
import { caretLooks, moveCaret, otherCarets } from "./carets";
import { parsePlace, writePlace } from "./place";
import type { SharedText } from "./shared-text.svelte";

/** Where one is is reported at most so often, and at least, in milliseconds. The server forgets it after 30 s. */
const PAUSE = 400;
const ALIVE = 10_000;

/** Shows where others are in a text that is edited, and them where one is oneself as long as one is in it. */
export function carets(store: RoomStore, shared: SharedText): Extension {
  const { people } = store;

  class Presence {
    private timer: ReturnType<typeof setTimeout> | undefined;
    private isShown = false;
    /** Signs about a version that has not come yet. */
    private readonly early = new Map<string, Sign>();
    private readonly unhear = people.listen((sign) => this.heard(sign));

    constructor(private readonly view: EditorView) {
      for (const sign of people.others) queueMicrotask(() => this.heard(sign));
      this.soon(0);
    }

    update({ docChanged, selectionSet, focusChanged }: ViewUpdate): void {
      // With what is typed a caret moves by itself.
      if (focusChanged || (selectionSet && !docChanged)) this.soon(PAUSE);
      if (docChanged && this.early.size > 0) queueMicrotask(() => [...this.early.values()].forEach((sign) => this.heard(sign)));
    }

    destroy(): void {
      this.unhear();
      clearTimeout(this.timer);
      this.timer = undefined;
      if (this.isShown) void this.sign(undefined);
    }

    private soon(time: number): void {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => {
        const { id, version } = shared.known;
        const { anchor, head } = this.view.state.selection.main;
        const isIn = this.view.hasFocus && id !== undefined;
        if (!isIn && !this.isShown) return;
        const place = { id: id ?? 0, version, anchor: shared.placeThere(anchor), head: shared.placeThere(head) };
        void this.sign(isIn ? writePlace(place) : undefined);
        if (this.view.hasFocus) this.soon(ALIVE);
      }, time);
    }

    private sign(at: string | undefined): Promise<void> {
      this.isShown = at !== undefined;
      return people.place(at);
    }

    private heard(sign: Sign): void {
      const { session, name, at, gone } = sign;
      this.early.delete(session);
      const place = gone ? undefined : parsePlace(at);
      const isHere = place !== undefined && place.id === shared.known.id && session !== people.me;
      if (isHere && place.version > shared.known.version) return void this.early.set(session, sign);
      const known = this.view.state.field(otherCarets).some((caret) => caret.session === session);
      if (!isHere && !known) return;
      const caret = isHere
        ? {
            session,
            name: name || t("note.somebody"),
            colour: colourOf(sign),
            anchor: shared.placeHere(place.anchor),
            head: shared.placeHere(place.head),
          }
        : undefined;
      this.view.dispatch({ effects: moveCaret.of({ session, caret }) });
    }
  }

  return [otherCarets, caretLooks, ViewPlugin.define((view) => new Presence(view))];
}

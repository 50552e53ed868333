import type { Extension } from "@codemirror/state";
import { EditorView, ViewPlugin, type ViewUpdate } from "@codemirror/view";

import { answer, api, type Schemas } from "../api/client";
import { t } from "../i18n/index.svelte";
import type { RoomStore } from "../room/room.svelte";
import { caretLooks, moveCaret, otherCarets } from "./carets";
import { parsePlace, writePlace } from "./place";
import type { SharedText } from "./shared-text.svelte";

/** Somebody who is there, or is gone. */
type Sign = Omit<Schemas["PresentObject"], "me"> & { gone?: boolean };

/** Where one is is reported at most so often, and at least, in milliseconds. The server forgets it after 30 s. */
const PAUSE = 400;
const ALIVE = 10_000;

/** Dark enough for white letters. */
const COLOURS = ["#b42318", "#1a56a8", "#2c6a1d", "#8a2f8f", "#9a4a06", "#0f6a63"];

/** Shows where others are in a text that is edited, and them where one is oneself as long as one is in it. */
export function carets(store: RoomStore, shared: SharedText): Extension {
  const colour = COLOURS[Math.floor(Math.random() * COLOURS.length)];

  class Presence {
    private me: string | undefined;
    private timer: ReturnType<typeof setTimeout> | undefined;
    private isShown = false;
    /** Signs about a version that has not come yet. */
    private readonly early = new Map<string, Sign>();
    private readonly unhear = store.hear(({ kind, data }) => {
      // Until it is known which session one is oneself, all that are there come with the answer to the first sign.
      if (kind === "presence" && this.me !== undefined) this.heard(data as Sign);
    });

    constructor(private readonly view: EditorView) {
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
        if (!isIn && !this.isShown && this.me !== undefined) return;
        const place = { id: id ?? 0, version, anchor: shared.placeThere(anchor), head: shared.placeThere(head) };
        void this.sign(isIn ? writePlace(place) : undefined);
        if (this.view.hasFocus) this.soon(ALIVE);
      }, time);
    }

    private async sign(at: string | undefined): Promise<void> {
      this.isShown = at !== undefined;
      try {
        const all = await answer(api.POST("/api/v1/rooms/{room}/presence", { ...(await store.stay.as()), body: { colour, at } }));
        this.me = all.find(({ me }) => me)?.session;
        // Whoever is not there any more was reported as gone.
        for (const sign of all) this.heard(sign);
      } catch {
        // The next sign comes soon, and nothing depends on this one.
      }
    }

    private heard(sign: Sign): void {
      const { session, name, colour, at, gone } = sign;
      this.early.delete(session);
      const place = gone ? undefined : parsePlace(at);
      const isHere = place !== undefined && place.id === shared.known.id && session !== this.me;
      if (isHere && place.version > shared.known.version) return void this.early.set(session, sign);
      const known = this.view.state.field(otherCarets).some((caret) => caret.session === session);
      if (!isHere && !known) return;
      const caret = isHere
        ? {
            session,
            name: name || t("note.somebody"),
            colour: /^#[0-9a-f]{6}$/.test(colour ?? "") ? colour! : COLOURS[0]!,
            anchor: shared.placeHere(place.anchor),
            head: shared.placeHere(place.head),
          }
        : undefined;
      this.view.dispatch({ effects: moveCaret.of({ session, caret }) });
    }
  }

  return [otherCarets, caretLooks, ViewPlugin.define((view) => new Presence(view))];
}

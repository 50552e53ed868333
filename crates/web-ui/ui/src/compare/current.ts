import { StateEffect, StateField, type Extension } from "@codemirror/state";
import { Decoration, EditorView, type DecorationSet } from "@codemirror/view";

const mark = StateEffect.define<{ from: number; to: number }>();
const line = Decoration.line({ class: "cm-currentChange" });

const marked = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(before, transaction) {
    for (const effect of transaction.effects) {
      if (!effect.is(mark)) continue;
      const { doc } = transaction.state;
      const { from, to } = effect.value;
      const lines = [];
      // A change that reaches the end of the text ends one behind it.
      for (let at = from; at < to && at <= doc.length; at = doc.lineAt(at).to + 1) lines.push(line.range(at));
      return Decoration.set(lines);
    }
    return before;
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** Marks the change that somebody has gone to. */
export const currentChange: Extension = marked;

/** So many frames long it is brought into view: how high the lines in between are is only known once they are drawn. */
const FRAMES = 4;

/** Goes to a change: its lines are marked and, where wished, brought into view. */
export function goTo(view: EditorView, from: number, to: number, seen: boolean): void {
  const at = Math.min(from, view.state.doc.length);
  view.dispatch({ selection: { anchor: at }, effects: mark.of({ from: at, to }) });
  if (seen) show(view, at, FRAMES);
}

function show(view: EditorView, at: number, frames: number): void {
  // It may have been left for another one, or closed.
  if (frames === 0 || !view.dom.isConnected || view.state.selection.main.head !== at) return;
  view.dispatch({ effects: EditorView.scrollIntoView(at, { y: "start", yMargin: 48 }) });
  requestAnimationFrame(() => show(view, at, frames - 1));
}

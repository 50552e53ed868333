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

/** Goes to a change: its lines are marked and, where wished, brought into view. */
export function goTo(view: EditorView, from: number, to: number, show: boolean): void {
  const at = Math.min(from, view.state.doc.length);
  const scroll = show ? [EditorView.scrollIntoView(at, { y: "start", yMargin: 48 })] : [];
  view.dispatch({ selection: { anchor: at }, effects: [mark.of({ from: at, to }), ...scroll] });
}

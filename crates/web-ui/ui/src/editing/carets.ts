import { StateEffect, StateField, type Extension, type Range } from "@codemirror/state";
import { Decoration, EditorView, WidgetType } from "@codemirror/view";

/** Where somebody else is in a text: the caret is at `head`, and what they have selected begins or ends at `anchor`. */
export interface Caret {
  session: string;
  name: string;
  colour: string;
  anchor: number;
  head: number;
}

/** Somebody is at another place now, or at none. */
export const moveCaret = StateEffect.define<{ session: string; caret: Caret | undefined }>();

/** The carets of others, which stay behind the letters that they are behind. */
export const otherCarets = StateField.define<readonly Caret[]>({
  create: () => [],
  update(carets, { changes, effects }) {
    let now = changes.empty
      ? carets
      : carets.map((caret) => ({ ...caret, anchor: changes.mapPos(caret.anchor, 1), head: changes.mapPos(caret.head, 1) }));
    for (const effect of effects) {
      if (!effect.is(moveCaret)) continue;
      const { session, caret } = effect.value;
      now = [...now.filter((other) => other.session !== session), ...(caret ? [caret] : [])];
    }
    return now;
  },
  provide: (field) => EditorView.decorations.from(field, (carets) => Decoration.set(carets.flatMap(drawn), true)),
});

class CaretWidget extends WidgetType {
  constructor(private readonly caret: Caret) {
    super();
  }

  override eq({ caret }: CaretWidget): boolean {
    return caret.name === this.caret.name && caret.colour === this.caret.colour;
  }

  toDOM(): HTMLElement {
    const element = document.createElement("span");
    element.className = "cm-other-caret";
    element.ariaHidden = "true";
    // As no text of the editor: it would be copied, and searched.
    element.dataset["name"] = this.caret.name;
    element.style.setProperty("--theirs", this.caret.colour);
    return element;
  }
}

function drawn(caret: Caret): Range<Decoration>[] {
  const [from, to] = [Math.min(caret.anchor, caret.head), Math.max(caret.anchor, caret.head)];
  const widget = Decoration.widget({ widget: new CaretWidget(caret), side: 1 }).range(caret.head);
  if (from === to) return [widget];
  const attributes = { style: `--theirs: ${caret.colour}` };
  return [Decoration.mark({ class: "cm-other-selection", attributes }).range(from, to), widget];
}

export const caretLooks: Extension = EditorView.theme({
  ".cm-other-caret": { position: "relative", borderLeft: "2px solid var(--theirs)", marginLeft: "-1px", marginRight: "-1px" },
  ".cm-other-caret::after": {
    content: "attr(data-name)",
    position: "absolute",
    left: "-2px",
    bottom: "100%",
    zIndex: "1",
    padding: "0 0.35em",
    borderRadius: "3px 3px 3px 0",
    background: "var(--theirs)",
    color: "#ffffff",
    font: "600 0.65rem/1.4 var(--font)",
    whiteSpace: "nowrap",
    pointerEvents: "none",
    userSelect: "none",
  },
  ".cm-other-selection": { backgroundColor: "color-mix(in srgb, var(--theirs) 22%, transparent)" },
});

import { EditorView } from "@codemirror/view";

/** An editor that looks like a field for text. */
export const looks = EditorView.theme({
  "&": { flex: "1", minWidth: "0", color: "var(--ink)", fontSize: "1.02rem" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "inherit", lineHeight: "1.6", overflow: "visible" },
  ".cm-content": { padding: "0.9rem 0 1.2rem", caretColor: "var(--ink)", minHeight: "var(--height)" },
  ".cm-content:focus-visible": { outline: "none" },
  ".cm-line": { padding: "0 1rem" },
  ".cm-placeholder": { color: "var(--ink-soft)" },
});

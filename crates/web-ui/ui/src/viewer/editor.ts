import { history, historyKeymap, indentWithTab, defaultKeymap, selectAll } from "@codemirror/commands";
import { HighlightStyle, bracketMatching, syntaxHighlighting } from "@codemirror/language";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { EditorState, type Extension } from "@codemirror/state";
import { EditorView, highlightSpecialChars, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";

import { t } from "../i18n/index.svelte";

const colours = HighlightStyle.define([
  { tag: [tags.comment, tags.meta], color: "light-dark(#6b6455, #97a0a3)", fontStyle: "italic" },
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier], color: "light-dark(#8a2f8f, #e2a6ea)" },
  { tag: [tags.string, tags.special(tags.string), tags.regexp], color: "light-dark(#2c6a1d, #a9d68f)" },
  { tag: [tags.number, tags.bool, tags.atom, tags.null], color: "light-dark(#9a4a06, #f4b97e)" },
  { tag: [tags.function(tags.variableName), tags.function(tags.propertyName)], color: "light-dark(#1a56a8, #8fc2f7)" },
  { tag: [tags.typeName, tags.className, tags.namespace, tags.tagName], color: "light-dark(#0f6a63, #6fdccd)" },
  { tag: [tags.propertyName, tags.attributeName, tags.labelName], color: "light-dark(#23508a, #a7cbef)" },
  { tag: tags.heading, color: "light-dark(#0f6a63, #6fdccd)", fontWeight: "650" },
  { tag: tags.strong, fontWeight: "700" },
  { tag: tags.emphasis, fontStyle: "italic" },
  { tag: tags.strikethrough, textDecoration: "line-through" },
  { tag: [tags.link, tags.url], color: "var(--accent)" },
  { tag: tags.inserted, color: "light-dark(#2c6a1d, #a9d68f)" },
  { tag: tags.deleted, color: "var(--danger)" },
  { tag: tags.invalid, color: "var(--danger)" },
]);

const looks = EditorView.theme({
  "&": { height: "100%", backgroundColor: "var(--surface)", color: "var(--ink)", fontSize: "0.875rem" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.6" },
  ".cm-content": { padding: "0.75rem 0", caretColor: "var(--accent)" },
  ".cm-content:focus-visible": { outline: "none" },
  ".cm-line": { padding: "0 1rem 0 0.75rem" },
  ".cm-gutters": { backgroundColor: "var(--surface)", color: "var(--ink-soft)", border: "none" },
  ".cm-lineNumbers .cm-gutterElement": { padding: "0 0.5rem 0 1rem", fontVariantNumeric: "tabular-nums" },
  ".cm-selectionMatch": { backgroundColor: "color-mix(in srgb, var(--accent) 16%, transparent)" },
  ".cm-searchMatch": { backgroundColor: "color-mix(in srgb, var(--warn) 28%, transparent)" },
  ".cm-searchMatch-selected": { outline: "1.5px solid var(--warn)" },
  ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": { backgroundColor: "var(--accent-soft)" },
  ".cm-panels": { backgroundColor: "var(--raised)", color: "var(--ink)" },
  ".cm-panels-top": { borderBottom: "1px solid var(--line)" },
  ".cm-panel.cm-search": { padding: "0.4rem 2.2rem 0.4rem 0.6rem", fontFamily: "var(--font)" },
  ".cm-panel.cm-search input, .cm-panel.cm-search button, .cm-panel.cm-search label": { fontSize: "0.85rem" },
  ".cm-panel.cm-search [name=close]": { color: "inherit", fontSize: "1.25rem", minWidth: "2rem", minHeight: "2rem" },
  ".cm-textfield": {
    backgroundColor: "var(--surface)",
    borderColor: "var(--line-strong)",
    borderRadius: "6px",
    padding: "0.2rem 0.45rem",
  },
  ".cm-textfield[name=search], .cm-textfield[name=replace]": { width: "min(14rem, 45vw)" },
  ".cm-button": {
    backgroundImage: "none",
    backgroundColor: "var(--surface)",
    borderColor: "var(--line-strong)",
    borderRadius: "6px",
    padding: "0.2rem 0.6rem",
  },
});

function phrases(): Extension {
  return EditorState.phrases.of({
    Find: t("editor.find"),
    Replace: t("editor.replace"),
    next: t("editor.next"),
    previous: t("editor.previous"),
    all: t("editor.all"),
    "match case": t("editor.case"),
    regexp: t("editor.regexp"),
    "by word": t("editor.word"),
    replace: t("editor.replace.one"),
    "replace all": t("editor.replace.all"),
    close: t("editor.close"),
    "current match": t("editor.match"),
    "on line": t("editor.line"),
  });
}

/** What every editor of ours has; with `editable` one can write in it, otherwise only read and search. */
export function basics(label: string, editable: boolean): Extension {
  const writing = [
    history(),
    bracketMatching(),
    EditorState.allowMultipleSelections.of(true),
    keymap.of([...searchKeymap, ...defaultKeymap, ...historyKeymap, indentWithTab]),
  ];
  const reading = [
    EditorState.readOnly.of(true),
    EditorView.editable.of(false),
    keymap.of([...searchKeymap, { key: "Mod-a", run: selectAll }]),
  ];
  return [
    lineNumbers(),
    highlightSpecialChars(),
    highlightSelectionMatches(),
    search({ top: true }),
    syntaxHighlighting(colours),
    looks,
    phrases(),
    EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0", spellcheck: "false" }),
    editable ? writing : reading,
  ];
}

import { LanguageSupport, StreamLanguage, type StreamParser } from "@codemirror/language";

import type { LanguageId } from "./language";

const stream = (parser: StreamParser<unknown>) => new LanguageSupport(StreamLanguage.define(parser));
const clike = () => import("@codemirror/legacy-modes/mode/clike");
const javascript = async (options: { jsx?: boolean; typescript?: boolean }) =>
  (await import("@codemirror/lang-javascript")).javascript(options);

/** How each language is read, loaded when it is needed. */
const GRAMMARS: Record<LanguageId, () => Promise<LanguageSupport>> = {
  c: async () => stream((await clike()).c),
  cmake: async () => stream((await import("@codemirror/legacy-modes/mode/cmake")).cmake),
  cpp: async () => (await import("@codemirror/lang-cpp")).cpp(),
  csharp: async () => stream((await clike()).csharp),
  css: async () => (await import("@codemirror/lang-css")).css(),
  dart: async () => stream((await clike()).dart),
  diff: async () => stream((await import("@codemirror/legacy-modes/mode/diff")).diff),
  dockerfile: async () => stream((await import("@codemirror/legacy-modes/mode/dockerfile")).dockerFile),
  go: async () => (await import("@codemirror/lang-go")).go(),
  groovy: async () => stream((await import("@codemirror/legacy-modes/mode/groovy")).groovy),
  haskell: async () => stream((await import("@codemirror/legacy-modes/mode/haskell")).haskell),
  html: async () => (await import("@codemirror/lang-html")).html(),
  ini: async () => stream((await import("@codemirror/legacy-modes/mode/properties")).properties),
  java: async () => (await import("@codemirror/lang-java")).java(),
  javascript: () => javascript({}),
  json: async () => (await import("@codemirror/lang-json")).json(),
  jsx: () => javascript({ jsx: true }),
  julia: async () => stream((await import("@codemirror/legacy-modes/mode/julia")).julia),
  kotlin: async () => stream((await clike()).kotlin),
  latex: async () => stream((await import("@codemirror/legacy-modes/mode/stex")).stex),
  lua: async () => stream((await import("@codemirror/legacy-modes/mode/lua")).lua),
  markdown: async () => (await import("@codemirror/lang-markdown")).markdown(),
  nginx: async () => stream((await import("@codemirror/legacy-modes/mode/nginx")).nginx),
  objectivec: async () => stream((await clike()).objectiveC),
  perl: async () => stream((await import("@codemirror/legacy-modes/mode/perl")).perl),
  powershell: async () => stream((await import("@codemirror/legacy-modes/mode/powershell")).powerShell),
  protobuf: async () => stream((await import("@codemirror/legacy-modes/mode/protobuf")).protobuf),
  python: async () => (await import("@codemirror/lang-python")).python(),
  r: async () => stream((await import("@codemirror/legacy-modes/mode/r")).r),
  ruby: async () => stream((await import("@codemirror/legacy-modes/mode/ruby")).ruby),
  rust: async () => (await import("@codemirror/lang-rust")).rust(),
  scala: async () => stream((await clike()).scala),
  shell: async () => stream((await import("@codemirror/legacy-modes/mode/shell")).shell),
  sql: async () => (await import("@codemirror/lang-sql")).sql(),
  swift: async () => stream((await import("@codemirror/legacy-modes/mode/swift")).swift),
  toml: async () => stream((await import("@codemirror/legacy-modes/mode/toml")).toml),
  tsx: () => javascript({ jsx: true, typescript: true }),
  typescript: () => javascript({ typescript: true }),
  xml: async () => (await import("@codemirror/lang-xml")).xml(),
  yaml: async () => (await import("@codemirror/lang-yaml")).yaml(),
};

/** How a text of a language is coloured; nothing where it would keep the page from answering. */
export async function grammar(language: LanguageId, text: string): Promise<LanguageSupport | []> {
  return language === "markdown" && hasLongParagraph(text) ? [] : GRAMMARS[language]();
}

/** The grammars read a text bit by bit, and let go in between. Only that of Markdown reads each paragraph at once, in a
 * time that grows with the square of its length. Longer ones, in characters, are nobody's prose. */
const LONGEST_PARAGRAPH = 10_000;

function hasLongParagraph(text: string): boolean {
  let begin = 0;
  for (const { index } of text.matchAll(/\n[ \t]*\r?\n/g)) {
    if (index - begin > LONGEST_PARAGRAPH) return true;
    begin = index;
  }
  return text.length - begin > LONGEST_PARAGRAPH;
}

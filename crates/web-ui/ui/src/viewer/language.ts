/** A language that texts are written in: what it is called, and how names of files and of the language itself end up
 * with it. */
interface Language {
  label: string;
  endings: string[];
  aliases?: string[];
  names?: string[];
}

/** By the word that a content's `language` holds. */
export const LANGUAGES = {
  c: { label: "C", endings: ["c", "h"] },
  cmake: { label: "CMake", endings: ["cmake"], names: ["cmakelists.txt"] },
  cpp: { label: "C++", endings: ["cpp", "cc", "cxx", "hpp", "hh", "hxx", "ino"], aliases: ["c++"] },
  csharp: { label: "C#", endings: ["cs"], aliases: ["c#"] },
  css: { label: "CSS", endings: ["css", "less", "scss"], aliases: ["less", "scss"] },
  dart: { label: "Dart", endings: ["dart"] },
  diff: { label: "Diff", endings: ["diff", "patch"], aliases: ["patch"] },
  dockerfile: { label: "Dockerfile", endings: ["dockerfile"], names: ["dockerfile", "containerfile"], aliases: ["docker"] },
  go: { label: "Go", endings: ["go"], aliases: ["golang"] },
  groovy: { label: "Groovy", endings: ["groovy", "gradle"] },
  haskell: { label: "Haskell", endings: ["hs"] },
  html: { label: "HTML", endings: ["html", "htm", "xhtml", "vue", "svelte"], aliases: ["vue", "svelte"] },
  ini: {
    label: "INI",
    endings: ["ini", "properties", "cfg", "conf", "env", "service"],
    names: [".env", ".editorconfig", ".gitconfig"],
    aliases: ["properties"],
  },
  java: { label: "Java", endings: ["java"] },
  javascript: { label: "JavaScript", endings: ["js", "mjs", "cjs"], aliases: ["js"] },
  json: { label: "JSON", endings: ["json", "jsonc", "json5", "ndjson", "jsonl", "geojson", "ipynb", "map"] },
  jsx: { label: "JSX", endings: ["jsx"] },
  julia: { label: "Julia", endings: ["jl"] },
  kotlin: { label: "Kotlin", endings: ["kt", "kts"] },
  latex: { label: "LaTeX", endings: ["tex", "sty", "cls", "bib"], aliases: ["tex"] },
  lua: { label: "Lua", endings: ["lua"] },
  markdown: { label: "Markdown", endings: ["md", "markdown", "mdown", "mkd"], aliases: ["md"] },
  nginx: { label: "nginx", endings: ["nginx"], names: ["nginx.conf"] },
  objectivec: { label: "Objective-C", endings: ["m", "mm"], aliases: ["objective-c", "objc"] },
  perl: { label: "Perl", endings: ["pl", "pm"] },
  powershell: { label: "PowerShell", endings: ["ps1", "psm1"] },
  protobuf: { label: "Protocol Buffers", endings: ["proto"], aliases: ["proto"] },
  python: { label: "Python", endings: ["py", "pyw", "pyi"], aliases: ["py"] },
  r: { label: "R", endings: ["r"] },
  ruby: { label: "Ruby", endings: ["rb"], names: ["gemfile", "rakefile"], aliases: ["rb"] },
  rust: { label: "Rust", endings: ["rs"], aliases: ["rs"] },
  scala: { label: "Scala", endings: ["scala", "sc"] },
  shell: {
    label: "Shell",
    endings: ["sh", "bash", "zsh", "fish", "ksh"],
    names: [".bashrc", ".zshrc", ".profile", ".bash_profile"],
    aliases: ["bash", "sh", "zsh"],
  },
  sql: { label: "SQL", endings: ["sql"] },
  swift: { label: "Swift", endings: ["swift"] },
  toml: { label: "TOML", endings: ["toml"], names: ["cargo.lock", "poetry.lock"] },
  tsx: { label: "TSX", endings: ["tsx"] },
  typescript: { label: "TypeScript", endings: ["ts", "mts", "cts"], aliases: ["ts"] },
  xml: { label: "XML", endings: ["xml", "svg", "xsd", "xsl", "xslt", "plist", "rss", "atom", "gpx", "kml"], aliases: ["svg"] },
  yaml: { label: "YAML", endings: ["yaml", "yml"], aliases: ["yml"] },
} as const satisfies Record<string, Language>;

export type LanguageId = keyof typeof LANGUAGES;

const byWord = new Map<string, LanguageId>();
const byEnding = new Map<string, LanguageId>();
const byName = new Map<string, LanguageId>();
for (const [key, language] of Object.entries(LANGUAGES) as [LanguageId, Language][]) {
  for (const word of [key, ...(language.aliases ?? [])]) byWord.set(word, key);
  for (const end of language.endings) byEnding.set(end, key);
  for (const name of language.names ?? []) byName.set(name, key);
}

/** The language that somebody's word for it means; `plain` for none at all. */
export function normalLanguage(word: string): LanguageId | "plain" | undefined {
  const small = word.trim().toLowerCase();
  if (["plain", "plaintext", "text", "txt", "none"].includes(small)) return "plain";
  return byWord.get(small);
}

/** In which language something is: the one that was chosen, or by its name, or by its looks. */
export function languageOf(
  name: string | null | undefined,
  chosen: string | null | undefined,
  text?: string,
): LanguageId | undefined {
  const meant = normalLanguage(chosen ?? "");
  if (meant) return meant === "plain" ? undefined : meant;
  const base = (name ?? "").slice((name ?? "").lastIndexOf("/") + 1).toLowerCase();
  const named = byName.get(base) ?? byEnding.get(base.includes(".") ? base.slice(base.lastIndexOf(".") + 1) : "");
  if (named) return named;
  return text === undefined || base.endsWith(".txt") ? undefined : looksLike(text);
}

/** How much of a text is looked at. */
const LOOK = 4_096;

function looksLike(text: string): LanguageId | undefined {
  const start = text.slice(0, LOOK).trimStart();
  const interpreter = /^#!.*?\b(bash|zsh|sh|python|node|ruby|perl|lua)\d*(\.\d+)?\b/.exec(start)?.[1];
  if (interpreter) return interpreter === "node" ? "javascript" : byWord.get(interpreter);
  if (/^<(!doctype html|html)\b/i.test(start)) return "html";
  if (/^<(\?xml|svg)\b/i.test(start)) return "xml";
  if (/^(diff --git |--- \S.*\n\+\+\+ )/.test(start)) return "diff";
  if (/^[{[]/.test(start) && text.length <= 65_536 && isJson(text)) return "json";
  return looksLikeMarkdown(start) ? "markdown" : undefined;
}

function isJson(text: string): boolean {
  try {
    return typeof JSON.parse(text) === "object";
  } catch {
    return false;
  }
}

/** One sign alone may be chance; two are not, and a fence of code is none. */
function looksLikeMarkdown(text: string): boolean {
  if (/^(```|~~~)[\w+-]*\n[\s\S]*?^\1\s*$/m.test(text)) return true;
  const signs = [
    /^#{1,6} \S/m,
    /^[-*+] (\[[ x]\] )?\S.*\n[-*+] (\[[ x]\] )?\S/m,
    /\[[^\]\n]+\]\([^)\s]+\)/,
    /\*\*[^*\n]+\*\*/,
    /^> \S/m,
    /^\|.+\|\n\|[ :|-]+\|$/m,
    /`[^`\n]+`/,
  ];
  return signs.filter((sign) => sign.test(text)).length >= 2;
}

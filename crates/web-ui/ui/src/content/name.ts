import type { Key } from "../i18n/index.svelte";

const LONGEST = 1_024;

/** What is wrong with a name of a content; `undefined` when nothing is. The server has the last word. */
export function fileNameProblem(name: string): Key | undefined {
  const segments = name.split("/");
  const bad = /[\\\p{Cc}]/u.test(name) || segments.some((segment) => ["", ".", ".."].includes(segment));
  if (bad) return "content.rename.wrong";
  if (new TextEncoder().encode(name.normalize("NFC")).length > LONGEST) return "content.rename.long";
  return undefined;
}

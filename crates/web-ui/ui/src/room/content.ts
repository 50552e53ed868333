import type { Content } from "../api/client";
import { t } from "../i18n/index.svelte";

/** What a content is called: its name, or its beginning. */
export function contentName(content: Content): string {
  if (content.file_name) return content.file_name;
  if (content.url) return content.url;
  const line = firstLine(content.text ?? "");
  if (line !== "") return line.length > 80 ? `${line.slice(0, 80)}…` : line;
  return t(content.content_type === "url" ? "content.untitled.url" : "content.untitled.text");
}

function firstLine(text: string): string {
  return text.trim().split("\n", 1)[0]?.trim() ?? "";
}

/** The first lines of a text, without the empty ones; each is as long as a row can be. */
export function firstLines(text: string, count: number): string {
  const lines = text.slice(0, 2_000).split(/\r?\n/);
  const filled = lines.filter((line) => line.trim() !== "").slice(0, count);
  return filled.map((line) => line.trimEnd().slice(0, 240)).join("\n");
}

/** Where a link leads, for people: its host without the `www.`, or to whom a mail goes. */
export function linkHost(url: string): string {
  if (/^mailto:/i.test(url)) return decode(url.slice("mailto:".length).split("?", 1)[0] ?? "");
  try {
    return new URL(url).host.replace(/^www\./, "");
  } catch {
    return url;
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** What is searched of each content; long texts are not made small again for each letter that is typed. */
const searched = new WeakMap<Content, string>();

function searchable(content: Content): string {
  let text = searched.get(content);
  if (text === undefined) {
    text = [content.file_name, content.url, content.text].filter((part) => part).join("\n").toLowerCase();
    searched.set(content, text);
  }
  return text;
}

/** Whether the words of a search all occur in what a content is called, or in its text. */
export function matches(content: Content, search: string): boolean {
  const words = search.toLowerCase().split(/\s+/).filter((word) => word !== "");
  return words.every((word) => searchable(content).includes(word));
}

/** Contents as they were before where they are the same: what did not change is not drawn again. */
export function steady(before: Content[], now: Content[]): Content[] {
  const known = new Map(before.map((content) => [content.id, content]));
  const next = now.map((content) => {
    const old = known.get(content.id);
    return old && isSame(old, content) ? old : content;
  });
  return next.length === before.length && next.every((content, at) => content === before[at]) ? before : next;
}

function isSame(a: Content, b: Content): boolean {
  return (Object.keys(b) as (keyof Content)[]).every((key) => a[key] === b[key]);
}

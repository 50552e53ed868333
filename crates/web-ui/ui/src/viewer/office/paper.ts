import type { Markup } from "../markup";

/** A document as it is laid out: chapters, slides, or so many pages. */
export interface Paper {
  parts: { title: string; markup: Markup[] }[];
}

/** So many elements of a document are laid out in all, and at once. */
export const MOST = 200_000;
const AT_ONCE = 5_000;

export function element(tag: string, within: Markup[], attributes: Record<string, string> = {}): Markup {
  return { tag, attributes, within };
}

export function picture(src: string, alt = ""): Markup {
  return { tag: "img", attributes: { src, alt }, within: [] };
}

/** What is long, in parts that a browser lays out at once. */
export function inParts(markup: Markup[]): Paper {
  const parts: Markup[][] = [[]];
  let size = 0;
  for (const block of markup) {
    const more = count(block);
    if (size > 0 && size + more > AT_ONCE) {
      parts.push([]);
      size = 0;
    }
    parts.at(-1)?.push(block);
    size += more;
  }
  return { parts: parts.map((markup, at) => ({ title: String(at + 1), markup })) };
}

function count(markup: Markup): number {
  return typeof markup === "string" ? 0 : markup.within.reduce((sum, one) => sum + count(one), 1);
}

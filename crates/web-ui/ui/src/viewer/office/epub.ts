import { htmlMarkup, type Markup } from "../markup";
import { Failed } from "../failed";
import { Package, within } from "./package";
import type { Paper } from "./paper";
import { all, first } from "./xml";

const MOST_CHAPTERS = 2_000;

/** The chapters of a book, with their pictures. */
export async function epub(blob: Blob): Promise<Paper> {
  const parts = await Package.open(blob);
  const root = first(await parts.xml("META-INF/container.xml"), "rootfile")?.attribs["full-path"] ?? "";
  const book = await parts.xml(root);
  if (!book) throw new Failed("broken");
  // Text that is locked by the shop that sold it; fonts may be locked without harm.
  if (await parts.bytes("META-INF/rights.xml")) throw new Failed("password");
  const items = new Map(all(book, "item", "opf:item").map(({ attribs }) => [attribs["id"] ?? "", attribs["href"] ?? ""]));
  const paths = all(book, "itemref", "opf:itemref").map(({ attribs }) => items.get(attribs["idref"] ?? ""));
  const chapters: Paper["parts"] = [];
  for (const href of paths.slice(0, MOST_CHAPTERS)) {
    const path = href === undefined ? "" : within(root, href);
    const text = await parts.text(path);
    if (text === undefined) continue;
    const markup = await withPictures(parts, path, text);
    if (!isEmpty(markup)) chapters.push({ title: heading(markup) || String(chapters.length + 1), markup });
  }
  if (chapters.length === 0) throw new Failed("broken");
  return { parts: chapters };
}

async function withPictures(parts: Package, path: string, html: string): Promise<Markup[]> {
  const pictures = new Map<string, string | undefined>();
  for (const [, src = ""] of html.matchAll(/<(?:img|image)\b[^>]*?\s(?:src|xlink:href|href)\s*=\s*["']([^"']+)["']/gi)) {
    if (!pictures.has(src) && !/^\w+:/.test(src)) pictures.set(src, await parts.picture(within(path, src)));
  }
  // Covers are often a drawing with nothing but an image in it.
  const plain = html.replace(/<svg\b[^>]*>\s*<image\b([^>]*?)\/?>(?:\s*<\/image>)?\s*<\/svg>/gi, (_, given: string) =>
    `<img${given.replace(/xlink:href/i, "src")}>`,
  );
  return htmlMarkup(plain, (src) => pictures.get(src));
}

function heading(markup: Markup[]): string {
  for (const one of markup) {
    if (typeof one === "string") continue;
    const found = /^h[1-3]$/.test(one.tag) ? said(one.within) : heading(one.within);
    if (found) return found.slice(0, 80);
  }
  return "";
}

function said(markup: Markup[]): string {
  return markup.map((one) => (typeof one === "string" ? one : said(one.within))).join("").replace(/\s+/g, " ").trim();
}

function isEmpty(markup: Markup[]): boolean {
  return markup.every((one) => (typeof one === "string" ? one.trim() === "" : one.tag !== "img" && isEmpty(one.within)));
}

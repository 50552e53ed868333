import type { ChildNode } from "domhandler";

import type { Markup } from "../markup";
import { Failed } from "../failed";
import { Package, within } from "./package";
import { element, inParts, picture, type Paper } from "./paper";
import { all, child, children, first, isElement, textIn, type Branch } from "./xml";

/** The part of an OpenDocument that says what is in it (ISO/IEC 26300). */
export async function body(parts: Package, kind: "office:text" | "office:spreadsheet"): Promise<Branch> {
  if (all(await parts.xml("META-INF/manifest.xml"), "manifest:encryption-data", "encryption-data").length > 0) {
    throw new Failed("password");
  }
  const found = first(await parts.xml("content.xml"), kind);
  if (!found) throw new Failed("broken");
  return found;
}

/** A text of LibreOffice and others. */
export async function odt(blob: Blob): Promise<Paper> {
  const parts = await Package.open(blob);
  const text = await body(parts, "office:text");
  const pictures = new Map<string, string>();
  for (const image of all(text, "draw:image")) {
    const href = image.attribs["xlink:href"] ?? "";
    const src = /^\w+:/.test(href) ? undefined : await parts.picture(within("content.xml", href));
    if (src) pictures.set(href, src);
  }
  return inParts(nodes(text.children, pictures));
}

const TAGS: ReadonlyMap<string, string> = new Map([
  ["text:p", "p"],
  ["text:list", "ul"],
  ["text:list-item", "li"],
  ["text:list-header", "li"],
  ["table:table", "table"],
  ["table:table-row", "tr"],
  ["table:table-cell", "td"],
  ["text:note-body", "small"],
]);
/** What says something of the text, or is said again elsewhere. */
const LEFT_OUT = new Set(["office:annotation", "text:tracked-changes", "text:sequence-decls", "text:note-citation", "table:table-column"]);

function nodes(given: ChildNode[], pictures: ReadonlyMap<string, string>): Markup[] {
  return given.flatMap((node): Markup[] => {
    if ("data" in node && node.type === "text") return [node.data];
    if (!isElement(node) || LEFT_OUT.has(node.name)) return [];
    const { name, attribs } = node;
    const inside = () => nodes(node.children, pictures);
    if (name === "text:s") return [" ".repeat(Math.min(100, Number(attribs["text:c"] ?? 1)))];
    if (name === "text:tab") return ["\t"];
    if (name === "text:line-break") return [element("br", [])];
    if (name === "text:h") {
      const level = Math.min(6, Math.max(1, Number(attribs["text:outline-level"]) || 1));
      return [element(`h${level}`, inside())];
    }
    if (name === "text:a") {
      const href = attribs["xlink:href"] ?? "";
      const leads = /^(https?:\/\/|mailto:)/i.test(href);
      return [element("a", inside(), leads ? { href, target: "_blank", rel: "noopener noreferrer" } : {})];
    }
    if (name === "draw:image") {
      const src = pictures.get(attribs["xlink:href"] ?? "");
      return src ? [picture(src, textIn(child(node.parent as Branch, "svg:desc")))] : [];
    }
    const tag = TAGS.get(name);
    return tag ? [element(tag, inside())] : inside();
  });
}

/** How often a row or a cell stands there. */
export function repeated(of: { attribs: Record<string, string> }, what: "rows" | "columns"): number {
  return Math.max(1, Number(of.attribs[`table:number-${what}-repeated`]) || 1);
}

/** What is in a cell as it is shown there. */
export function cellText(cell: Branch): string {
  return children(cell, "text:p").map(textIn).join("\n");
}

import { Failed } from "../failed";
import type { Markup } from "../markup";
import { Package, within } from "./package";
import { element, picture, type Paper } from "./paper";
import { all, child, children, first, textIn, type Branch } from "./xml";

const MOST_SLIDES = 1_000;

/** The texts, tables and pictures of each slide of a presentation. */
export async function pptx(blob: Blob): Promise<Paper> {
  const parts = await Package.open(blob);
  const path = "ppt/presentation.xml";
  const [presentation, related] = [await parts.xml(path), await relations(parts, path)];
  if (!presentation) throw new Failed("broken");
  const paths = all(presentation, "p:sldId").map(({ attribs }) => related.get(attribs["r:id"] ?? ""));
  const slides: Paper["parts"] = [];
  for (const [at, path] of paths.slice(0, MOST_SLIDES).entries()) {
    const slide = path === undefined ? undefined : await parts.xml(path);
    if (!slide || path === undefined) continue;
    const shapes = await shapesOf(parts, slide, await relations(parts, path));
    const title = shapes.find(({ isTitle }) => isTitle)?.text.trim();
    const markup = shapes.flatMap(({ markup }) => markup);
    slides.push({ title: title ? `${at + 1}. ${title}` : String(at + 1), markup });
  }
  if (slides.length === 0) throw new Failed("broken");
  return { parts: slides };
}

/** By each name, the part that another one means by it. */
async function relations(parts: Package, path: string): Promise<Map<string, string>> {
  const cut = path.lastIndexOf("/") + 1;
  const listed = all(await parts.xml(`${path.slice(0, cut)}_rels/${path.slice(cut)}.rels`), "Relationship");
  return new Map(
    listed
      .filter(({ attribs }) => attribs["TargetMode"] !== "External")
      .map(({ attribs }) => [attribs["Id"] ?? "", within(path, attribs["Target"] ?? "")]),
  );
}

interface Shape {
  isTitle: boolean;
  text: string;
  markup: Markup[];
}

async function shapesOf(parts: Package, slide: Branch, related: Map<string, string>): Promise<Shape[]> {
  const shapes: Shape[] = [];
  for (const shape of all(slide, "p:sp", "p:pic", "a:tbl")) {
    if (shape.name === "p:sp") {
      const kind = first(child(shape, "p:nvSpPr"), "p:ph")?.attribs["type"] ?? "";
      // What each slide repeats.
      if (["dt", "ftr", "sldNum"].includes(kind)) continue;
      const isTitle = kind === "title" || kind === "ctrTitle";
      const body = child(shape, "p:txBody");
      shapes.push({ isTitle, text: textIn(body), markup: isTitle ? [element("h2", lines(body))] : paragraphs(body) });
    } else if (shape.name === "p:pic") {
      const embedded = related.get(first(shape, "a:blip")?.attribs["r:embed"] ?? "");
      const src = embedded === undefined ? undefined : await parts.picture(embedded);
      const alt = first(shape, "p:cNvPr")?.attribs["descr"] ?? "";
      if (src) shapes.push({ isTitle: false, text: "", markup: [element("p", [picture(src, alt)])] });
    } else {
      const rows = children(shape, "a:tr").map((row) =>
        element("tr", children(row, "a:tc").map((cell) => element("td", lines(child(cell, "a:txBody"))))),
      );
      shapes.push({ isTitle: false, text: "", markup: [element("table", [element("tbody", rows)])] });
    }
  }
  return shapes;
}

/** Paragraphs, those below a level as lists. */
function paragraphs(body: Branch | undefined): Markup[] {
  const markup: Markup[] = [];
  for (const paragraph of all(body, "a:p")) {
    const said = runs(paragraph);
    if (said.length === 0) continue;
    const level = Number(child(paragraph, "a:pPr")?.attribs["lvl"] ?? 0);
    let made = element("p", said);
    if (level > 0) made = element("li", said);
    for (let at = 0; at < Math.min(level, 9); at += 1) made = element("ul", [made]);
    markup.push(made);
  }
  return markup;
}

function lines(body: Branch | undefined): Markup[] {
  return all(body, "a:p").flatMap((paragraph, at) => [...(at > 0 ? [element("br", [])] : []), ...runs(paragraph)]);
}

function runs(paragraph: Branch): Markup[] {
  return children(paragraph, "a:r", "a:br", "a:fld").map((run) => {
    if (run.name === "a:br") return element("br", []);
    const { b, i } = child(run, "a:rPr")?.attribs ?? {};
    let said: Markup = textIn(child(run, "a:t"));
    if (b === "1") said = element("strong", [said]);
    if (i === "1") said = element("em", [said]);
    return said;
  });
}

import { htmlMarkup, type Markup } from "./markup";

/** What stands in a Jupyter notebook, of the parts of its format that show something (nbformat 4). */
interface Cell {
  cell_type?: string;
  source?: unknown;
  input?: unknown;
  execution_count?: number | null;
  outputs?: Output[];
}
interface Output {
  output_type?: string;
  text?: unknown;
  data?: Record<string, unknown>;
  traceback?: unknown;
}

/** A notebook: its texts, its code, and what came of it. What is HTML in it is shown as far as it is harmless.
 *
 * @throws {SyntaxError} when it is none; {RangeError} when it is more than is laid out.
 */
export function notebookMarkup(text: string, markdown: (text: string) => Markup[]): Markup[] {
  const read = JSON.parse(text) as { cells?: Cell[]; worksheets?: { cells?: Cell[] }[] };
  const cells = read.cells ?? read.worksheets?.[0]?.cells;
  if (!Array.isArray(cells)) throw new SyntaxError("there are no cells in it");
  return cells.flatMap((cell): Markup[] => {
    const source = joined(cell.source ?? cell.input);
    if (cell.cell_type === "markdown" || cell.cell_type === "heading") return markdown(source);
    if (cell.cell_type !== "code") return [pre(source)];
    const count = typeof cell.execution_count === "number" ? String(cell.execution_count) : " ";
    return [
      element("div", "cell", element("span", "count", `[${count}]`), pre(source, "input")),
      ...(Array.isArray(cell.outputs) ? cell.outputs : []).flatMap(output),
    ];
  });
}

/** The best form of an output that is shown here. */
function output({ output_type, text, data = {}, traceback }: Output): Markup[] {
  if (output_type === "error") return [element("div", "output", pre(plain(joined(traceback, "\n")), "failed"))];
  if (output_type === "stream") return [element("div", "output", pre(plain(joined(text))))];
  for (const type of ["image/png", "image/jpeg", "image/gif"]) {
    const image = data[type];
    if (image !== undefined) return [element("div", "output", picture(`data:${type};base64,${joined(image).replace(/\s/g, "")}`))];
  }
  const drawing = data["image/svg+xml"];
  if (drawing !== undefined) return [element("div", "output", picture(`data:image/svg+xml,${encodeURIComponent(joined(drawing))}`))];
  const html = data["text/html"] === undefined ? [] : htmlMarkup(joined(data["text/html"]));
  if (html.length > 0) return [element("div", "output", ...html)];
  const said = data["text/plain"] ?? data["application/json"] ?? text;
  return said === undefined ? [] : [element("div", "output", pre(plain(joined(said))))];
}

/** Texts stand in notebooks as one, or as their lines. */
function joined(text: unknown, between = ""): string {
  if (typeof text === "string") return text;
  if (Array.isArray(text)) return text.filter((line) => typeof line === "string").join(between);
  return text === undefined ? "" : JSON.stringify(text, undefined, 2);
}

/** Without the colours of terminals. */
function plain(text: string): string {
  return text.replace(/\x1b\[[\d;]*m/g, "");
}

function element(tag: string, kind: string, ...within: Markup[]): Markup {
  return { tag, attributes: { class: kind }, within };
}

function pre(text: string, kind = "said"): Markup {
  return element("pre", kind, text);
}

function picture(src: string): Markup {
  return { tag: "img", attributes: { src, alt: "" }, within: [] };
}

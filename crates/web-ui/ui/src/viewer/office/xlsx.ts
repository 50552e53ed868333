import { Parser } from "htmlparser2";

import { Failed } from "../failed";
import { Package, within } from "./package";
import { Cells, type Sheets } from "./sheets";
import { all, children, first, textIn, type Branch } from "./xml";
import { written, type Format, formatOf } from "./xlsx-number";

const MOST_SHEETS = 200;

/** A workbook of Excel, as its cells were last computed. Libraries for it start workers of their own, which the page's
 * policy refuses, or make room for all cells of a sheet that says that it is large. */
export async function xlsx(blob: Blob): Promise<Sheets> {
  const parts = await Package.open(blob);
  const path = "xl/workbook.xml";
  const workbook = await parts.xml(path);
  if (!workbook) throw new Failed("broken");
  const related = new Map(
    all(await parts.xml("xl/_rels/workbook.xml.rels"), "Relationship").map(({ attribs }) => [attribs["Id"], attribs["Target"] ?? ""]),
  );
  const strings = all(await parts.xml("xl/sharedStrings.xml"), "si").map(said);
  const from1904 = /^(1|true)$/.test(first(workbook, "workbookPr")?.attribs["date1904"] ?? "");
  const formats = formatsOf(await parts.xml("xl/styles.xml"));
  const sheets: Sheets["sheets"] = [];
  for (const { attribs } of all(workbook, "sheet").slice(0, MOST_SHEETS)) {
    const text = await parts.text(within(path, related.get(attribs["r:id"]) ?? ""));
    // Charts are sheets too, of another kind.
    if (text?.includes("<sheetData")) sheets.push({ name: attribs["name"] ?? "", table: cellsOf(text, strings, formats, from1904).table() });
  }
  if (sheets.length === 0) throw new Failed("broken");
  return { sheets };
}

/** A text without how it is read aloud. */
function said(of: Branch): string {
  return all(of, "t", "rPh").filter(({ name }) => name === "t").map(textIn).join("");
}

function formatsOf(styles: Branch | undefined): Format[] {
  const codes = new Map(all(styles, "numFmt").map(({ attribs }) => [attribs["numFmtId"] ?? "", attribs["formatCode"] ?? ""]));
  const used = first(styles, "cellXfs");
  return used ? children(used, "xf").map(({ attribs }) => formatOf(Number(attribs["numFmtId"] ?? 0), codes.get(attribs["numFmtId"] ?? ""))) : [];
}

/** The cells of a sheet, one after the other: there may be millions. */
function cellsOf(xml: string, strings: string[], formats: Format[], from1904: boolean): Cells {
  const cells = new Cells();
  let [row, column] = [-1, -1];
  let cell: Record<string, string> = {};
  let text: string | undefined;
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        if (name === "row") {
          row = Number(attributes["r"] ?? row + 2) - 1;
          column = -1;
        } else if (name === "c") {
          const letters = /^[A-Z]{1,3}/.exec(attributes["r"] ?? "")?.[0];
          column = letters ? [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1 : column + 1;
          cell = attributes;
        } else if (name === "v" || name === "t") text ??= "";
      },
      ontext(data) {
        if (text !== undefined) text += data;
      },
      onclosetag(name) {
        if (name !== "c") return;
        // What is in between two values are spaces.
        if (text !== undefined) cells.set(row, column, value(cell, text.trimEnd()));
        text = undefined;
      },
    },
    { xmlMode: true },
  );
  parser.end(xml);
  return cells;

  function value({ t: type = "n", s: style }: Record<string, string>, text: string): string {
    if (type === "s") return strings[Number(text)] ?? "";
    if (type === "b") return text === "1" ? "TRUE" : "FALSE";
    return type === "n" ? written(text, formats[Number(style ?? 0)] ?? { is: "number" }, from1904) : text;
  }
}

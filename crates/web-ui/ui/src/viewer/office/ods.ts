import { body, cellText, repeated } from "./odf";
import { Package } from "./package";
import { Cells, type Sheets } from "./sheets";
import { all, children } from "./xml";

/** Cells that say the same are repeated so often at most: the rest of a sheet is said to be empty that way. */
const MOST_REPEATED = 1_000;

/** A workbook of LibreOffice and others. */
export async function ods(blob: Blob): Promise<Sheets> {
  const parts = await Package.open(blob);
  const tables = all(await body(parts, "office:spreadsheet"), "table:table");
  return {
    sheets: tables.map((table) => {
      const cells = new Cells();
      let at = 0;
      for (const row of all(table, "table:table-row")) {
        const rows = repeated(row, "rows");
        let column = 0;
        for (const cell of children(row, "table:table-cell", "table:covered-table-cell")) {
          const columns = repeated(cell, "columns");
          const text = cellText(cell);
          for (let down = 0; text !== "" && down < Math.min(rows, MOST_REPEATED); down += 1) {
            for (let right = 0; right < Math.min(columns, MOST_REPEATED); right += 1) cells.set(at + down, column + right, text);
          }
          column += columns;
        }
        at += rows;
      }
      return { name: table.attribs["table:name"] ?? "", table: cells.table() };
    }),
  };
}

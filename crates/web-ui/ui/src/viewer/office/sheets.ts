import { MOST_COLUMNS, bounded, type Table } from "../table";

/** The sheets of a workbook, each as a table that says how much of it is shown. */
export interface Sheets {
  sheets: { name: string; table: Table }[];
}

/** A table of the cells of a sheet, by row and column from 0. Its head names the columns as spreadsheets do. */
export class Cells {
  private readonly rows: string[][] = [];
  private width = 0;
  private height = 0;
  private cells = 0;

  constructor(private readonly most = 200_000) {}

  set(row: number, column: number, text: string): void {
    if (text === "") return;
    this.width = Math.max(this.width, column + 1);
    this.height = Math.max(this.height, row + 1);
    if (column >= MOST_COLUMNS || row >= this.most || this.cells >= this.most) return;
    this.cells += 1;
    const cells = (this.rows[row] ??= []);
    while (cells.length < column) cells.push("");
    cells[column] = text;
  }

  table(): Table {
    const rows = Array.from(this.rows, (row) => row ?? []);
    const head = Array.from({ length: Math.min(this.width, MOST_COLUMNS) }, (_, at) => letters(at));
    return bounded(head, rows, this.width, this.height);
  }
}

/** What a column is called: A to Z, then AA. */
export function letters(column: number): string {
  const last = String.fromCharCode(65 + (column % 26));
  return column < 26 ? last : letters(Math.floor(column / 26) - 1) + last;
}

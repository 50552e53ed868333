import Papa from "papaparse";

/** More of a table is not shown at once. */
export const MOST_COLUMNS = 200;
const MOST_CELLS = 200_000;
/** Nor more of one cell, in characters. */
const LONGEST_CELL = 2_000;

/** Values between commas, tabs or semicolons: as much of them as is shown, and how much there is. */
export interface Table {
  head: string[];
  rows: string[][];
  /** Of the longest row. */
  columns: number;
  /** Without the head. */
  total: number;
}

export function tableOf(text: string): Table {
  const [first = [], ...rest] = Papa.parse<string[]>(text, { skipEmptyLines: true }).data;
  const columns = rest.reduce((most, row) => Math.max(most, row.length), first.length);
  return bounded(first, rest, columns, rest.length);
}

/** As much of a table as is shown. */
export function bounded(head: string[], rows: string[][], columns: number, total: number): Table {
  const most = Math.floor(MOST_CELLS / Math.max(1, Math.min(columns, MOST_COLUMNS)));
  const shown = (row: string[]) =>
    row.slice(0, MOST_COLUMNS).map((cell) => (cell.length > LONGEST_CELL ? `${cell.slice(0, LONGEST_CELL)}…` : cell));
  return { head: shown(head), rows: rows.slice(0, most).map(shown), columns, total };
}

import type { Markup } from "./markup";
import type { Table } from "./table";

/** What texts are read as, beside the page. */
export interface Jobs {
  markdown: Markup[];
  table: Table;
}

import type { JsonTree } from "./json";
import type { Markup } from "./markup";
import type { Table } from "./table";

/** What texts are read as, beside the page. */
export interface Jobs {
  markdown: Markup[];
  notebook: Markup[];
  table: Table;
  json: JsonTree;
  prettyJson: string;
}

import type { JsonTree } from "./json";

/** Which values are closed so that no more rows than these are open, whole levels of them. The first level always is. */
export function openTo(tree: JsonTree, most: number): Uint8Array {
  const levels: number[] = [];
  for (const depth of tree.depth) levels[depth] = (levels[depth] ?? 0) + 1;
  let [open, rows] = [1, (levels[0] ?? 0) + (levels[1] ?? 0)];
  while (open + 1 < levels.length && rows + (levels[open + 1] ?? 0) <= most) {
    open += 1;
    rows += levels[open] ?? 0;
  }
  return Uint8Array.from(tree.depth, (depth) => (depth >= open ? 1 : 0));
}

/** The values that are in nothing that is closed. */
export function visible(tree: JsonTree, closed: Uint8Array): number[] {
  const rows: number[] = [];
  for (let at = 0; at < tree.depth.length; at = closed[at] ? (tree.next[at] ?? at + 1) : at + 1) rows.push(at);
  return rows;
}

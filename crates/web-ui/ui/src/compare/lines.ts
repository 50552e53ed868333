import type { Chunk } from "@codemirror/merge";
import type { Text } from "@codemirror/state";

/** How many lines of the one text are gone, and how many of the other one are new. */
export function changedLines(chunks: readonly Chunk[], a: Text, b: Text): { removed: number; added: number } {
  let [removed, added] = [0, 0];
  for (const chunk of chunks) {
    removed += lines(a, chunk.fromA, chunk.toA, chunk.endA);
    added += lines(b, chunk.fromB, chunk.toB, chunk.endB);
  }
  return { removed, added };
}

function lines(text: Text, from: number, to: number, last: number): number {
  // An empty text has a line as well, but nobody would call it one.
  if (from === to || text.length === 0) return 0;
  return text.lineAt(last).number - text.lineAt(from).number + 1;
}

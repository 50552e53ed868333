import { merge } from "node-diff3";

/** What two people made of one text, line by line; `undefined` where both changed the same lines. */
export function merged(mine: string, base: string, theirs: string): string | undefined {
  if (mine === theirs || theirs === base) return mine;
  if (mine === base) return theirs;
  const lines = (text: string) => text.split("\n");
  const { conflict, result } = merge(lines(mine), lines(base), lines(theirs), { excludeFalseConflicts: true });
  return conflict ? undefined : result.join("\n");
}

/** Two texts that were made where only one can be: nothing of either is lost. */
export function together(mine: string, theirs: string): string {
  if (theirs === "" || mine.startsWith(theirs)) return mine;
  if (mine === "" || theirs.startsWith(mine)) return theirs;
  return `${theirs}${theirs.endsWith("\n") ? "" : "\n"}${mine}`;
}

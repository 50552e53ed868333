/** A count that was typed: a whole number from `least` on; `undefined` when it is none. */
export function countOf(text: string, least: number): number | undefined {
  const count = Number(text.trim());
  return /^\d+$/.test(text.trim()) && Number.isSafeInteger(count) && count >= least ? count : undefined;
}

/** The units in which sizes are typed, by how many bytes they have. */
export const SIZE_UNITS = { MB: 1e6, GB: 1e9, TB: 1e12 } as const;
export type SizeUnit = keyof typeof SIZE_UNITS;

/** A size as one types it: in the largest unit of which it is at least one. */
export function typed(size: number): { amount: string; unit: SizeUnit } {
  const unit = size >= SIZE_UNITS.TB ? "TB" : size >= SIZE_UNITS.GB ? "GB" : "MB";
  return { amount: String(Math.round((size / SIZE_UNITS[unit]) * 100) / 100), unit };
}

/** The bytes of what was typed; `undefined` when it is no size. A comma is a point to many. */
export function sizeOf(amount: string, unit: SizeUnit): number | undefined {
  const text = amount.trim().replace(",", ".");
  if (!/^\d+(\.\d*)?$|^\.\d+$/.test(text)) return undefined;
  return Math.round(Number(text) * SIZE_UNITS[unit]);
}

const two = (number: number) => String(number).padStart(2, "0");

/** An instant as a field for date and time takes it: by the clock on the wall, to the minute. */
export function toLocal(instant: number): string {
  const at = new Date(instant);
  const day = `${String(at.getFullYear()).padStart(4, "0")}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** The time in such a field, in milliseconds since 1970; `undefined` when it is not filled in. */
export function fromLocal(text: string): number | undefined {
  const instant = Date.parse(text);
  return Number.isNaN(instant) ? undefined : instant;
}

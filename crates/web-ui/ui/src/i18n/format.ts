import { locale } from "./index.svelte";
import { number } from "./number";

/** How much of a unit, which no line breaks apart. */
function measure(value: number, options: Intl.NumberFormatOptions): string {
  return number(value, locale.current, { style: "unit", ...options }).replaceAll(" ", "\u00a0");
}

const SIZES = ["kilobyte", "megabyte", "gigabyte", "terabyte", "petabyte"] as const;

/** Bytes for people: units of the SI, powers of 1000, three digits. */
export function bytes(size: number): string {
  if (size < 1_000) return measure(size, { unit: "byte", unitDisplay: "long" });
  let at = 0;
  let value = size / 1_000;
  // From where on three digits would be those of a thousand.
  while (value >= 999.5 && at < SIZES.length - 1) {
    value /= 1_000;
    at += 1;
  }
  const maximumFractionDigits = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return measure(value, { unit: SIZES[at], maximumFractionDigits });
}

const lists = new Map<string, Intl.ListFormat>();

/** Words one after the other, as the language lists them; parts of a measure, such as hours and minutes, as it puts those
 * together. */
export function list(words: string[], type: "conjunction" | "unit" = "conjunction"): string {
  const key = locale.current + type;
  let format = lists.get(key);
  if (!format) lists.set(key, (format = new Intl.ListFormat(locale.current, { type, style: "narrow" })));
  return format.format(words);
}

const SPANS: [number, Intl.NumberFormatOptions["unit"]][] = [
  [86_400, "day"],
  [3_600, "hour"],
  [60, "minute"],
  [1, "second"],
];

/** Where the largest unit stands that fits into so many seconds. */
function largest(seconds: number): number {
  const first = SPANS.findIndex(([length]) => seconds >= length);
  return first < 0 ? SPANS.length - 1 : first;
}

/** Has numbers, spans and instants written once before a room needs it, each in a task of its own: in a new process the
 * first of each costs a phone up to a tenth of a second. */
export function warmUp(): void {
  const now = new Date().toISOString();
  for (const write of [() => bytes(1), () => span(1), () => when(now), () => fully(now)]) setTimeout(write);
}

/** A span in seconds, by its one or two largest units. A moment less than a week is a week. */
export function span(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [finest] = SPANS[largest(whole) + 1] ?? [1];
  let rest = Math.round(whole / finest) * finest;
  const at = largest(rest);
  const words: string[] = [];
  for (const [length, unit] of SPANS.slice(at, at + 2)) {
    const count = Math.floor(rest / length);
    rest -= count * length;
    if (count > 0 || words.length === 0) {
      // Days are whole words: some languages shorten them to what nobody writes.
      const unitDisplay = unit === "day" ? "long" : "short";
      words.push(measure(count, { unit, unitDisplay }));
    }
  }
  return list(words, "unit");
}

/** An instant as people speak of it, near ones by how long ago. */
export function when(instant: string, now: number = Date.now()): string {
  const time = new Date(instant);
  const seconds = (time.getTime() - now) / 1000;
  const relative = new Intl.RelativeTimeFormat(locale.current, { numeric: "auto" });
  if (Math.abs(seconds) < 45) return relative.format(0, "second");
  if (Math.abs(seconds) < 3_600) return relative.format(Math.round(seconds / 60), "minute");
  if (Math.abs(seconds) < 86_400) return relative.format(Math.round(seconds / 3_600), "hour");
  return time.toLocaleString(locale.current, { dateStyle: "medium", timeStyle: "short" });
}

/** An instant in full. */
export function fully(instant: string): string {
  return new Date(instant).toLocaleString(locale.current, { dateStyle: "full", timeStyle: "medium" });
}

/** An instant by its day and time. */
export function moment(instant: string | number): string {
  return new Date(instant).toLocaleString(locale.current, { dateStyle: "medium", timeStyle: "short" });
}

/** An instant by its time of day. */
export function time(instant: string): string {
  return new Date(instant).toLocaleTimeString(locale.current, { timeStyle: "short" });
}

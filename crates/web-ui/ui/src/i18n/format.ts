import { locale } from "./index.svelte";
import { number } from "./number";

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"] as const;

/** Bytes for people: binary units, three digits. */
export function bytes(size: number): string {
  let unit = 0;
  let value = size;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${number(value, locale.current, { maximumFractionDigits: digits })} ${UNITS[unit]}`;
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
      words.push(number(count, locale.current, { style: "unit", unit, unitDisplay: "short" }));
    }
  }
  return words.join(" ");
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

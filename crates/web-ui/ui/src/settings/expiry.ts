/** The clocks of a browser and of a server differ: so much before the latest end one stays, in milliseconds. */
const MARGIN = 60_000;

/** The latest end that a room may be given; `undefined` when there is none. */
export function latestEnd(ceiling: number | undefined, now: number = Date.now()): number | undefined {
  return ceiling === undefined ? undefined : now + ceiling * 1_000 - MARGIN;
}

/** The end of a room that has so many seconds from `start` on, within the ceiling. */
export function endIn(
  seconds: number,
  ceiling: number | undefined,
  start: number = Date.now(),
  now: number = Date.now(),
): string {
  const end = start + seconds * 1_000;
  return new Date(Math.min(end, latestEnd(ceiling, now) ?? end)).toISOString();
}

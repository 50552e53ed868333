import type { Collected } from "./collect";

/** What was handed over before there was a room for it. */
export interface Pending extends Collected {
  text?: string;
}

let pending: { room: string; what: Pending } | undefined;

/** Keeps what is to go into a room as soon as it is open. */
export function keepFor(room: string, what: Pending): void {
  pending = { room, what };
}

/** What is to go into a room, once. */
export function takeFor(room: string): Pending | undefined {
  if (pending?.room !== room) return undefined;
  const { what } = pending;
  pending = undefined;
  return what;
}

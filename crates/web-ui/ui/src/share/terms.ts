import type { Schemas } from "../api/client";

const HOUR = 3_600;
const DAY = 24 * HOUR;
const LIVES = [HOUR, DAY, 7 * DAY, 30 * DAY];

/** The lives, in seconds, that a link may be given: usual ones, and as long as the room. */
export function lives(roomLeft: number | undefined): { seconds: number; room: boolean }[] {
  const usual = LIVES.filter((life) => roomLeft === undefined || life < roomLeft);
  const all = usual.map((seconds) => ({ seconds, room: false }));
  return roomLeft === undefined ? all : [...all, { seconds: Math.max(1, Math.ceil(roomLeft)), room: true }];
}

/** Which of them is offered first: a day, or what comes nearest. */
export function usualLife(all: { seconds: number }[]): number {
  return Math.max(0, all.findLastIndex((life) => life.seconds <= DAY));
}

type Ticket = Schemas["Ticket"];

/** Whether a ticket is one by which a page shows a picture or plays something: those come and go by the dozen. */
export function isPassing(ticket: Ticket): boolean {
  const life = (Date.parse(ticket.expires_at) - Date.parse(ticket.created_at)) / 1_000;
  return ticket.action === "download" && (ticket.max_uses ?? null) === null && life <= HOUR;
}

/** Whether its uses are used up. */
export function isSpent(ticket: Ticket): boolean {
  return typeof ticket.max_uses === "number" && ticket.uses >= ticket.max_uses;
}

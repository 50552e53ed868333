import { answer, api, every, type Content, type Schemas } from "../api/client";
import { base } from "../lib/base";
import type { RoomStore } from "../room/room.svelte";

export type Ticket = Schemas["Ticket"];

/** A link that was just made: its address is shown this once. */
export interface MadeLink {
  url: string;
  expiresAt: string;
  maxUses: number | null;
}

async function make(store: RoomStore, body: Schemas["CreateTicket"]): Promise<MadeLink> {
  const as = await store.stay.as();
  const made = await answer(api.POST("/api/v1/rooms/{room}/tickets", { ...as, body }));
  return { url: new URL(made.url, base).href, expiresAt: made.expires_at, maxUses: made.max_uses ?? null };
}

/** A link that lets somebody in, to do no more than `permission`; as much as oneself without it. What an owner names
 * holds whatever guests may do by default. */
export function invite(
  store: RoomStore,
  permission: number | undefined,
  uses: number,
  seconds: number,
): Promise<MadeLink> {
  return make(store, { action: "enter", permission, max_uses: uses, ttl_seconds: seconds });
}

/** A link to one content, for `null` uses any number of times. */
export function linkTo(store: RoomStore, content: Content, uses: number | null, seconds: number): Promise<MadeLink> {
  return make(store, { action: "download", content_id: content.id, max_uses: uses, ttl_seconds: seconds });
}

/** The live tickets, the newest first: all of them for an owner, one's own for a guest. */
export async function tickets(store: RoomStore): Promise<Ticket[]> {
  const { params, headers } = await store.stay.as();
  const page = (after?: number) =>
    api.GET("/api/v1/rooms/{room}/tickets", { params: { ...params, query: { after } }, headers });
  const listed = await every(page, Number);
  return listed.toReversed();
}

export async function revoke(store: RoomStore, ticket: Ticket): Promise<void> {
  const { headers } = await store.stay.as();
  const path = { room: store.stay.slug, id: ticket.id };
  await answer(api.DELETE("/api/v1/rooms/{room}/tickets/{id}", { params: { path }, headers }));
}

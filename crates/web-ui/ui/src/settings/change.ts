import { answer, api, type Schemas } from "../api/client";
import type { RoomStore } from "../room/room.svelte";

/** Changes settings of a room. */
export async function changeSettings(store: RoomStore, change: Schemas["ChangeSettings"]): Promise<void> {
  const as = await store.stay.as();
  store.moved(await answer(api.POST("/api/v1/rooms/{room}/settings", { ...as, body: change })));
}

/** Sets what guests may do. The room may get another address by that. */
export async function setPermission(store: RoomStore, permission: number): Promise<void> {
  const as = await store.stay.as();
  store.moved(await answer(api.POST("/api/v1/rooms/{room}/permissions", { ...as, body: { permission } })));
}

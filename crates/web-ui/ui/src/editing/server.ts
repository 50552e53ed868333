import { answer, api, type Content, type Schemas } from "../api/client";
import type { RoomStore } from "../room/room.svelte";

export type Edits = Schemas["EditsObject"];

/** What a request that outlives its page may have, in bytes: browsers refuse more. */
const KEEPALIVE = 60_000;

/** Whether a request with this body may outlive its page. */
const mayOutlive = (body: unknown): boolean => new TextEncoder().encode(JSON.stringify(body)).length < KEEPALIVE;

/** What an editor asks of the server.
 *
 * Each throws {Problem} when the server refuses it, and {Unreachable} when it does not answer.
 */
export interface TextServer {
  /** Makes an edit of a text at a version. */
  edit(id: number, edit: Schemas["MakeEdits"]): Promise<void>;
  since(id: number, version: number): Promise<Edits>;
  /** A text as it stands, in full. */
  read(id: number): Promise<Content>;
  /** Makes the text, where it is not there yet. */
  make?: (text: string) => Promise<Content>;
  /** What was made is elsewhere now. */
  unmake?: (id: number) => Promise<void>;
}

export function textServer(store: RoomStore): TextServer {
  const at = async (id: number) => {
    const { params, headers } = await store.stay.as();
    return { params: { path: { ...params.path, id } }, headers };
  };
  return {
    async edit(id, body) {
      const keepalive = mayOutlive(body);
      const call = api.POST("/api/v1/rooms/{room}/contents/{id}/edits", { ...(await at(id)), body, keepalive });
      const { version } = await answer(call);
      const edits = body.edits.map((change) => ({ client: body.client, change }));
      store.contents.edited({ id, from: body.version, to: version, edits });
    },
    async since(id, since) {
      const { params, headers } = await at(id);
      const call = api.GET("/api/v1/rooms/{room}/contents/{id}/edits", { params: { ...params, query: { since } }, headers });
      return answer(call);
    },
    read: (id) => store.reader.whole(id),
  };
}

/** The same for the note of a room, which is made by the first who types. */
export function noteServer(store: RoomStore): TextServer {
  return {
    ...textServer(store),
    async make(text) {
      const body = { text, pinned: true };
      const made = await answer(api.POST("/api/v1/rooms/{room}/texts", { ...(await store.stay.as()), body, keepalive: mayOutlive(body) }));
      store.contents.take(made);
      return made;
    },
    async unmake(id) {
      if (!store.mayDelete) return;
      await answer(api.DELETE("/api/v1/rooms/{room}/contents", { ...(await store.stay.as()), body: { ids: [id] } }));
    },
  };
}

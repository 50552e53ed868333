import { answer, api } from "../api/client";
import { keepOwnerKey } from "../api/owner-key";
import { Problem } from "../api/problem";
import { rememberRoom } from "../api/session";
import { keepCreateKey, keptCreateKey } from "./create-key";

/** Makes a room, and answers its owner key, which this browser keeps. An empty password is none. What guests may do is
 * asked for: by itself a room lets them delete it.
 *
 * @throws {Problem} when the name is taken, or the key that rooms are made with here is missing, or another one.
 */
export async function makeRoom(slug: string, password: string, permission: number): Promise<string> {
  const key = keptCreateKey();
  try {
    const call = api.POST("/api/v1/rooms/{room}", {
      params: { path: { room: slug }, header: key === undefined ? {} : { "X-Create-Key": key } },
      body: password === "" ? { permission } : { password, permission },
    });
    const made = await answer(call);
    rememberRoom(slug, { name: made.name });
    await keepOwnerKey(slug, made.owner_key);
    return made.owner_key;
  } catch (error) {
    if (error instanceof Problem && error.code.startsWith("create_key_")) keepCreateKey(undefined);
    throw error;
  }
}

import { decrypt, encrypt } from "../lib/vault";
import { rememberRoom, roomAt, rooms } from "./session";

/** The owner key of a room that this browser keeps. */
export async function ownerKey(slug: string): Promise<string | undefined> {
  const stored = roomAt(slug)?.ownerKey;
  return stored === undefined ? undefined : decrypt(stored);
}

/** Keeps it; whatever was kept before is forgotten. */
export async function keepOwnerKey(slug: string, key: string): Promise<void> {
  rememberRoom(slug, { ownerKey: await encrypt(key), gone: undefined });
}

/** Encrypts the keys that were stored as they are, before this browser could do better. */
export async function encryptOwnerKeys(): Promise<void> {
  for (const [slug, { ownerKey: plain }] of Object.entries(rooms())) {
    if (typeof plain !== "string") continue;
    const stored = await encrypt(plain);
    // Another page may have been at it.
    if (roomAt(slug)?.ownerKey === plain) rememberRoom(slug, { ownerKey: stored });
  }
}

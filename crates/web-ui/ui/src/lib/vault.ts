/** A secret as this browser stores it: encrypted, or as it is where the browser has nothing to encrypt with. */
export type Stored = string | Encrypted;

interface Encrypted {
  /** Base64, 12 bytes. */
  iv: string;
  /** Base64, with the tag of 16 bytes at its end. */
  data: string;
}

/** Milliseconds after which IndexedDB, which in some browsers may never answer, is not waited for. */
const PATIENCE = 2_000;
const ALGORITHM = "AES-GCM";
const DATABASE = "elizabeth";
const STORE = "keys";
const NAME = "vault";

let opening: Promise<CryptoKey | undefined> | undefined;

/** Encrypts a secret (AES-256-GCM) under a key that no script can read out, this one included: a script that copies what the
 * page stored takes nothing along that makes an owner. Without WebCrypto (a page over plain HTTP) or IndexedDB the secret
 * stays as it is. */
export async function encrypt(secret: string): Promise<Stored> {
  const key = await vaultKey();
  if (!key) return secret;
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const data = await crypto.subtle.encrypt({ name: ALGORITHM, iv }, key, new TextEncoder().encode(secret));
  return { iv: base64(iv), data: base64(new Uint8Array(data)) };
}

/** The secret; `undefined` when the key it was encrypted under is gone, or cannot be had now. */
export async function decrypt(stored: Stored): Promise<string | undefined> {
  if (typeof stored === "string") return stored;
  const key = await vaultKey();
  if (!key) return undefined;
  try {
    const iv = bytes(stored.iv);
    return new TextDecoder().decode(await crypto.subtle.decrypt({ name: ALGORITHM, iv }, key, bytes(stored.data)));
  } catch {
    return undefined;
  }
}

function vaultKey(): Promise<CryptoKey | undefined> {
  opening ??= findKey().catch(() => {
    opening = undefined;
    return undefined;
  });
  return Promise.race([opening, new Promise<undefined>((resolve) => setTimeout(resolve, PATIENCE))]);
}

/** The key of this origin, made at its first use. Of several pages that make one at once, all take the one that was stored first. */
async function findKey(): Promise<CryptoKey | undefined> {
  if (!isSecureContext || !("indexedDB" in globalThis)) return undefined;
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE);
  const database = await result(request);
  try {
    const find = () => result<CryptoKey | undefined>(database.transaction(STORE).objectStore(STORE).get(NAME));
    const found = await find();
    if (found) return found;
    const made = await crypto.subtle.generateKey({ name: ALGORITHM, length: 256 }, false, ["encrypt", "decrypt"]);
    const writing = database.transaction(STORE, "readwrite", { durability: "strict" });
    writing.objectStore(STORE).add(made, NAME);
    await new Promise((resolve) => (writing.oncomplete = writing.onabort = resolve));
    return await find();
  } finally {
    database.close();
  }
}

function result<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("IndexedDB"));
  });
}

function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

function bytes(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
}

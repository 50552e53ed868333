/** Where this tab keeps the key that rooms are made with: it is gone with the tab. */
const KEPT = "elizabeth:create-key";

export function keptCreateKey(): string | undefined {
  try {
    return sessionStorage.getItem(KEPT) ?? undefined;
  } catch {
    return undefined;
  }
}

export function keepCreateKey(key: string | undefined): void {
  try {
    if (key === undefined) sessionStorage.removeItem(KEPT);
    else sessionStorage.setItem(KEPT, key);
  } catch {
    // Forbidden: it is asked for each time.
  }
}

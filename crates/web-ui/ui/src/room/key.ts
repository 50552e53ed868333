import { address } from "../lib/base";
import { saveText } from "../lib/save";

/** Saves an owner key as a file, with the address of its room. */
export function saveKey(slug: string, key: string): void {
  saveText(`elizabeth-${slug}-key.txt`, `${address(encodeURIComponent(slug))}\n${key}\n`);
}

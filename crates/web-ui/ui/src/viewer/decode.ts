/** How much of the beginning distinguishes text from anything else. */
const LOOK = 8_192;

/** Bytes as text: by their byte order mark, as UTF-8 where they are that, else in the Chinese or the western
 * encoding that came before it, as they look. `undefined` when they are not text.
 *
 * @param cut whether the end may be missing, perhaps in the middle of a character.
 */
export function decodeText(bytes: Uint8Array, cut: boolean): string | undefined {
  const marked = byMark(bytes);
  if (marked) return new TextDecoder(marked).decode(bytes);
  if (bytes.subarray(0, LOOK).includes(0)) return undefined;
  for (const encoding of arePairs(bytes) ? ["utf-8", "gb18030"] : ["utf-8"]) {
    try {
      return new TextDecoder(encoding, { fatal: true }).decode(bytes, { stream: cut });
    } catch {
      // Another one, then.
    }
  }
  return new TextDecoder("windows-1252").decode(bytes);
}

/** Whether the beginning of a file that nothing else is known of reads as a text: no control characters but those of
 * lines, tabs, pages and colours. */
export function isText(beginning: string): boolean {
  return !/[\0-\x08\x0e-\x1a\x1c-\x1f\x7f]/.test(beginning);
}

function byMark(bytes: Uint8Array): string | undefined {
  const [a, b, c] = bytes;
  if (a === 0xef && b === 0xbb && c === 0xbf) return "utf-8";
  if (a === 0xff && b === 0xfe) return "utf-16le";
  if (a === 0xfe && b === 0xff) return "utf-16be";
  return undefined;
}

/** Whether what is not ASCII mostly comes two by two, as it does in Chinese; in western words it stands alone. */
function arePairs(bytes: Uint8Array): boolean {
  let [pairs, singles] = [0, 0];
  for (let at = 0; at < Math.min(bytes.length, LOOK); at += 1) {
    if ((bytes[at] ?? 0) < 0x80) continue;
    if ((bytes[at + 1] ?? 0) < 0x80) singles += 1;
    else {
      pairs += 1;
      at += 1;
    }
  }
  return pairs > 4 * singles;
}

/** How much of the beginning tells text from anything else. */
const LOOK = 8_192;

/** Bytes as text: as their byte order mark says, as UTF-8 where they are that, else as people here would have written
 * them. `undefined` when they are not text.
 *
 * @param cut whether the end may be missing, perhaps in the middle of a character.
 */
export function decodeText(bytes: Uint8Array, cut: boolean, chinese: boolean): string | undefined {
  const marked = byMark(bytes);
  if (marked) return new TextDecoder(marked).decode(bytes);
  if (bytes.subarray(0, LOOK).includes(0)) return undefined;
  for (const encoding of chinese ? ["utf-8", "gb18030"] : ["utf-8"]) {
    try {
      return new TextDecoder(encoding, { fatal: true }).decode(bytes, { stream: cut });
    } catch {
      // Another one, then.
    }
  }
  return new TextDecoder("windows-1252").decode(bytes);
}

function byMark(bytes: Uint8Array): string | undefined {
  const [a, b, c] = bytes;
  if (a === 0xef && b === 0xbb && c === 0xbf) return "utf-8";
  if (a === 0xff && b === 0xfe) return "utf-16le";
  if (a === 0xfe && b === 0xff) return "utf-16be";
  return undefined;
}

/** Whether somebody reads Chinese, and so may have files from before UTF-8. */
export function readsChinese(): boolean {
  return navigator.languages.some((language) => /^zh\b/i.test(language));
}

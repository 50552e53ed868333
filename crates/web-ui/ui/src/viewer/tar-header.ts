import { decodeText } from "./decode";

/** What a tar says of a file in front of it: the POSIX format, ustar and pax, and GNU's for long names
 * (https://www.gnu.org/software/tar/manual/html_node/Standard.html). */
export interface TarHeader {
  name: string;
  size: number;
  changed: Date;
  /** `0` is a file; others are folders, links, and what is said of the next file. */
  type: string;
}

/** All that a tar is made of comes in so many bytes. */
export const BLOCK = 512;

/** @throws {RangeError} when it is none. */
export function readHeader(block: Uint8Array): TarHeader {
  if (!isHeader(block)) throw new RangeError("this is no header of a tar");
  const type = String.fromCharCode(block[156] ?? 0);
  const prefix = text(block.subarray(257, 263)) === "ustar" ? text(block.subarray(345, 500)) : "";
  const name = text(block.subarray(0, 100));
  return {
    name: prefix === "" ? name : `${prefix}/${name}`,
    size: number(block.subarray(124, 136)),
    changed: new Date(number(block.subarray(136, 148)) * 1_000),
    type: type === "\0" || type === "7" ? "0" : type,
  };
}

/** Whether its checksum is right: that of all bytes, with spaces in place of itself. */
export function isHeader(block: Uint8Array): boolean {
  if (block.length < BLOCK) return false;
  const told = number(block.subarray(148, 156));
  const sum = block.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 0x20 : byte), 0);
  return told === sum && sum > 8 * 0x20;
}

/** Text up to the first zero. */
export function text(field: Uint8Array): string {
  const end = field.indexOf(0);
  return decodeText(end < 0 ? field : field.subarray(0, end), false) ?? "";
}

/** Octal digits; or, behind a byte with the highest bit, a number as it is. */
function number(field: Uint8Array): number {
  if ((field[0] ?? 0) >= 0x80) return field.subarray(1).reduce((value, byte) => value * 256 + byte, 0);
  return Number.parseInt(text(field).trim() || "0", 8);
}

/** What pax says of the next file: lines `LENGTH KEY=VALUE`, whose length counts in bytes. */
export function readPax(data: Uint8Array): Record<string, string> {
  const said: Record<string, string> = {};
  for (let at = 0; at < data.length; ) {
    const length = Number.parseInt(text(data.subarray(at, at + 20)), 10);
    if (!(length > 0)) break;
    const [, key, value] = /^\d+ ([^=]+)=([^]*)\n$/.exec(new TextDecoder().decode(data.subarray(at, at + length))) ?? [];
    if (key !== undefined) said[key] = value ?? "";
    at += length;
  }
  return said;
}

import { BlobReader, ZipReader, configure, type FileEntry } from "@zip.js/zip.js";
import { parseDocument } from "htmlparser2";

import { decodeText } from "../decode";
import { Failed } from "../failed";
import type { Branch } from "./xml";

/** All parts of a document may be so large together, in bytes as they are unpacked. What was packed to be much larger than
 * it looks ends here. */
const MOST_UNPACKED = 128 << 20;
/** And all its pictures. */
const MOST_PICTURES = 24 << 20;
/** What Office keeps documents in that have a password, and those of the years before it took to zip files. */
const COMPOUND = [0xd0, 0xcf, 0x11, 0xe0];

const PICTURES = new Map([
  ["png", "image/png"],
  ["jpg", "image/jpeg"],
  ["jpeg", "image/jpeg"],
  ["gif", "image/gif"],
  ["webp", "image/webp"],
  ["bmp", "image/bmp"],
  ["svg", "image/svg+xml"],
]);

/** The parts of a document that is a zip file. */
export class Package {
  private left = MOST_UNPACKED;
  private picturesLeft = MOST_PICTURES;

  private constructor(private readonly entries: ReadonlyMap<string, FileEntry>) {}

  /** @throws {Failed} when it has a password, or is none. */
  static async open(blob: Blob): Promise<Package> {
    const start = new Uint8Array(await blob.slice(0, COMPOUND.length).arrayBuffer());
    if (COMPOUND.every((byte, at) => start[at] === byte)) throw new Failed("password");
    configure({ useWebWorkers: false });
    const entries = new Map<string, FileEntry>();
    for await (const entry of new ZipReader(new BlobReader(blob)).getEntriesGenerator()) {
      if (!entry.directory) entries.set(entry.filename, entry);
      if (entries.size > 20_000) throw new Failed("large");
    }
    return new Package(entries);
  }

  /** The bytes of a part; nothing where there is none.
   *
   * @throws {Failed} when it is too much.
   */
  async bytes(path: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const entry = this.entries.get(path);
    if (!entry) return undefined;
    if (entry.encrypted) throw new Failed("password");
    if (entry.uncompressedSize > this.left) throw new Failed("large");
    let size = 0;
    const bounded = new TransformStream<Uint8Array, Uint8Array>({
      transform: (piece, out) => {
        size += piece.length;
        if (size > this.left) throw new Failed("large");
        out.enqueue(piece);
      },
    });
    const [, bytes] = await Promise.all([entry.getData(bounded.writable), new Response(bounded.readable).arrayBuffer()]);
    this.left -= size;
    return new Uint8Array(bytes);
  }

  /** Unpacks all of it once, so that others may do so too.
   *
   * @throws {Failed} when it is too much.
   */
  async measure(): Promise<void> {
    for (const path of this.entries.keys()) await this.bytes(path);
  }

  async text(path: string): Promise<string | undefined> {
    const bytes = await this.bytes(path);
    return bytes && (decodeText(bytes, false) ?? "");
  }

  /** A part that is XML; nothing where there is none. */
  async xml(path: string): Promise<Branch | undefined> {
    const text = await this.text(path);
    return text === undefined ? undefined : parseDocument(text, { xmlMode: true });
  }

  /** A picture as an address that holds all of it; nothing where there is none, or too many were before it. */
  async picture(path: string): Promise<string | undefined> {
    const type = PICTURES.get(path.split(".").at(-1)?.toLowerCase() ?? "");
    if (!type || (this.entries.get(path)?.uncompressedSize ?? 0) > this.picturesLeft) return undefined;
    const bytes = await this.bytes(path);
    if (!bytes) return undefined;
    this.picturesLeft -= bytes.length;
    let binary = "";
    for (let at = 0; at < bytes.length; at += 8_192) binary += String.fromCharCode(...bytes.subarray(at, at + 8_192));
    return `data:${type};base64,${btoa(binary)}`;
  }
}

/** The path of a part that another one names. */
export function within(part: string, named: string): string {
  return decodeURIComponent(new URL(named, `zip:///${part.split("/").map(encodeURIComponent).join("/")}`).pathname.replace(/^\/+/, ""));
}

import type { Content } from "../api/client";
import type { ArchiveFormat } from "./kind";
import type { Listing } from "./packed";
import type { Source } from "./source";

/** Lists what is in an archive.
 *
 * @throws {Problem} when the server refuses it; {Unreachable} when it does not answer; else when it is no archive.
 */
export async function listArchive(format: ArchiveFormat, reader: Source, content: Content, signal: AbortSignal): Promise<Listing> {
  const listing =
    format === "zip"
      ? await (await import("./zip")).listZip(reader, content)
      : await (await import("./tar")).listTar(format, reader, content, signal);
  const { compare } = new Intl.Collator(undefined, { numeric: true });
  listing.files.sort((a, b) => compare(a.name, b.name));
  return listing;
}

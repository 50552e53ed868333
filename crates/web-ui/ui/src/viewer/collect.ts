import { LARGEST_ENTRY, Refused } from "./packed";

/** All bytes of a stream, whatever was said of its length before.
 *
 * @throws {Refused} when they are more than is opened.
 */
export async function collect(stream: ReadableStream<Uint8Array>): Promise<Blob> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  const reader = stream.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    size += next.value.length;
    if (size > LARGEST_ENTRY) {
      reader.cancel().catch(() => undefined);
      throw new Refused("large");
    }
    pieces.push(next.value as Uint8Array<ArrayBuffer>);
  }
  return new Blob(pieces);
}

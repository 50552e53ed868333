import { Problem } from "../api/problem";
import type { Content } from "../api/client";
import type { Reader } from "./reader";
import type { Stay } from "./stay";

/** The small pictures of a room's contents. */
export class Thumbnails {
  /** Addresses within this page, by content. */
  private readonly known = new Map<number, Promise<string>>();

  constructor(
    private readonly stay: Stay,
    private readonly reader: Reader,
  ) {}

  /** Where the thumbnail that a content has can be loaded from.
   *
   * @throws {Problem} when the server refuses it; {Unreachable} when it does not answer.
   */
  source(content: Content): Promise<string> {
    return this.keep(content.id, () => this.reader.read(content, {}, undefined, "/thumbnail").then((response) => response.blob()));
  }

  /** Where a content itself can be loaded from, as its own thumbnail. For small ones. */
  whole(content: Content): Promise<string> {
    return this.keep(content.id, () => this.reader.bytes(content));
  }

  /** Gives a content a thumbnail, and shows that here at once. That the server takes it is not needed. */
  async give(id: number, picture: Blob): Promise<void> {
    void this.keep(id, () => Promise.resolve(picture));
    const { headers } = await this.stay.as();
    const address = this.stay.address(`contents/${id}/thumbnail`);
    const type = { "Content-Type": picture.type };
    const response = await fetch(address, { method: "PUT", headers: { ...headers, ...type }, body: picture });
    if (!response.ok) throw await Problem.of(response);
  }

  private keep(id: number, load: () => Promise<Blob>): Promise<string> {
    const known = this.known.get(id);
    if (known) return known;
    const source = load().then((blob) => URL.createObjectURL(blob));
    this.known.set(id, source);
    source.catch(() => this.known.delete(id));
    return source;
  }
}

import { answer, api, type Content } from "../api/client";
import { Problem, Unreachable } from "../api/problem";
import type { Stay } from "./stay";

/** Life of the tickets that images and players are shown by, in seconds. */
const TICKET_LIFE = 3_600;

/** Reads the bytes of a room's contents. */
export class Reader {
  private readonly tickets = new Map<number, { url: Promise<string>; ends: number }>();

  constructor(private readonly stay: Stay) {}

  /** Addresses that were given are of another address of the room. */
  forget(): void {
    this.tickets.clear();
  }

  /** An address from which an element can load a content: it carries a ticket for just that. */
  source(content: Content): Promise<string> {
    const known = this.tickets.get(content.id);
    if (known && known.ends > Date.now() + 60_000) return known.url;
    const url = this.ticketed(content, TICKET_LIFE);
    this.tickets.set(content.id, { url, ends: Date.now() + TICKET_LIFE * 1_000 });
    url.catch(() => this.tickets.delete(content.id));
    return url;
  }

  private async ticketed(content: Content, seconds: number): Promise<string> {
    const as = await this.stay.as();
    const made = await answer(
      api.POST("/api/v1/rooms/{room}/tickets", {
        ...as,
        body: { action: "download", content_id: content.id, ttl_seconds: seconds },
      }),
    );
    return `${this.stay.address(`contents/${content.id}`)}?ticket=${encodeURIComponent(made.ticket)}`;
  }

  /** Saves a content as a file, as browsers do. */
  async download(content: Content): Promise<void> {
    const url = new URL(await this.source(content));
    url.pathname += "/download";
    const link = document.createElement("a");
    link.href = url.href;
    link.download = "";
    document.body.append(link);
    link.click();
    link.remove();
  }

  /** A content as it stands, with all of its text: a list has no long ones.
   *
   * @throws {Problem} when the server refuses it; {Unreachable} when it does not answer.
   */
  async whole(id: number): Promise<Content> {
    const { params, headers } = await this.stay.as();
    return answer(api.GET("/api/v1/rooms/{room}/contents/{id}/meta", { params: { path: { ...params.path, id } }, headers }));
  }

  /** All bytes of a content. For small ones. */
  async bytes(content: Content, signal?: AbortSignal): Promise<Blob> {
    return (await this.read(content, {}, signal)).blob();
  }

  /** A content's bytes, or a part of them where `more` has a range; or what stands at a path below it.
   *
   * @throws {Problem} when the server refuses it; {Unreachable} when it does not answer; the signal's reason.
   */
  async read(content: Content, more: Record<string, string>, signal?: AbortSignal, below = ""): Promise<Response> {
    const { headers } = await this.stay.as();
    let response;
    try {
      response = await fetch(this.stay.address(`contents/${content.id}${below}`), {
        headers: { ...headers, ...more },
        signal,
        redirect: "manual",
      });
      // A server that sends its readers to a bucket, which is another origin, does not do so for tickets.
      if (response.type === "opaqueredirect") response = await fetch(await this.source(content), { headers: more, signal });
    } catch (error) {
      if (signal?.aborted || error instanceof Problem) throw error;
      throw new Unreachable(String(error));
    }
    if (!response.ok) throw await Problem.of(response);
    return response;
  }
}

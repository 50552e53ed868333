import { answer, api, type Content } from "../api/client";
import { behind } from "../api/paging";
import type { Stay } from "./stay";

interface Page {
  contents: Content[];
  tag: string | undefined;
  /** Behind which content the list goes on. */
  next: number | undefined;
  /** Of the event that it shows last. */
  event: string | undefined;
}

/** A room's list of contents, of which what has not changed is not sent again. */
export class List {
  /** As they were read last, by what they begin behind. */
  private pages = new Map<number | undefined, Page>();

  constructor(private readonly stay: Stay) {}

  /** The contents by ascending number, and behind which event the room is to be followed from here on.
   *
   * @throws {Problem} when the server refuses it; {Unreachable} when it does not answer.
   */
  async read(): Promise<{ contents: Content[]; event: string | undefined }> {
    const pages = new Map<number | undefined, Page>();
    for (let after: number | undefined; ; ) {
      const page = await this.page(after);
      pages.set(after, page);
      if (page.next === undefined) break;
      after = page.next;
    }
    this.pages = pages;
    return { contents: [...pages.values()].flatMap(({ contents }) => contents), event: pages.get(undefined)?.event };
  }

  private async page(after: number | undefined): Promise<Page> {
    const known = this.pages.get(after);
    const { params, headers } = await this.stay.as();
    const call = api.GET("/api/v1/rooms/{room}/contents", {
      params: { ...params, query: { after } },
      headers: { ...headers, ...(known?.tag && { "If-None-Match": known.tag }) },
    });
    const contents = await answer(call, known?.contents);
    const { response } = await call;
    if (known && response.status === 304) return known;
    const next = behind(response.headers.get("link"));
    return {
      contents,
      tag: response.headers.get("etag") ?? undefined,
      next: next === undefined ? undefined : Number(next),
      event: response.headers.get("last-event-id") ?? undefined,
    };
  }
}

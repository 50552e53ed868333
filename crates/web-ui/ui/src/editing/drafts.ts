import { recall, remember } from "../lib/storage";

/** What was typed and is not on the server. */
export interface Draft {
  /** The content that it was typed into; none where that was to be made. */
  id?: number;
  /** The text that it was typed over, and its version; 0 where there was none. */
  base: string;
  version: number;
  text: string;
  /** As whom, and what of it was on its way to the server: it may have arrived. */
  client?: string;
  sent?: unknown;
}

/** Where in this browser a text's draft is. */
export const draftKey = (room: number | undefined, id?: number): string =>
  id === undefined ? `elizabeth:note:${room}` : `elizabeth:text:${room}:${id}`;

/** The place for a text's draft. Of all pages of this browser that have the text open one has it, or what waits there
 * would be written by two. */
export class Drafts {
  private constructor(
    private readonly key: string,
    private readonly isOurs: boolean,
    /** Leaves the place to other pages. */
    readonly release: () => void,
  ) {}

  static claim(key: string): Promise<Drafts> {
    const locks = (navigator as { locks?: LockManager }).locks;
    if (!locks) return Promise.resolve(new Drafts(key, true, () => undefined));
    return new Promise((resolve) => {
      const held = (lock: Lock | null) =>
        new Promise<void>((release) => resolve(new Drafts(key, lock !== null, release)));
      void locks.request(`elizabeth:draft:${key}`, { ifAvailable: true }, held);
    });
  }

  get draft(): Draft | undefined {
    return this.isOurs ? (recall<Draft | null>(this.key, null) ?? undefined) : undefined;
  }

  keep(draft: Draft | undefined): void {
    if (this.isOurs) remember(this.key, draft);
  }
}

import { SvelteSet } from "svelte/reactivity";

import type { Content } from "../../api/client";

/** Which contents of a list are selected. */
export class Selection {
  private readonly ids = new SvelteSet<number>();
  /** Whether somebody wants to select, though nothing is yet. */
  private wanted = $state(false);
  private last: number | undefined;

  /** `listed` is what can be selected. */
  constructor(private readonly listed: () => Content[]) {}

  readonly chosen = $derived.by(() => this.listed().filter((content) => this.ids.has(content.id)));
  /** Whether a click selects. */
  readonly on = $derived(this.wanted || this.chosen.length > 0);

  has(content: Content): boolean {
    return this.ids.has(content.id);
  }

  begin(): void {
    this.wanted = true;
  }

  all(contents: Content[]): void {
    for (const { id } of contents) this.ids.add(id);
  }

  /** Selects all of them, or lets go of them where all are selected. */
  toggleAll(contents: Content[]): void {
    if (!contents.every((content) => this.has(content))) return this.all(contents);
    for (const { id } of contents) this.ids.delete(id);
    if (this.ids.size === 0) this.wanted = false;
  }

  /** Selects one, or lets go of it; with `range` everything of `shown` from the last one to it. */
  toggle(content: Content, range: boolean, shown: Content[]): void {
    const from = range ? shown.findIndex((one) => one.id === this.last) : -1;
    const to = shown.indexOf(content);
    if (from >= 0) this.all(shown.slice(Math.min(from, to), Math.max(from, to) + 1));
    else if (!this.ids.delete(content.id)) this.ids.add(content.id);
    this.last = content.id;
    // Who empties the selection is done with it.
    if (this.ids.size === 0) this.wanted = false;
  }

  end(): void {
    this.ids.clear();
    this.wanted = false;
    this.last = undefined;
  }
}

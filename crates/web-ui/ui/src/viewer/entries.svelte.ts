import { tick } from "svelte";

import { router } from "../lib/router.svelte";
import type { Entry } from "./entry";

/** What was opened out of an archive, out of an archive within that, and so on. The browser's Back leads out again. */
export class Entries {
  all = $state.raw<Entry[]>([]);
  readonly last = $derived(this.all.at(-1));
  /** What is to be done when each is left, the last one at the end. */
  private readonly leaving: (() => void)[] = [];

  enter(entry: Entry): void {
    const focused = document.activeElement;
    const close = () => {
      this.leave();
      return true;
    };
    const closed = router.over({ close });
    this.all = [...this.all, entry];
    this.leaving.push(() => {
      closed();
      entry.reader.close();
      // What opened it can be seen again.
      if (focused instanceof HTMLElement) void tick().then(() => focused.focus());
    });
  }

  /** Back to what the last one was opened out of. */
  leave(): void {
    this.all = this.all.slice(0, -1);
    this.leaving.pop()?.();
  }

  clear(): void {
    if (this.leaving.length === 0) return;
    this.all = [];
    while (this.leaving.length > 0) this.leaving.pop()?.();
  }
}

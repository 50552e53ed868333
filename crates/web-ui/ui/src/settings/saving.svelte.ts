import { why } from "../i18n/why";

/** How long it is shown that something was saved, in milliseconds. */
const SHOWN = 3_000;

/** A change on its way: under way, done a moment ago, or refused, and why. */
export class Saving {
  busy = $state(false);
  saved = $state(false);
  problem = $state<string | undefined>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** Whether it worked. */
  async run(work: () => Promise<unknown>): Promise<boolean> {
    this.busy = true;
    this.saved = false;
    this.problem = undefined;
    clearTimeout(this.timer);
    try {
      await work();
    } catch (error) {
      this.problem = why(error);
      return false;
    } finally {
      this.busy = false;
    }
    this.saved = true;
    this.timer = setTimeout(() => (this.saved = false), SHOWN);
    return true;
  }
}

/** How often something is looked at while its page is seen, in milliseconds. */
const PAUSE = 4_000;

/** Looks at something again and again while the page is seen, and at once when it is seen again, or the network is
 * back; not where nothing can have happened unheard. */
export class Watch {
  on = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly look: () => Promise<void>,
    private readonly isHeard: () => boolean,
  ) {}

  start(): void {
    this.on = true;
    this.schedule();
    document.addEventListener("visibilitychange", this.now);
    addEventListener("online", this.now);
  }

  stop(): void {
    this.on = false;
    clearTimeout(this.timer);
    document.removeEventListener("visibilitychange", this.now);
    removeEventListener("online", this.now);
  }

  private schedule(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(async () => {
      if (!document.hidden && !this.isHeard()) await this.look();
      if (this.on) this.schedule();
    }, PAUSE);
  }

  private now = (): void => {
    if (!document.hidden && !this.isHeard()) void this.look();
  };
}

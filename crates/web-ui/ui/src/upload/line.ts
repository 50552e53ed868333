/** The longest pause before it is tried again, in milliseconds. */
const LONGEST = 30_000;

/** A pause that grows with each try, in milliseconds, by chance a little shorter: many who wait for one server are not to
 * come back at once. */
export function growing(tries: number): number {
  return Math.min(LONGEST, 500 * 2 ** tries) * (0.5 + Math.random() / 2);
}

/** The way to the server, of everything that is sent together: closed for a while where it broke, or where the server asked
 * for time. */
export class Line {
  /** Whether it broke, and nothing has got through since. */
  isBroken = false;
  private breaks = 0;
  private closed: ReturnType<typeof setTimeout> | undefined;

  constructor(
    /** It can be tried again. */
    private readonly opened: () => void,
  ) {}

  get isOpen(): boolean {
    return this.closed === undefined;
  }

  /** Something got through. */
  works(): void {
    this.breaks = 0;
    this.isBroken = false;
  }

  /** It broke: closed for a while, longer each time, until the network is back where it is gone. What was on the way broke
   * with it, and counts once. */
  broke(): void {
    this.isBroken = true;
    if (this.closed !== undefined) return;
    this.close(navigator.onLine ? growing(this.breaks++) : LONGEST);
    addEventListener("online", this.open);
  }

  /** The server asks for a pause, in milliseconds. */
  rest(time: number): void {
    if (this.closed === undefined) this.close(time);
  }

  private close(time: number): void {
    this.closed = setTimeout(this.open, time);
  }

  private open = (): void => {
    clearTimeout(this.closed);
    this.closed = undefined;
    removeEventListener("online", this.open);
    this.opened();
  };
}

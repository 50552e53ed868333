/** How long a finger has to rest, in milliseconds. */
const TIME = 450;
/** How far it may move meanwhile, in pixels. */
const STILL = 4;

/** A finger that rests on an element. What the finger does when it leaves is then no click. */
export class Hold {
  private held = false;

  constructor(private readonly run: () => void) {}

  /** Whether it was the end of a hold that looks like a click; once. */
  take(): boolean {
    const held = this.held;
    this.held = false;
    return held;
  }

  /** An attachment: `{@attach hold.on}`. */
  on = (element: HTMLElement): (() => void) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const release = () => clearTimeout(timer);
    const press = (event: PointerEvent) => {
      this.held = false;
      if (event.pointerType !== "touch") return;
      timer = setTimeout(() => {
        this.held = true;
        this.run();
      }, TIME);
    };
    const move = (event: PointerEvent) => {
      if (Math.abs(event.movementX) + Math.abs(event.movementY) > STILL) release();
    };
    const menu = (event: Event) => {
      if (this.held) event.preventDefault();
    };
    const listeners = [
      ["pointerdown", press],
      ["pointerup", release],
      ["pointercancel", release],
      ["pointermove", move],
      ["contextmenu", menu],
    ] as [string, EventListener][];
    for (const [event, listener] of listeners) element.addEventListener(event, listener);
    return () => {
      release();
      for (const [event, listener] of listeners) element.removeEventListener(event, listener);
    };
  };
}

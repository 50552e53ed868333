/** How far a finger goes for a swipe, in pixels, and how long it takes at most, in milliseconds. */
const FAR = 50;
const LONG = 700;

/** An attachment: one finger that goes sideways steps, -1 back or 1 on. What pans or plays itself is left alone. */
export function swipes(step: (direction: -1 | 1) => void): (element: HTMLElement) => () => void {
  return (element) => {
    let start: { id: number; x: number; y: number; time: number } | undefined;
    const down = (event: PointerEvent) => {
      const other = (event.target as Element).closest("input, audio, video, [data-pans]");
      const one = event.pointerType === "touch" && event.isPrimary && !other;
      start = one ? { id: event.pointerId, x: event.clientX, y: event.clientY, time: event.timeStamp } : undefined;
    };
    const up = (event: PointerEvent) => {
      if (!start || event.pointerId !== start.id) return;
      const [x, y] = [event.clientX - start.x, event.clientY - start.y];
      const quick = event.timeStamp - start.time < LONG;
      start = undefined;
      if (quick && Math.abs(x) > FAR && Math.abs(x) > 2 * Math.abs(y)) step(x < 0 ? 1 : -1);
    };
    const cancel = () => (start = undefined);
    element.addEventListener("pointerdown", down);
    element.addEventListener("pointerup", up);
    element.addEventListener("pointercancel", cancel);
    return () => {
      element.removeEventListener("pointerdown", down);
      element.removeEventListener("pointerup", up);
      element.removeEventListener("pointercancel", cancel);
    };
  };
}

/** Calls back once, when an element has been near what is seen for a moment: scrolling past loads nothing. */
const MOMENT = 120;

const waiting = new Map<Element, () => void>();
const timers = new Map<Element, ReturnType<typeof setTimeout>>();
let observer: IntersectionObserver | undefined;

function observe(entries: IntersectionObserverEntry[]): void {
  for (const { target, isIntersecting } of entries) {
    clearTimeout(timers.get(target));
    timers.delete(target);
    if (!isIntersecting) continue;
    const then = () => {
      const run = waiting.get(target);
      forget(target);
      run?.();
    };
    timers.set(target, setTimeout(then, MOMENT));
  }
}

function forget(target: Element): void {
  clearTimeout(timers.get(target));
  timers.delete(target);
  waiting.delete(target);
  observer?.unobserve(target);
}

/** An attachment: `{@attach whenSeen(() => …)}`. */
export function whenSeen(run: () => void): (element: Element) => () => void {
  return (element) => {
    observer ??= new IntersectionObserver(observe, { rootMargin: "240px" });
    waiting.set(element, run);
    observer.observe(element);
    return () => forget(element);
  };
}

import { createSubscriber } from "svelte/reactivity";

const subscribe = createSubscriber((update) => {
  const timer = setInterval(update, 1_000);
  return () => clearInterval(timer);
});

/** The time, in milliseconds since 1970. What shows it is shown anew each second. */
export function now(): number {
  subscribe();
  return Date.now();
}

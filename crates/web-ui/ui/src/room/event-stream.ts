import { createParser } from "eventsource-parser";

import type { Stay } from "./stay";

/** An event as it comes: its word, and what it says. */
export interface Happening {
  kind: string;
  data: unknown;
}

interface Listener {
  /** Called in order. */
  happened: (happening: Happening, id: string | undefined) => void;
  /** Everything up to this event has been sent; called before what it is about. */
  reached: (id: string) => void;
  /** Whether events come as they happen. When they begin to, everything before has been missed or was replayed. */
  live: (live: boolean) => void;
}

/** What comes at once, unless something on the way keeps it back, in milliseconds. */
const FIRST = 5_000;
/** The server lets 15 s pass without a sign of life at most. */
const SILENCE = 40_000;
/** How long until it is tried again, in milliseconds: at first, and at most. The server may say another time to begin with. */
const PAUSE = 2_000;
const PAUSE_MAX = 60_000;

/** Follows the events of a room until the signal aborts. A line that breaks is connected again, and goes on behind `last`,
 * what is known then. */
export async function follow(
  stay: Stay,
  last: () => string | undefined,
  to: Listener,
  signal: AbortSignal,
): Promise<void> {
  let pause = PAUSE;
  let failed = 0;
  while (!signal.aborted) {
    const line = new AbortController();
    const off = () => line.abort();
    signal.addEventListener("abort", off);
    addEventListener("offline", off);
    let silence = setTimeout(off, FIRST);
    try {
      const { headers } = await stay.as();
      const known = last();
      const response = await fetch(stay.address("events"), {
        headers: { ...headers, Accept: "text/event-stream", ...(known && { "Last-Event-ID": known }) },
        cache: "no-store",
        signal: line.signal,
      });
      if (!response.ok || !response.body) throw new Error(String(response.status));
      const parser = createParser({
        onId: to.reached,
        onRetry: (time) => (pause = time),
        onEvent: ({ event = "message", id, data }) => to.happened({ kind: event, data: JSON.parse(data) }, id),
      });
      const text = response.body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array<ArrayBuffer>>);
      const reader = text.getReader();
      for (let first = true; ; first = false) {
        const { done, value } = await reader.read();
        if (done) break;
        clearTimeout(silence);
        silence = setTimeout(off, SILENCE);
        parser.feed(value);
        if (first) to.live(true);
        failed = 0;
      }
    } catch {
      failed += 1;
    } finally {
      clearTimeout(silence);
      signal.removeEventListener("abort", off);
      removeEventListener("offline", off);
      line.abort();
    }
    if (signal.aborted) return;
    to.live(false);
    await waited(Math.min(PAUSE_MAX, pause * 2 ** Math.max(0, failed - 1)) * (0.75 + Math.random() / 2), signal);
  }
}

/** Lets time pass, less of it when the network is back. */
function waited(time: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener("online", done);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, time);
    addEventListener("online", done);
    signal.addEventListener("abort", done);
  });
}

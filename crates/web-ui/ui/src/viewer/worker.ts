import { ownScript } from "../lib/trusted";
import { Failed } from "./failed";

/** What a worker answers: that it has all it needs and begins, then what it found or why it did not. */
export type Answer<Found> = "begun" | { found: Found } | { failed: string };

/** Has a worker of its own, which ends with it, answer one question about something that a stranger made.
 *
 * @param budget how long it may take once it has begun, in milliseconds. Before that a slow network is nobody's fault.
 * @throws {Failed} when it says why it cannot; else when it takes too long, or the signal ends it.
 */
export function ask<Found>(script: string, question: unknown, budget: number, signal: AbortSignal): Promise<Found> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(ownScript(script), { type: "module" });
    let timer: ReturnType<typeof setTimeout> | undefined;
    const end = (then: () => void) => {
      worker.terminate();
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
      then();
    };
    const stop = () => end(() => reject(signal.reason as Error));
    if (signal.aborted) return stop();
    signal.addEventListener("abort", stop);
    worker.onmessage = ({ data }: MessageEvent<Answer<Found>>) => {
      if (data === "begun") timer = setTimeout(() => end(() => reject(new Failed("time"))), budget);
      else end(() => ("found" in data ? resolve(data.found) : reject(new Failed(data.failed))));
    };
    worker.onerror = (event) => {
      event.preventDefault();
      end(() => reject(new Error(event.message)));
    };
    worker.postMessage(question);
  });
}

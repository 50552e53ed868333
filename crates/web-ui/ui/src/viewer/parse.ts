import { ownScript } from "../lib/trusted";
import type { Jobs } from "./jobs";
import script from "./parse.worker.ts?worker&url";

/** How long a text may take to be read, in milliseconds. Nobody writes one by hand that takes longer. */
const BUDGET = 1_000;

/** Reads a text in a worker of its own, which ends with it.
 *
 * @throws when the text takes too long or too much of it is to be shown, or the signal ends it.
 */
export function parse<Job extends keyof Jobs>(job: Job, text: string, signal: AbortSignal): Promise<Jobs[Job]> {
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
    signal.addEventListener("abort", stop);
    worker.onmessage = ({ data }: MessageEvent<"ready" | { read: Jobs[Job] }>) => {
      if (data !== "ready") return end(() => resolve(data.read));
      // Only now: a slow network is nobody's fault.
      timer = setTimeout(() => end(() => reject(new Error("it takes too long"))), BUDGET);
      worker.postMessage({ job, text });
    };
    worker.onerror = (event) => {
      event.preventDefault();
      end(() => reject(new Error(event.message)));
    };
  });
}

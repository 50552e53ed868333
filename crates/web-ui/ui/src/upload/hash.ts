import { ownScript } from "../lib/trusted";
import script from "./hash.worker.ts?worker&url";

/** The SHA-256 of a file in hexadecimal. It is read once, in a worker that ends with it.
 *
 * @throws when the file cannot be read any more, or the signal ends it.
 */
export function sha256(file: Blob, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(ownScript(script), { type: "module" });
    const end = () => {
      worker.terminate();
      signal.removeEventListener("abort", stop);
    };
    const stop = () => {
      end();
      reject(signal.reason);
    };
    if (signal.aborted) return stop();
    signal.addEventListener("abort", stop);
    worker.onmessage = ({ data }: MessageEvent<{ hash?: string; error?: string }>) => {
      end();
      if (data.hash) resolve(data.hash);
      else reject(new Error(data.error));
    };
    worker.onerror = (event) => {
      end();
      reject(new Error(event.message));
    };
    worker.postMessage(file);
  });
}

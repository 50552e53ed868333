import { ownScript } from "../lib/trusted";
import script from "./hash.worker.ts?worker&url";

/** Workers at once, each with some MiB of its own. */
const WORKERS = 3;
/** A file of so many bytes at most is hashed in the page: it is read at once. */
const SMALL = 4 << 20;
/** A worker without work ends after so long, in milliseconds. */
const IDLE = 5_000;

interface Job {
  file: Blob;
  signal: AbortSignal;
  resolve: (hash: string) => void;
  reject: (reason: unknown) => void;
}

const waiting: Job[] = [];
const idle = new Set<Worker>();
let working = 0;
let ending: ReturnType<typeof setTimeout> | undefined;

/** The SHA-256 of a file in hexadecimal.
 *
 * @throws when the file cannot be read any more, or the signal ends it.
 */
export async function sha256(file: Blob, signal: AbortSignal): Promise<string> {
  // On plain HTTP from elsewhere a browser has no WebCrypto.
  const { subtle } = globalThis.crypto as { subtle?: SubtleCrypto };
  if (subtle && file.size <= SMALL) {
    const hash = new Uint8Array(await subtle.digest("SHA-256", await file.arrayBuffer()));
    return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }
  return new Promise((resolve, reject) => {
    waiting.push({ file, signal, resolve, reject });
    assign();
  });
}

/** Gives files to workers, as long as there are both. */
function assign(): void {
  clearTimeout(ending);
  while (waiting.length > 0 && working < WORKERS) {
    const job = waiting.shift();
    if (job?.signal.aborted) job.reject(job.signal.reason);
    else if (job) run(job);
  }
  if (working === 0) ending = setTimeout(end, IDLE);
}

function end(): void {
  for (const worker of idle) worker.terminate();
  idle.clear();
}

function run({ file, signal, resolve, reject }: Job): void {
  const worker = [...idle][0] ?? new Worker(ownScript(script), { type: "module" });
  idle.delete(worker);
  working += 1;
  const free = (isWell: boolean) => {
    signal.removeEventListener("abort", stop);
    if (isWell) idle.add(worker);
    else worker.terminate();
    working -= 1;
    assign();
  };
  const stop = () => {
    free(false);
    reject(signal.reason);
  };
  signal.addEventListener("abort", stop);
  worker.onmessage = ({ data }: MessageEvent<{ hash?: string; error?: string }>) => {
    free(data.hash !== undefined);
    if (data.hash !== undefined) resolve(data.hash);
    else reject(new Error(data.error));
  };
  worker.onerror = (event) => {
    free(false);
    reject(new Error(event.message));
  };
  worker.postMessage(file);
}

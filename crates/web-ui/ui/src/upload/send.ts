import { Problem, Unreachable } from "../api/problem";

/** Sends bytes and reports how many have gone: what `fetch` cannot.
 *
 * @throws {Problem} when the server refuses them; {Unreachable} when the connection breaks; the signal's reason.
 */
export function send(
  url: string,
  headers: Record<string, string>,
  bytes: Blob,
  signal: AbortSignal,
  onprogress: (sent: number) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const stop = () => request.abort();
    const end = (settle: () => void) => {
      signal.removeEventListener("abort", stop);
      settle();
    };
    request.open("PUT", url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => onprogress(Math.min(event.loaded, bytes.size));
    request.onload = () =>
      end(() => {
        if (request.status >= 200 && request.status < 300) return resolve();
        void Problem.of(new Response(request.responseText, { status: request.status })).then(reject);
      });
    request.onerror = () => end(() => reject(new Unreachable("the connection broke")));
    request.onabort = () => end(() => reject(signal.reason));
    if (signal.aborted) return reject(signal.reason);
    signal.addEventListener("abort", stop);
    request.send(bytes);
  });
}

/** Whether trying again may help. */
export function isPassing(error: unknown): boolean {
  if (error instanceof Unreachable) return true;
  return error instanceof Problem && (error.status >= 500 || error.status === 408 || error.status === 429) && error.status !== 507;
}

/** A pause before the next try, longer each time up to half a minute, ended early when the network comes back. */
export function pause(tries: number, signal: AbortSignal): Promise<void> {
  const longest = Math.min(30_000, 500 * 2 ** tries);
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      removeEventListener("online", end);
      signal.removeEventListener("abort", stop);
      resolve();
    };
    const stop = () => {
      end();
      reject(signal.reason);
    };
    const timer = setTimeout(end, longest * (0.5 + Math.random() / 2));
    addEventListener("online", end);
    signal.addEventListener("abort", stop);
  });
}

import { Problem, Unreachable } from "../api/problem";

/** So often something is tried again because of what the server answers. */
export const TRIES = 8;

/** Sends bytes and reports how many have gone: what `fetch` cannot. Answers what the server did.
 *
 * @throws {Problem} when the server refuses them; {Unreachable} when the connection breaks; the signal's reason.
 */
export function send(
  method: "PUT" | "POST",
  url: string,
  headers: Record<string, string>,
  body: Blob | FormData,
  signal: AbortSignal,
  onprogress: (sent: number) => void,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const stop = () => request.abort();
    const end = (settle: () => void) => {
      signal.removeEventListener("abort", stop);
      settle();
    };
    request.open(method, url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => onprogress(event.loaded);
    request.onload = () =>
      end(() => {
        if (request.status >= 200 && request.status < 300) return resolve(request.responseText);
        const { status } = request;
        const wait = request.getResponseHeader("retry-after");
        const answer = new Response(request.responseText, { status, headers: wait === null ? {} : { "retry-after": wait } });
        void Problem.of(answer).then(reject);
      });
    request.onerror = () => end(() => reject(new Unreachable("the connection broke")));
    request.onabort = () => end(() => reject(signal.reason));
    if (signal.aborted) return reject(signal.reason);
    signal.addEventListener("abort", stop);
    request.send(body);
  });
}

/** Whether an answer may be another one later. */
export function isPassing(error: unknown): error is Problem {
  return error instanceof Problem && (error.status >= 500 || error.status === 408 || error.status === 429) && error.status !== 507;
}

/** Whether an answer is to whoever asks, not to this very request. */
export function isForAll(error: Problem): boolean {
  return [429, 502, 503, 504].includes(error.status);
}

/** Whether something in front of the server takes no body as large as that: the server's own refusals have a code. */
export function isTooLarge(error: unknown): boolean {
  return error instanceof Problem && error.status === 413 && error.code === "unknown";
}

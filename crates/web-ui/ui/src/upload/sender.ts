import type { Stay } from "../room/stay";
import { complete, sendChunk } from "./chunks";
import { sha256 } from "./hash";
import { isPassing, pause } from "./send";
import type { Upload } from "./upload.svelte";

/** Chunks that are on the way at once, of all files together. */
const AT_ONCE = 4;

/** The file was changed, moved or deleted since it was picked: browsers do not read it any more. */
export class FileGone extends Error {}

export async function isReadable(file: File): Promise<boolean> {
  try {
    await file.slice(0, 1).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

/** Sends files into a room, of all of them together a few chunks at a time. */
export class Sender {
  private running = 0;
  private readonly queue: (() => void)[] = [];

  constructor(private readonly stay: Stay) {}

  /** Sends what of a file is not there yet, and completes it. It is tried until it is done, refused, or stopped.
   *
   * @throws {Problem} when the server refuses it; {FileGone}; the signal's reason.
   */
  async send(upload: Upload, there: ReadonlySet<number>): Promise<void> {
    const { signal } = upload.stop;
    const missing = upload.begin(there);
    // Beside the sending: it is read once more, and ready when the last byte has gone.
    upload.hash ??= sha256(upload.file, signal);
    upload.hash.catch(() => (upload.hash = undefined));
    await Promise.all(missing.map((chunk) => this.inTurn(() => this.sendChunk(upload, chunk, signal), signal)));
    upload.state = "checking";
    const hash = await (upload.hash ??= sha256(upload.file, signal));
    await this.persist(upload, signal, () => complete(this.stay, upload.reserved, hash));
  }

  private async sendChunk(upload: Upload, chunk: number, signal: AbortSignal): Promise<void> {
    await this.persist(upload, signal, async () => {
      upload.state = "sending";
      let arrived = false;
      try {
        await sendChunk(this.stay, upload.reserved, chunk, upload.piece(chunk), signal, (sent) => upload.move(chunk, sent));
        arrived = true;
      } finally {
        upload.settle(chunk, arrived);
      }
    });
  }

  private async persist(upload: Upload, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
    for (let tries = 0; ; tries += 1) {
      try {
        return await work();
      } catch (error) {
        if (signal.aborted || !isPassing(error)) throw error;
        // A file that cannot be read any more looks like a line that broke.
        if (!(await isReadable(upload.file))) throw new FileGone();
        upload.state = "offline";
        await pause(tries, signal);
      }
    }
  }

  private async inTurn(work: () => Promise<void>, signal: AbortSignal): Promise<void> {
    if (this.running >= AT_ONCE) await new Promise<void>((resolve) => this.queue.push(resolve));
    this.running += 1;
    try {
      signal.throwIfAborted();
      await work();
    } finally {
      this.running -= 1;
      this.queue.shift()?.();
    }
  }
}

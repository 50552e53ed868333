import { Problem, Unreachable } from "../api/problem";
import type { Stay } from "../room/stay";
import { arrived, complete, sendChunk } from "./chunks";
import type { Bundle, Bundler } from "./bundler";
import { sha256 } from "./hash";
import { growing, type Line } from "./line";
import { Queue } from "./queue";
import { TRIES, isForAll, isPassing, isTooLarge } from "./send";
import { FileGone, type Upload } from "./upload";

/** Requests that are on the way at once, of all files together: of the six that browsers allow, others need some. */
const AT_ONCE = 4;
/** So often a chunk breaks the line, while the server answers everything else, until chunks have to be smaller. */
const BREAKS = 2;

/** The server does not hold what was there of a file any more, or it was of another version of the file. */
const OVER = ["reservation_expired", "reservation_not_found", "upload_incomplete", "chunk_conflict", "hash_mismatch"];

export async function isReadable(file: File): Promise<boolean> {
  try {
    await file.slice(0, 1).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

/** What becomes of files. */
interface Outcome {
  /** Something of one has gone, or it is in another state. */
  changed(): void;
  done(upload: Upload): void;
  failed(upload: Upload, error: unknown): void;
  /** It has to begin anew. */
  over(upload: Upload, code: string): void;
  /** Something on the way takes no chunks as large as this one's. */
  tooLarge(upload: Upload, bytes: number): void;
  /** No file waits to be sent. */
  empty(): void;
}

type Work =
  | Bundle
  | {
      upload: Upload;
      /** Which chunk is to be sent; none where all have arrived, and it is to be completed. */
      chunk?: number;
    };

/** Sends files into a room: small ones together, and those for which the server holds space chunk by chunk, one after the
 * other, and of all of them a few requests at a time. What can be tried again is, by itself. */
export class Sender {
  /** The most bytes that a chunk may have: on the way something may take less than the server does. */
  most = Infinity;
  private running = 0;
  private readonly waiting = new Queue<Upload>();
  /** Their chunks are being handed out. */
  private readonly open = new Set<Upload>();
  /** They have arrived whole, and their hash is known. */
  private readonly whole = new Queue<Upload>();
  /** The most bytes that have got through in one request. */
  private passed = 0;
  /** Its chunk broke the line, which is larger than any that got through. */
  private suspect: Upload | undefined;
  /** Whether the server has answered since the line broke last: then it is what was sent that breaks it. */
  private isProbed = false;

  constructor(
    private readonly stay: Stay,
    private readonly line: Line,
    private readonly bundler: Bundler,
    private readonly to: Outcome,
  ) {}

  add(...uploads: Upload[]): void {
    this.waiting.push(...uploads);
    this.go();
  }

  /** Goes on as far as the line lets it. */
  go(): void {
    while (this.running < AT_ONCE && this.line.isOpen) {
      const work = this.next();
      if (!work) return this.to.empty();
      this.running += 1;
      void this.run(work).finally(() => {
        this.running -= 1;
        this.go();
      });
    }
  }

  /** The line is open again. */
  async reopened(): Promise<void> {
    const { suspect } = this;
    this.suspect = undefined;
    this.isProbed = false;
    // Whether it was the line, or what was sent over it.
    if (suspect?.place && suspect.state === "sending") {
      try {
        await arrived(this.stay, suspect.reserved.reservation);
        this.isProbed = true;
      } catch (error) {
        if (error instanceof Unreachable) return this.line.broke();
      }
    }
    this.go();
  }

  private next(): Work | undefined {
    for (let upload = this.whole.shift(); upload; upload = this.whole.shift()) {
      if (upload.state === "checking") return { upload };
    }
    const bundle = this.bundler.next();
    if (bundle) return bundle;
    for (const upload of this.open) {
      const chunk = upload.state === "sending" ? upload.take() : undefined;
      if (chunk !== undefined) return { upload, chunk };
      this.open.delete(upload);
    }
    for (let upload = this.waiting.shift(); upload; upload = this.waiting.shift()) {
      if (upload.state !== "waiting" || !upload.place) continue;
      upload.state = "sending";
      const { batch, chunk: most } = upload.place;
      if (batch.gone || (Math.min(most, upload.size) > this.most && !upload.hasBegun)) {
        this.to.over(upload, batch.gone ? "reservation_expired" : "chunk_size");
        continue;
      }
      const chunk = upload.take();
      if (chunk !== undefined) {
        this.open.add(upload);
        return { upload, chunk };
      }
      if (upload.isWhole) void this.check(upload);
    }
    return undefined;
  }

  private async run(work: Work): Promise<void> {
    if (!("upload" in work)) return this.bundler.run(work);
    const { upload, chunk } = work;
    const { signal } = upload.stop;
    try {
      if (chunk === undefined) {
        upload.content = await complete(this.stay, upload.reserved, (await upload.hash) ?? "");
        this.line.works();
        upload.state = "done";
        this.to.done(upload);
      } else {
        // Beside the sending: it is read once more, and ready when the last byte has gone.
        this.hash(upload).catch(() => undefined);
        await this.send(upload, chunk, signal);
        if (upload.isWhole) void this.check(upload);
      }
    } catch (error) {
      if (!signal.aborted) await this.failed(upload, chunk, error);
    }
    this.to.changed();
  }

  private async send(upload: Upload, chunk: number, signal: AbortSignal): Promise<void> {
    const piece = upload.piece(chunk);
    let hasArrived = false;
    try {
      await sendChunk(this.stay, upload.reserved, chunk, piece, signal, (sent) => {
        upload.move(chunk, sent);
        this.to.changed();
      });
      hasArrived = true;
    } finally {
      if (!signal.aborted) upload.settle(chunk, hasArrived);
    }
    this.passed = Math.max(this.passed, piece.size);
    upload.breaks = 0;
    this.line.works();
  }

  private hash(upload: Upload): Promise<string> {
    return (upload.hash ??= sha256(upload.file, upload.stop.signal));
  }

  /** All of it is there: it is completed as soon as its hash is known. */
  private async check(upload: Upload): Promise<void> {
    const { signal } = upload.stop;
    upload.state = "checking";
    try {
      await this.hash(upload);
      if (signal.aborted) return;
      this.whole.push(upload);
      this.go();
    } catch (error) {
      upload.hash = undefined;
      if (!signal.aborted) this.to.failed(upload, (await isReadable(upload.file)) ? error : new FileGone());
    }
  }

  private async failed(upload: Upload, chunk: number | undefined, error: unknown): Promise<void> {
    const bytes = chunk === undefined ? 0 : upload.piece(chunk).size;
    if (error instanceof Unreachable) {
      // A file that cannot be read any more looks like a line that broke.
      if (!(await isReadable(upload.file))) return this.to.failed(upload, new FileGone());
      if (bytes > this.passed && this.isProbed) upload.breaks += 1;
      if (upload.breaks >= BREAKS) return this.to.tooLarge(upload, bytes);
      if (bytes > this.passed) this.suspect ??= upload;
      this.line.broke();
      return this.again(upload);
    }
    if (isTooLarge(error)) return this.to.tooLarge(upload, bytes);
    if (error instanceof Problem && error.code === "content_not_found") return this.to.done(upload); // And deleted since.
    const isLeft = error instanceof Problem && upload.tries++ < TRIES;
    if (isLeft && OVER.includes(error.code)) return this.to.over(upload, error.code);
    if (!isLeft || !isPassing(error)) return this.to.failed(upload, error);
    const time = error.retryAfter === undefined ? growing(upload.tries) : error.retryAfter * 1_000;
    if (isForAll(error)) {
      this.line.rest(time);
      return this.again(upload);
    }
    const { signal } = upload.stop;
    setTimeout(() => {
      if (signal.aborted) return;
      this.again(upload);
      this.go();
    }, time);
  }

  private again(upload: Upload): void {
    if (upload.state === "checking") this.whole.push(upload);
    else if (upload.state === "sending") this.open.add(upload);
  }
}

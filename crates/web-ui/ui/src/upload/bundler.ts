import { Problem, Unreachable } from "../api/problem";
import type { Stay } from "../room/stay";
import { contentsBehind, releaseFiles, reserveFiles, sendFiles } from "./files";
import { sha256 } from "./hash";
import { growing, type Line } from "./line";
import { Queue } from "./queue";
import { TRIES, isForAll, isPassing, isTooLarge } from "./send";
import { FileGone, type Upload } from "./upload";

/** Bytes of a file that goes with others in one request, at most. */
const SMALL = 256 << 10;
/** Bytes of all files of a request, at most: what a bad line has to send again, and no proxy refuses. */
const BYTES = 768 << 10;
/** Files of a request, at most. */
const FILES = 100;

/** A reservation that is not there, not any more, or in use; and an upload that took too long. */
const GONE = [404, 410, 409, 408];

/** What becomes of small files. */
interface Outcome {
  changed(): void;
  done(upload: Upload): void;
  failed(upload: Upload, error: unknown): void;
  /** It is no fault of the others, and has to go by itself. */
  alone(upload: Upload): void;
}

/** Files that were sent, perhaps: the answer did not come. */
interface Doubt {
  uploads: Upload[];
  reservation: number;
  /** The newest content that was known before. */
  before: number;
  /** Why there is no answer. */
  error: unknown;
}

/** What the next request is about. */
export type Bundle = Upload[] | Doubt;

/** Whether a file goes with others. */
export function isSmall(upload: Upload): boolean {
  return upload.size <= SMALL && !upload.isAlone;
}

/** Sends small files, many in one request. The server takes all of a request or nothing; one of them that it refuses is
 * found by halves. */
export class Bundler {
  private readonly waiting = new Queue<Upload>();
  private readonly halves: Upload[][] = [];
  private readonly doubts: Doubt[] = [];
  /** The newest content that this page knows to have made. */
  private newest = 0;

  constructor(
    private readonly stay: Stay,
    private readonly line: Line,
    private readonly to: Outcome,
    /** The newest content that is known. */
    private readonly known: () => number,
  ) {}

  add(...uploads: Upload[]): void {
    this.waiting.push(...uploads);
  }

  next(): Bundle | undefined {
    const doubt = this.doubts.shift();
    if (doubt) return doubt;
    const half = this.halves.shift();
    const bundle = half?.filter(({ state }) => state === "sending") ?? this.gather();
    for (const upload of half ?? []) upload.isBundled = false;
    for (const upload of bundle) upload.isBundled = true;
    if (bundle.length > 0) return bundle;
    return half ? this.next() : undefined;
  }

  private gather(): Upload[] {
    const bundle = new Map<string, Upload>();
    let bytes = 0;
    for (let [upload] = this.waiting.first(1); upload; [upload] = this.waiting.first(1)) {
      if (upload.state !== "waiting") {
        this.waiting.shift();
        continue;
      }
      if (bundle.size >= FILES || bytes + upload.size > BYTES || bundle.has(upload.name)) break;
      this.waiting.shift();
      // At once: who went on after a pause may wait twice.
      upload.state = "sending";
      bundle.set(upload.name, upload);
      bytes += upload.size;
    }
    return [...bundle.values()];
  }

  async run(bundle: Bundle): Promise<void> {
    if (Array.isArray(bundle)) await this.send(bundle);
    else await this.resolve(bundle);
  }

  private async send(all: Upload[]): Promise<void> {
    const read = await Promise.all(all.map(async (upload) => ({ upload, bytes: await bytesOf(upload.file) })));
    const there: { upload: Upload; bytes: ArrayBuffer }[] = [];
    for (const { upload, bytes } of read) {
      if (bytes) there.push({ upload, bytes });
      else this.fail(upload, new FileGone());
    }
    if (there.length === 0) return;
    const uploads = there.map(({ upload }) => upload);
    const stop = new AbortController();
    const abort = () => stop.abort();
    const signals = uploads.map((upload) => upload.stop.signal);
    for (const signal of signals) signal.addEventListener("abort", abort);
    const before = Math.max(this.newest, this.known());
    let reservation: number | undefined;
    try {
      reservation = await reserveFiles(this.stay, uploads);
      const size = there.reduce((sum, { bytes }) => sum + bytes.byteLength, 1);
      const form = new FormData();
      for (const { upload, bytes } of there) form.append("file", new Blob([bytes]), upload.name);
      const made = await sendFiles(this.stay, reservation, form, stop.signal, (sent) => {
        for (const upload of uploads) upload.move(0, (upload.size * Math.min(sent, size)) / size);
        this.to.changed();
      });
      this.newest = Math.max(this.newest, ...made.map(({ id }) => id));
      this.line.works();
      for (const upload of uploads) {
        upload.content = made.find(({ file_name }) => file_name === upload.name)?.id;
        this.done(upload);
      }
    } catch (error) {
      if (error instanceof Unreachable) this.line.broke();
      if (isDoubtful(error) && reservation !== undefined) this.doubts.push({ uploads, reservation, before, error });
      else this.failed(uploads, error);
      this.to.changed();
    } finally {
      for (const signal of signals) signal.removeEventListener("abort", abort);
    }
  }

  /** Finds out what became of files whose answer did not come. A reservation that can be given back was not used, and will
   * not be. */
  private async resolve(doubt: Doubt): Promise<void> {
    const { uploads, reservation, before, error: why } = doubt;
    try {
      const isReleased = await releaseFiles(this.stay, reservation);
      this.line.works();
      if (isReleased) return this.failed(uploads, why);
      const made = new Set((await contentsBehind(this.stay, before)).map(({ file_name, sha256 }) => `${sha256} ${file_name}`));
      const missing: Upload[] = [];
      for (const upload of uploads) {
        const hash = await sha256(upload.file, new AbortController().signal);
        if (made.has(`${hash} ${upload.name}`)) this.done(upload);
        else missing.push(upload);
      }
      this.failed(missing, why);
    } catch (error) {
      if (error instanceof Unreachable) this.line.broke();
      else if (isPassing(error)) this.line.rest(wait(error, 1));
      else return this.failed(uploads, error);
      this.doubts.push(doubt);
    }
  }

  private failed(uploads: Upload[], error: unknown): void {
    if (uploads.length === 0) return;
    // Where it was stopped, one of them was given up.
    if (error instanceof Unreachable || error instanceof DOMException) return this.again(uploads);
    if (error instanceof Problem && (GONE.includes(error.status) || isPassing(error))) {
      const left = uploads.filter((upload) => upload.tries++ < TRIES);
      for (const upload of uploads) if (!left.includes(upload)) this.fail(upload, error);
      if (isPassing(error)) this.line.rest(wait(error, left[0]?.tries ?? 0));
      return this.again(left);
    }
    const isAboutOne = error instanceof Problem && (error.status === 400 || isTooLarge(error) || error.code === "file_too_long");
    const [only, other] = uploads;
    if (!isAboutOne) for (const upload of uploads) this.fail(upload, error);
    else if (only && !other) this.alone(only);
    else {
      const half = Math.ceil(uploads.length / 2);
      this.halves.push(uploads.slice(0, half), uploads.slice(half));
    }
  }

  private alone(upload: Upload): void {
    this.idle(upload);
    upload.isAlone = true;
    if (upload.state === "waiting") this.to.alone(upload);
  }

  /** Back to the queue, but for those that were paused or given up meanwhile. */
  private again(uploads: Upload[]): void {
    for (const upload of uploads) this.idle(upload);
    this.add(...uploads.filter(({ state }) => state === "waiting"));
  }

  private done(upload: Upload): void {
    upload.isBundled = false;
    this.to.done(upload);
  }

  private fail(upload: Upload, error: unknown): void {
    upload.isBundled = false;
    // Given up meanwhile.
    if (upload.state !== "cancelled") this.to.failed(upload, error);
  }

  private idle(upload: Upload): void {
    upload.isBundled = false;
    upload.move(0, 0);
    if (upload.state === "sending") upload.state = "waiting";
  }
}

/** Whether the files may be stored nevertheless: not where the server refused them. A browser may have sent them a second
 * time by itself, to be answered that there is no such reservation. */
function isDoubtful(error: unknown): boolean {
  return !(error instanceof Problem) || GONE.includes(error.status) || (error.status >= 500 && error.status !== 507);
}

function wait(error: Problem, tries: number): number {
  return error.retryAfter === undefined || !isForAll(error) ? growing(tries) : error.retryAfter * 1_000;
}

/** `undefined` where browsers do not read it any more. */
async function bytesOf(file: File): Promise<ArrayBuffer | undefined> {
  return file.arrayBuffer().catch(() => undefined);
}

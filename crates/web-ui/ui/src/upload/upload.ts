import type { ReservedFile } from "./chunks";

export type State = "waiting" | "sending" | "paused" | "checking" | "done" | "failed" | "cancelled";

/** The file was changed, moved or deleted since it was picked: browsers do not read it any more. */
export class FileGone extends Error {}

/** Files that the server holds space for together. */
export interface Batch {
  reservation: string;
  /** How many of its files are still to come. */
  open: number;
  /** Whether one of them never will. */
  cancelled: boolean;
  /** Whether the server holds it no more. */
  gone: boolean;
}

/** Where the server holds space for a file. */
interface Place {
  batch: Batch;
  index: number;
  /** Bytes of each chunk but the last. */
  chunk: number;
}

/** A file on its way into the room. There may be many thousands: nothing is kept for a chunk before its turn comes, and
 * what people see is read off now and then. */
export class Upload {
  state: State = "waiting";
  /** The content that it has become, where that was reported. */
  content: number | undefined;
  /** Why it failed, for people. */
  problem: string | undefined;
  /** Whether trying it again may help. */
  isHopeless = false;
  /** Whether it has to go in chunks, however small it is. */
  isAlone = false;
  /** Whether it is in a request with others, or it is still to be found out what became of that. */
  isBundled = false;
  /** Answers of the server because of which it was tried again. */
  tries = 0;
  /** How often the line broke right behind an answer of the server. */
  breaks = 0;
  place: Place | undefined;
  stop = new AbortController();
  hash: Promise<string> | undefined;

  /** Chunks that have arrived. */
  private there = new Set<number>();
  /** Bytes in them. */
  private settled = 0;
  /** Bytes of each chunk that is on the way. */
  private readonly moving = new Map<number, number>();
  /** From here on no chunk has been handed out. */
  private cursor = 0;
  private returned: number[] = [];

  constructor(
    readonly id: number,
    readonly name: string,
    readonly file: File,
  ) {}

  get size(): number {
    return this.file.size;
  }

  get reserved(): ReservedFile {
    return { reservation: this.place?.batch.reservation ?? "", index: this.place?.index ?? 0 };
  }

  /** Bytes that have gone, as far as is known here. */
  get sent(): number {
    let sent = this.settled;
    for (const bytes of this.moving.values()) sent += bytes;
    return Math.min(this.size, sent);
  }

  private get count(): number {
    return this.place ? Math.ceil(this.size / this.place.chunk) : 0;
  }

  get isWhole(): boolean {
    return this.place !== undefined && this.there.size === this.count;
  }

  /** Whether something of it has arrived. */
  get hasBegun(): boolean {
    return this.there.size > 0;
  }

  /** The server holds space for it, and has these chunks already. */
  begin(place: Place, there: Iterable<number> = []): void {
    this.place = place;
    this.there = new Set(there);
    this.settled = 0;
    for (const chunk of this.there) this.settled += this.piece(chunk).size;
    this.cursor = 0;
    this.returned = [];
  }

  /** It begins anew, elsewhere: nothing of it counts any more. */
  reset(): void {
    this.halt();
    this.place = undefined;
    this.there = new Set();
    this.settled = 0;
    this.state = "waiting";
  }

  /** What is on the way for it stops. */
  halt(): void {
    this.stop.abort();
    this.stop = new AbortController();
    this.hash = undefined;
    this.moving.clear();
  }

  /** The next chunk that is neither there nor on the way, if there is one. */
  take(): number | undefined {
    const back = this.returned.pop();
    if (back !== undefined) return back;
    while (this.there.has(this.cursor)) this.cursor += 1;
    return this.cursor < this.count ? this.cursor++ : undefined;
  }

  /** The bytes of a chunk. */
  piece(index: number): Blob {
    const chunk = this.place?.chunk ?? this.size;
    return this.file.slice(index * chunk, (index + 1) * chunk);
  }

  /** So many bytes of a chunk have gone. */
  move(index: number, sent: number): void {
    this.moving.set(index, sent);
  }

  /** A chunk is on the way no more: it has arrived, or is to be handed out again. */
  settle(index: number, hasArrived: boolean): void {
    this.moving.delete(index);
    if (!hasArrived) this.returned.push(index);
    else {
      this.there.add(index);
      this.settled += this.piece(index).size;
    }
  }
}

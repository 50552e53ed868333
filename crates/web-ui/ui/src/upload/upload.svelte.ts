import type { ReservedFile } from "./chunks";
import { Pace } from "./plan";

export type State = "waiting" | "sending" | "paused" | "offline" | "checking" | "done" | "failed";

/** Files that the server holds space for together. */
export interface Batch {
  reservation: string;
  /** How many of its files are still to come. */
  open: number;
  /** Whether one of them never will. */
  cancelled: boolean;
}

/** A file on its way into the room. */
export class Upload {
  state = $state<State>("waiting");
  /** Bytes that are there, as far as is known here. */
  sent = $state(0);
  /** Bytes a second. */
  rate = $state<number | undefined>();
  problem = $state<string | undefined>();

  stop = new AbortController();
  hash: Promise<string> | undefined;
  private readonly pace = new Pace();
  /** Bytes of each chunk that is on the way. */
  private readonly moving = new Map<number, number>();
  private settled = 0;

  constructor(
    readonly id: number,
    readonly name: string,
    readonly file: File,
    readonly batch: Batch,
    readonly index: number,
    /** Bytes of each chunk but the last. */
    readonly chunk: number,
  ) {}

  get size(): number {
    return this.file.size;
  }

  get reserved(): ReservedFile {
    return { reservation: this.batch.reservation, index: this.index };
  }

  /** Seconds until it is there. */
  get left(): number | undefined {
    return this.rate ? (this.size - this.sent) / this.rate : undefined;
  }

  get isActive(): boolean {
    return this.state !== "done" && this.state !== "failed" && this.state !== "paused";
  }

  /** Takes over which chunks the server has; answers the others. */
  begin(there: ReadonlySet<number>): number[] {
    this.settled = [...there].reduce((sum, index) => sum + this.piece(index).size, 0);
    this.count();
    const count = Math.ceil(this.size / this.chunk);
    return Array.from({ length: count }, (_, index) => index).filter((index) => !there.has(index));
  }

  /** The bytes of a chunk. */
  piece(index: number): Blob {
    return this.file.slice(index * this.chunk, (index + 1) * this.chunk);
  }

  /** So many bytes of a chunk have gone. */
  move(index: number, sent: number): void {
    this.moving.set(index, sent);
    this.count();
  }

  /** A chunk is on the way no more: it has arrived, or not. */
  settle(index: number, arrived: boolean): void {
    this.moving.delete(index);
    if (arrived) this.settled += this.piece(index).size;
    this.count();
  }

  /** What is on the way for it stops; it may begin again. */
  halt(): void {
    this.stop.abort();
    this.stop = new AbortController();
  }

  private count(): void {
    const moving = [...this.moving.values()].reduce((sum, bytes) => sum + bytes, 0);
    const sent = Math.min(this.size, this.settled + moving);
    const now = performance.now();
    this.pace.add(Math.max(0, sent - this.sent), now);
    this.sent = sent;
    this.rate = this.pace.rate(now) ?? this.rate;
  }
}

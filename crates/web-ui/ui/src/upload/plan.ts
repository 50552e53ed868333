/** How files are put together for the server: which of them are prepared at once, in which chunks. Pure. */

export interface Planned {
  /** Its name in the room, perhaps a relative path. */
  name: string;
  size: number;
}

/** What the server takes in one upload. */
export interface Limits {
  files: number;
  chunks: number;
  chunkMin: number;
  chunkMax: number;
}

const MIB = 1 << 20;
/** Bytes of a chunk of a file that is not large: what a bad line has to send again at most. */
const CHUNK = 4 * MIB;
/** A large file has about so many chunks. */
const COUNT = 1_000;

/** Bytes of a file's chunks: whole MiB. */
export function chunkSize(size: number, limits: Limits): number {
  const wanted = Math.max(CHUNK, Math.ceil(size / COUNT / MIB) * MIB);
  return Math.min(Math.max(wanted, limits.chunkMin), limits.chunkMax);
}

/** The same limits where a chunk of so many bytes is too large for something on the way: a MiB is what proxies take unless
 * they are set up for more, and less where that is too much. */
export function smaller(limits: Limits, size: number): Limits {
  const chunkMax = size > MIB ? MIB : Math.max(limits.chunkMin, Math.floor(size / 4));
  return { ...limits, chunkMax: Math.min(limits.chunkMax, chunkMax) };
}

/** Files in the order in which they came, in batches that are each one upload: distinct names, not too many files, not
 * too many chunks. */
export function batches<T extends Planned>(files: T[], limits: Limits): T[][] {
  const done: T[][] = [];
  let batch: T[] = [];
  let names = new Set<string>();
  let chunks = 0;
  for (const file of files) {
    const count = Math.ceil(file.size / chunkSize(file.size, limits));
    const full = batch.length >= limits.files || chunks + count > limits.chunks || names.has(file.name);
    if (batch.length > 0 && full) {
      done.push(batch);
      [batch, names, chunks] = [[], new Set(), 0];
    }
    batch.push(file);
    names.add(file.name);
    chunks += count;
  }
  if (batch.length > 0) done.push(batch);
  return done;
}

/** A name as the server keeps it: composed, with slashes between folders. */
export function fileName(file: File, path?: string): string {
  return (path ?? (file.webkitRelativePath || file.name)).normalize("NFC").replace(/^\/+/, "");
}

/** Bytes a second over the last few seconds. */
export class Pace {
  private marks: { at: number; bytes: number }[] = [];
  private static readonly WINDOW = 5_000;

  add(bytes: number, at: number): void {
    this.marks.push({ at, bytes });
    while (this.marks.length > 1 && at - (this.marks[0]?.at ?? at) > Pace.WINDOW) this.marks.shift();
  }

  /** `undefined` until enough is known. */
  rate(at: number): number | undefined {
    const first = this.marks[0];
    if (!first || at - first.at < 500) return undefined;
    const bytes = this.marks.slice(1).reduce((sum, mark) => sum + mark.bytes, 0);
    return (bytes * 1_000) / (at - first.at);
  }
}

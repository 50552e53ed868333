import { Problem, answer, api, type Schemas } from "../api/client";
import { t } from "../i18n/index.svelte";
import { address } from "../lib/base";
import { bytes } from "../lib/format";
import { why, type RoomStore } from "../room/room.svelte";
import { toasts } from "../ui/toasts.svelte";
import type { Picked } from "./collect";
import { sha256 } from "./hash";
import { Pace, batches, chunkSize, type Limits } from "./plan";
import { isPassing, pause, send } from "./send";

/** Chunks that are on the way at once, of all files together. */
const AT_ONCE = 3;
/** The most chunks of one upload. */
const CHUNKS = 16_384;

export type State = "waiting" | "sending" | "paused" | "offline" | "checking" | "done" | "failed";

/** A file on its way into the room. */
export class Upload {
  state = $state<State>("waiting");
  /** Bytes that are there, as far as is known here. */
  sent = $state(0);
  /** Bytes a second. */
  rate = $state<number | undefined>();
  problem = $state<string | undefined>();

  readonly pace = new Pace();
  stop = new AbortController();
  hash: Promise<string> | undefined;
  /** Bytes of each chunk that is on the way. */
  readonly moving = new Map<number, number>();
  settled = 0;

  constructor(
    readonly id: number,
    readonly name: string,
    readonly file: File,
    public batch: Batch,
    public index: number,
    readonly chunk: number,
  ) {}

  get size(): number {
    return this.file.size;
  }

  /** Seconds until it is there. */
  get left(): number | undefined {
    return this.rate ? (this.size - this.sent) / this.rate : undefined;
  }

  get isActive(): boolean {
    return this.state !== "done" && this.state !== "failed" && this.state !== "paused";
  }

  count(): void {
    const moving = [...this.moving.values()].reduce((sum, bytes) => sum + bytes, 0);
    const sent = Math.min(this.size, this.settled + moving);
    const now = performance.now();
    this.pace.add(Math.max(0, sent - this.sent), now);
    this.sent = sent;
    this.rate = this.pace.rate(now) ?? this.rate;
  }
}

/** Files that the server holds space for together. */
interface Batch {
  reservation: string;
  /** How many of its files are still to come. */
  open: number;
  /** Whether one of them never will. */
  cancelled: boolean;
}

export type UnderWay = Schemas["UploadUnderWay"];

/** A file that an earlier page began to send. */
export interface Interrupted {
  reservation: string;
  index: number;
  name: string;
  size: number;
  sent: number;
  chunk: number;
}

/** The file was changed, moved or deleted since it was picked: browsers do not read it any more. */
class FileGone extends Error {}

async function isReadable(file: File): Promise<boolean> {
  try {
    await file.slice(0, 1).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

/** Everything on its way into a room. */
export class Uploads {
  list = $state.raw<Upload[]>([]);
  /** What was begun elsewhere, or before this page was loaded, and can go on with the same file. */
  interrupted = $state.raw<Interrupted[]>([]);
  /** What others are sending. */
  others = $state.raw<UnderWay[]>([]);

  private last = 0;
  private running = 0;
  private queue: (() => void)[] = [];
  private limits: Promise<Limits> | undefined;
  private readonly seen = new Set<string>();

  constructor(private readonly store: RoomStore) {}

  readonly active = $derived(this.list.filter((upload) => upload.isActive));

  /** Adds files: what was interrupted goes on, for the rest the space is taken first.
   *
   * Never fails: what cannot be is told to people.
   */
  async add(files: Picked[]): Promise<void> {
    const fresh = files.filter(({ file, name }) => !this.resume(file, name));
    if (fresh.length === 0) return;
    const total = fresh.reduce((sum, { file }) => sum + file.size, 0);
    if (total > this.store.left) return this.doesNotFit(total, this.store.left);
    try {
      const limits = await (this.limits ??= this.ask());
      const planned = fresh.map(({ file, name }) => ({ file, name, size: file.size }));
      for (const batch of batches(planned, limits)) await this.prepare(batch, limits);
    } catch (error) {
      this.limits = undefined;
      const details = error instanceof Problem && error.code === "room_full" ? error.details : undefined;
      if (details) return this.doesNotFit(Number(details["requested"]), Number(details["remaining"]));
      toasts.problem(t("add.failed", { why: why(error) }));
    }
  }

  private doesNotFit(needed: number, left: number): void {
    toasts.problem(t("upload.full", { needed: bytes(needed), left: bytes(left) }));
  }

  private async ask(): Promise<Limits> {
    const { limits } = await answer(api.GET("/api/v1/config", {}));
    return {
      files: limits.manifest_files,
      chunks: CHUNKS,
      chunkMin: limits.chunk_size_min,
      chunkMax: limits.chunk_size_max,
    };
  }

  private async prepare(files: { file: File; name: string; size: number }[], limits: Limits): Promise<void> {
    const manifest = files.map(({ file, name, size }) => ({
      name,
      size,
      mime: file.type || undefined,
      chunk_size: chunkSize(size, limits),
    }));
    const as = await this.store.as();
    const call = api.POST("/api/v1/rooms/{room}/uploads/chunks/prepare", { ...as, body: { files: manifest } });
    const held = await answer(call);
    this.seen.add(held.reservation_id);
    const batch: Batch = { reservation: held.reservation_id, open: files.length, cancelled: false };
    const uploads = files.map(
      ({ file, name }, index) =>
        new Upload(++this.last, name, file, batch, index, held.files[index]?.chunk_size ?? file.size),
    );
    this.list = [...this.list, ...uploads];
    for (const upload of uploads) void this.run(upload, new Set());
    void this.store.refresh();
  }

  // What was interrupted ---------------------------------------------------------------------------------------------

  /** Looks what is under way in the room. */
  async look(): Promise<void> {
    if (!this.store.mayEdit && !this.store.mayView) return;
    const all = await answer(api.GET("/api/v1/rooms/{room}/uploads", await this.store.as()));
    const mine = all.filter((upload) => upload.mine && upload.protocol === "chunks");
    this.others = all.filter((upload) => !upload.mine);
    this.interrupted = mine
      .filter((upload) => !this.seen.has(upload.reservation_id))
      .flatMap((upload) =>
        upload.files
          .filter((file) => file.content_id == null && !this.isHere(upload.reservation_id, file.file_index))
          .map((file) => ({
            reservation: upload.reservation_id,
            index: file.file_index,
            name: file.name,
            size: file.size,
            sent: file.uploaded_size,
            chunk: file.chunk_size ?? file.size,
          })),
      );
  }

  private isHere(reservation: string, index: number): boolean {
    return this.list.some((upload) => upload.batch.reservation === reservation && upload.index === index);
  }

  /** Goes on with a file that was interrupted, when this is it. */
  private resume(file: File, name: string): boolean {
    const before = this.interrupted.find((other) => other.size === file.size && other.name === name);
    if (!before) return false;
    void this.goOn(before, file);
    return true;
  }

  /** Goes on with the file that somebody picked for it; one of another size is not it. */
  async goOn(before: Interrupted, file: File): Promise<void> {
    if (file.size !== before.size) {
      toasts.problem(t("upload.other", { name: before.name, size: bytes(before.size) }));
      return;
    }
    try {
      const there = await this.chunksThere(before.reservation, before.index);
      const siblings = this.interrupted.filter((other) => other.reservation === before.reservation);
      const known = this.list.find((other) => other.batch.reservation === before.reservation)?.batch;
      const batch = known ?? { reservation: before.reservation, open: siblings.length, cancelled: false };
      const upload = new Upload(++this.last, before.name, file, batch, before.index, before.chunk);
      this.interrupted = this.interrupted.filter((other) => other !== before);
      this.list = [...this.list, upload];
      void this.run(upload, there);
    } catch (error) {
      toasts.problem(why(error));
    }
  }

  /** Gives up what was interrupted, with the other files that were begun with it. */
  async discard(before: Interrupted): Promise<void> {
    try {
      await this.release(before.reservation);
      this.interrupted = this.interrupted.filter((other) => other.reservation !== before.reservation);
    } catch (error) {
      toasts.problem(why(error));
    }
    void this.store.refresh();
  }

  private async chunksThere(reservation: string, index: number): Promise<Set<number>> {
    const { params, headers } = await this.store.as();
    const call = api.GET("/api/v1/rooms/{room}/uploads/chunks/status", {
      params: { ...params, query: { reservation_id: reservation } },
      headers,
    });
    const { chunk_details } = await answer(call);
    return new Set(chunk_details.filter((chunk) => chunk.file_index === index).map((chunk) => chunk.chunk_index));
  }

  // One file ---------------------------------------------------------------------------------------------------------

  /** Sends what is not there yet, and completes it. */
  private async run(upload: Upload, there: Set<number>): Promise<void> {
    const { signal } = upload.stop;
    try {
      const count = Math.ceil(upload.size / upload.chunk);
      const missing = Array.from({ length: count }, (_, index) => index).filter((index) => !there.has(index));
      upload.settled = [...there].reduce((sum, index) => sum + this.length(upload, index), 0);
      upload.count();
      // Beside the sending: it is read once more, and ready when the last byte has gone.
      upload.hash ??= sha256(upload.file, signal);
      upload.hash.catch(() => (upload.hash = undefined));
      await Promise.all(missing.map((index) => this.inTurn(() => this.sendChunk(upload, index), signal)));
      upload.state = "checking";
      await this.complete(upload, await (upload.hash ??= sha256(upload.file, signal)));
      upload.state = "done";
      this.closed(upload, false);
      this.drop(upload, 4_000);
      await this.store.refresh();
    } catch (error) {
      if (signal.aborted) return;
      upload.stop.abort();
      upload.stop = new AbortController();
      if (error instanceof Problem && (error.code === "reservation_expired" || error.code === "reservation_not_found")) {
        return this.again(upload);
      }
      if (error instanceof Problem && error.code === "hash_mismatch") {
        // What is there is of another version of the file.
        toasts.say(t("upload.changed", { name: upload.name }));
        this.closed(upload, true);
        return this.again(upload);
      }
      upload.hash = undefined;
      upload.problem = error instanceof FileGone || !(await isReadable(upload.file)) ? t("upload.gone") : why(error);
      upload.state = "failed";
    }
  }

  private length(upload: Upload, index: number): number {
    return Math.min(upload.chunk, upload.size - index * upload.chunk);
  }

  private async sendChunk(upload: Upload, index: number): Promise<void> {
    const { signal } = upload.stop;
    const start = index * upload.chunk;
    const piece = upload.file.slice(start, start + upload.chunk);
    const path =
      `api/v1/rooms/${encodeURIComponent(this.store.slug)}/uploads/chunks/${upload.index}/${index}` +
      `?reservation_id=${upload.batch.reservation}`;
    await this.persist(upload, async () => {
      const { headers } = await this.store.as();
      signal.throwIfAborted();
      upload.state = "sending";
      try {
        await send(address(path), headers, piece, signal, (sent) => {
          upload.moving.set(index, sent);
          upload.count();
        });
        upload.settled += piece.size;
      } finally {
        upload.moving.delete(index);
        upload.count();
      }
    });
  }

  private async complete(upload: Upload, hash: string): Promise<void> {
    await this.persist(upload, async () => {
      const call = api.POST("/api/v1/rooms/{room}/uploads/chunks/complete", {
        ...(await this.store.as()),
        body: { reservation_id: upload.batch.reservation, file_index: upload.index, final_hash: hash },
      });
      await answer(call);
    });
  }

  /** Tries until it is done, refused, or given up. */
  private async persist(upload: Upload, work: () => Promise<void>): Promise<void> {
    for (let tries = 0; ; tries += 1) {
      try {
        return await work();
      } catch (error) {
        if (upload.stop.signal.aborted || !isPassing(error)) throw error;
        // A file that cannot be read any more looks like a line that broke.
        if (!(await isReadable(upload.file))) throw new FileGone();
        upload.state = "offline";
        await pause(tries, upload.stop.signal);
      }
    }
  }

  /** One of a few at a time. */
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

  // What people do ----------------------------------------------------------------------------------------------------

  pause(upload: Upload): void {
    upload.stop.abort();
    upload.stop = new AbortController();
    upload.hash = undefined;
    upload.rate = undefined;
    upload.state = "paused";
  }

  /** Goes on after a pause or a failure. */
  async proceed(upload: Upload): Promise<void> {
    upload.problem = undefined;
    upload.state = "waiting";
    try {
      const there = await this.chunksThere(upload.batch.reservation, upload.index);
      void this.run(upload, there);
    } catch (error) {
      if (error instanceof Problem && (error.status === 404 || error.status === 410)) return this.again(upload);
      upload.problem = why(error);
      upload.state = "failed";
    }
  }

  /** The server holds it no more: from the beginning. */
  private again(upload: Upload): void {
    this.drop(upload, 0);
    void this.add([{ file: upload.file, name: upload.name }]);
  }

  /** Gives one up; its space is given back once nothing else was begun with it. */
  cancel(upload: Upload): void {
    const finished = upload.state === "done";
    upload.stop.abort();
    this.drop(upload, 0);
    if (!finished) this.closed(upload, true);
  }

  private closed(upload: Upload, cancelled: boolean): void {
    const { batch } = upload;
    batch.open -= 1;
    batch.cancelled ||= cancelled;
    if (batch.open === 0 && batch.cancelled) {
      void this.release(batch.reservation).then(
        () => this.store.refresh(),
        () => undefined, // It lapses by itself.
      );
    }
  }

  private async release(reservation: string): Promise<void> {
    const { params, headers } = await this.store.as();
    const call = api.DELETE("/api/v1/rooms/{room}/uploads/chunks/{reservation_id}", {
      params: { path: { ...params.path, reservation_id: reservation } },
      headers,
    });
    await answer(call);
  }

  private drop(upload: Upload, after: number): void {
    const go = () => (this.list = this.list.filter((other) => other !== upload));
    if (after === 0) go();
    else setTimeout(go, after);
  }
}

import { Problem } from "../api/problem";
import { bytes } from "../i18n/format";
import { t } from "../i18n/index.svelte";
import { why } from "../i18n/why";
import type { RoomStore } from "../room/room.svelte";
import { toasts } from "../ui/toasts.svelte";
import { arrived, limits, prepare, release, underWay, type UnderWay } from "./chunks";
import type { Picked } from "./collect";
import { interruptedFiles, type Interrupted } from "./interrupted";
import { batches, chunkSize, type Limits } from "./plan";
import { FileGone, Sender, isReadable } from "./sender";
import { Upload, type Batch } from "./upload.svelte";

/** How long a file that has arrived stays in the list, in milliseconds. */
const DONE = 4_000;

/** Everything on its way into a room. */
export class Uploads {
  list = $state.raw<Upload[]>([]);
  /** What was begun elsewhere, or before this page was loaded, and can go on with the same file. */
  interrupted = $state.raw<Interrupted[]>([]);
  /** What others are sending. */
  others = $state.raw<UnderWay[]>([]);

  private last = 0;
  private limits: Promise<Limits> | undefined;
  private readonly sender: Sender;
  /** Reservations that this page made. */
  private readonly reservations = new Set<string>();

  constructor(private readonly store: RoomStore) {
    this.sender = new Sender(store.stay);
  }

  readonly active = $derived(this.list.filter((upload) => upload.isActive));

  /** Adds files: what was interrupted goes on, for the rest the space is taken first.
   *
   * Never fails: what cannot be is shown to people.
   */
  async add(files: Picked[]): Promise<void> {
    const fresh = files.filter(({ file, name }) => !this.resume(file, name));
    if (fresh.length === 0) return;
    const total = fresh.reduce((sum, { file }) => sum + file.size, 0);
    if (total > this.store.left) return this.doesNotFit(total, this.store.left);
    try {
      const known = await (this.limits ??= limits());
      const planned = fresh.map(({ file, name }) => ({ file, name, size: file.size }));
      for (const batch of batches(planned, known)) await this.prepare(batch, known);
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

  private async prepare(files: { file: File; name: string; size: number }[], limits: Limits): Promise<void> {
    const manifest = files.map(({ file, name, size }) => ({
      name,
      size,
      mime: file.type || undefined,
      chunk_size: chunkSize(size, limits),
    }));
    const held = await prepare(this.store.stay, manifest);
    this.reservations.add(held.reservation_id);
    const batch: Batch = { reservation: held.reservation_id, open: files.length, cancelled: false };
    const uploads = files.map(
      ({ file, name }, index) =>
        new Upload(++this.last, name, file, batch, index, held.files[index]?.chunk_size ?? file.size),
    );
    this.list = [...this.list, ...uploads];
    for (const upload of uploads) void this.run(upload, new Set());
    void this.store.refresh();
  }

  /** Looks what is under way in the room. */
  async look(): Promise<void> {
    if (!this.store.mayEdit && !this.store.mayView) return;
    const all = await underWay(this.store.stay);
    this.others = all.filter((upload) => !upload.mine);
    this.interrupted = interruptedFiles(
      all,
      ({ reservation, index }) =>
        this.reservations.has(reservation) ||
        this.list.some((upload) => upload.batch.reservation === reservation && upload.index === index),
    );
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
      const there = await arrived(this.store.stay, before);
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
      await release(this.store.stay, before.reservation);
      this.interrupted = this.interrupted.filter((other) => other.reservation !== before.reservation);
    } catch (error) {
      toasts.problem(why(error));
    }
    void this.store.refresh();
  }

  private async run(upload: Upload, there: ReadonlySet<number>): Promise<void> {
    const { signal } = upload.stop;
    try {
      await this.sender.send(upload, there);
      upload.state = "done";
      this.closed(upload, false);
      setTimeout(() => this.drop(upload), DONE);
      await this.store.refresh();
    } catch (error) {
      if (signal.aborted) return;
      upload.halt();
      await this.failed(upload, error);
    }
  }

  private async failed(upload: Upload, error: unknown): Promise<void> {
    if (error instanceof Problem && (error.code === "reservation_expired" || error.code === "reservation_not_found")) {
      return this.again(upload);
    }
    if (error instanceof Problem && error.code === "hash_mismatch") {
      // What is there is of another version of the file.
      toasts.notify(t("upload.changed", { name: upload.name }));
      this.closed(upload, true);
      return this.again(upload);
    }
    upload.hash = undefined;
    upload.problem = error instanceof FileGone || !(await isReadable(upload.file)) ? t("upload.gone") : why(error);
    upload.state = "failed";
  }

  pause(upload: Upload): void {
    upload.halt();
    upload.hash = undefined;
    upload.rate = undefined;
    upload.state = "paused";
  }

  /** Goes on after a pause or a failure. */
  async proceed(upload: Upload): Promise<void> {
    upload.problem = undefined;
    upload.state = "waiting";
    try {
      const there = await arrived(this.store.stay, upload.reserved);
      void this.run(upload, there);
    } catch (error) {
      if (error instanceof Problem && (error.status === 404 || error.status === 410)) return this.again(upload);
      upload.problem = why(error);
      upload.state = "failed";
    }
  }

  /** The server holds it no more: from the beginning. */
  private again(upload: Upload): void {
    this.drop(upload);
    void this.add([{ file: upload.file, name: upload.name }]);
  }

  /** Gives one up; its space is given back once nothing else was begun with it. */
  cancel(upload: Upload): void {
    const finished = upload.state === "done";
    upload.halt();
    this.drop(upload);
    if (!finished) this.closed(upload, true);
  }

  private closed(upload: Upload, cancelled: boolean): void {
    const { batch } = upload;
    batch.open -= 1;
    batch.cancelled ||= cancelled;
    if (batch.open === 0 && batch.cancelled) {
      void release(this.store.stay, batch.reservation).then(
        () => this.store.refresh(),
        () => undefined, // It lapses by itself.
      );
    }
  }

  private drop(upload: Upload): void {
    this.list = this.list.filter((other) => other !== upload);
  }
}

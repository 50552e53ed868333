import type { Schemas } from "../api/client";
import { Problem, Unreachable } from "../api/problem";
import { bytes } from "../i18n/format";
import { t } from "../i18n/index.svelte";
import { why } from "../i18n/why";
import type { Happening } from "../room/event-stream";
import type { RoomStore } from "../room/room.svelte";
import { toasts } from "../ui/toasts.svelte";
import { giveThumbnail } from "../viewer/make-thumbnail";
import { Bundler, isSmall } from "./bundler";
import { arrived, limits, prepare, release, underWay } from "./chunks";
import type { Collected, Picked } from "./collect";
import { interruptedFile, interruptedUploads, type Interrupted } from "./interrupted";
import { Line, growing } from "./line";
import { Others } from "./others.svelte";
import { Pace, batches, chunkSize, smaller, type Limits } from "./plan";
import { Queue } from "./queue";
import { TRIES, isPassing, isTooLarge } from "./send";
import { Sender, isReadable } from "./sender";
import { FileGone, Upload, type Batch } from "./upload";
import { view, type View } from "./view";

/** How long what has arrived is shown when nothing is on its way any more, in milliseconds. */
const DONE = 4_000;
/** How often what people see is brought up to date, in milliseconds. */
const SHOWN = 200;
/** How often it is looked what is under way in the room at most, in milliseconds. */
const LOOK = 5_000;

/** Everything on its way into a room. */
export class Uploads {
  /** How it stands, brought up to date a few times a second. */
  view = $state.raw<View>(view([], { files: 0, bytes: 0 }));
  /** Seconds until all of it is there, as far as that is known. */
  left = $state<number>();
  /** Whether the server does not answer. */
  isCutOff = $state(false);
  /** By its path, what could not be read. */
  unread = $state.raw<{ id: number; path: string }[]>([]);
  /** What was begun elsewhere, or before this page was loaded, and can go on with the same files. */
  interrupted = $state.raw<Interrupted[]>([]);
  readonly others = new Others();

  private last = 0;
  private readonly all = new Set<Upload>();
  private arrived = { files: 0, bytes: 0 };
  private pace = new Pace();
  private showing: ReturnType<typeof setTimeout> | undefined;
  private ending: ReturnType<typeof setTimeout> | undefined;
  private looking: ReturnType<typeof setTimeout> | undefined;
  private lookedAt = 0;

  private limits: Limits | undefined;
  /** The server does not hold space for these yet: that is asked for when their turn comes. */
  private readonly fresh = new Queue<Upload>();
  private isPreparing = false;
  private readonly line = new Line(() => void this.sender.reopened());
  private readonly bundler: Bundler;
  private readonly sender: Sender;
  /** Reservations that this page made, or goes on with. */
  private readonly reservations = new Set<string>();

  constructor(private readonly store: RoomStore) {
    const outcome = {
      changed: () => this.showSoon(),
      done: (upload: Upload) => this.done(upload),
      failed: (upload: Upload, error: unknown) => void this.failed(upload, error),
      alone: (upload: Upload) => this.fresh.push(upload),
    };
    this.bundler = new Bundler(store.stay, this.line, outcome, () => store.contents.all[0]?.id ?? 0);
    this.sender = new Sender(store.stay, this.line, this.bundler, {
      ...outcome,
      over: (upload, code) => void this.over(upload, code),
      tooLarge: (upload, size) => this.tooLarge(upload, size),
      empty: () => void this.prepare(),
    });
  }

  /** Whether there is something to show. */
  readonly isShown = $derived(
    this.view.files > 0 || this.unread.length > 0 || this.interrupted.length > 0 || this.others.list.length > 0,
  );

  /** Adds files: what was interrupted goes on, the rest waits for its turn.
   *
   * Never fails: what cannot be is shown to people.
   */
  add({ files, unread }: Collected): void {
    if (unread.length > 0) this.unread = [...this.unread, ...unread.map((path) => ({ id: ++this.last, path }))];
    if (files.length === 0 && unread.length === 0) return void toasts.notify(t("add.nothing"));
    const fresh = this.resume(files);
    const total = fresh.reduce((sum, { file }) => sum + file.size, 0);
    let left = this.store.left;
    for (const { place, size } of this.all) if (!place) left -= size;
    if (total > left) return this.doesNotFit(total, Math.max(0, left));
    this.enqueue(fresh.map(({ file, name }) => new Upload(++this.last, name, file)));
  }

  private enqueue(uploads: Upload[]): void {
    if (uploads.length === 0) return;
    for (const upload of uploads) this.await(upload);
    this.take(uploads);
    this.sender.go();
  }

  /** It waits for its turn. */
  private await(upload: Upload): void {
    if (isSmall(upload)) this.bundler.add(upload);
    else this.fresh.push(upload);
  }

  private take(uploads: Upload[]): void {
    clearTimeout(this.ending);
    this.ending = undefined;
    for (const upload of uploads) this.all.add(upload);
    this.show();
  }

  private doesNotFit(needed: number, left: number): void {
    toasts.problem(t("upload.full", { needed: bytes(needed), left: bytes(left) }));
  }

  /** Has the server hold space for the next files, unless some wait to be sent already. */
  private async prepare(): Promise<void> {
    if (this.isPreparing || this.fresh.size === 0 || !this.line.isOpen) return;
    this.isPreparing = true;
    let next: Upload[] = [];
    try {
      this.limits ??= await limits();
      const [batch = []] = batches(this.fresh.first(this.limits.files), this.limits);
      next = this.fresh.take(batch.length).filter(isNext);
      if (next.length > 0) await this.hold(next, this.limits);
    } catch (error) {
      if (next.length === 0) next = this.fresh.take(this.fresh.size).filter(isNext);
      this.postpone(next.filter(isNext), error);
    }
    this.isPreparing = false;
    this.sender.go();
  }

  /** Has the server hold space for files. Where it does not because of some of them, the others get theirs.
   *
   * @throws {Problem} where it holds none for any of them.
   */
  private async hold(uploads: Upload[], limits: Limits): Promise<void> {
    let held;
    try {
      held = await prepare(this.store.stay, manifest(uploads, limits));
    } catch (error) {
      if (!isAboutOne(error) || uploads.length === 1) throw error;
      const fit = await this.sift(halves(uploads), limits);
      return fit.length > 0 ? this.hold(fit, limits) : undefined;
    }
    this.line.works();
    const batch: Batch = { reservation: held.reservation_id, open: uploads.length, cancelled: false, gone: false };
    this.reservations.add(batch.reservation);
    for (const [index, upload] of uploads.entries()) {
      upload.begin({ batch, index, chunk: held.files[index]?.chunk_size ?? upload.size });
      // Given up meanwhile.
      if (upload.state === "cancelled") void this.closed(upload, true);
    }
    this.sender.add(...uploads);
    this.store.changed();
  }

  /** Those of some files for which the server would hold space together; the others have failed.
   *
   * @throws {Problem} where that is not to be found out; {Unreachable}.
   */
  private async sift(parts: Upload[][], limits: Limits): Promise<Upload[]> {
    const fit: Upload[] = [];
    for (const part of parts) {
      try {
        const { reservation_id } = await prepare(this.store.stay, manifest(part, limits));
        await release(this.store.stay, reservation_id);
        fit.push(...part);
      } catch (error) {
        if (!isAboutOne(error)) throw error;
        if (part.length === 1) this.postpone(part, error);
        else fit.push(...(await this.sift(halves(part), limits)));
      }
    }
    return fit;
  }

  /** The server holds no space for files: later, or not at all. */
  private postpone(uploads: Upload[], error: unknown): void {
    if (error instanceof Unreachable) {
      this.line.broke();
      this.fresh.push(...uploads);
      return this.showSoon();
    }
    const later = isPassing(error) ? uploads.filter((upload) => upload.tries++ < TRIES) : [];
    if (isPassing(error)) this.line.rest((error.retryAfter ?? 0) * 1_000 || growing(later[0]?.tries ?? 0));
    this.fresh.push(...later);
    const isFull = error instanceof Problem && error.code === "room_full" && error.details;
    if (isFull) this.doesNotFit(Number(isFull["requested"]), Number(isFull["remaining"]));
    for (const upload of uploads) if (!later.includes(upload)) void this.failed(upload, error);
  }

  /** Looks what is under way in the room, not too often. */
  look(): void {
    if (this.looking || (!this.store.mayEdit && !this.store.mayView)) return;
    this.looking = setTimeout(
      () => {
        this.lookedAt = Date.now();
        this.lookNow()
          .catch(() => undefined)
          .finally(() => (this.looking = undefined));
      },
      Math.max(0, this.lookedAt + LOOK - Date.now()),
    );
  }

  private async lookNow(): Promise<void> {
    const all = await underWay(this.store.stay);
    this.others.looked(all.filter((upload) => !upload.mine));
    // What is being prepared is not known by its reservation yet.
    if (this.isPreparing) return;
    this.interrupted = interruptedUploads(all, (reservation) => this.reservations.has(reservation));
  }

  /** Something happened in the room. */
  heard({ kind, data }: Happening): void {
    if (!kind.startsWith("upload.")) return;
    const event = data as Schemas["UploadEvent"];
    const { reservation_id: reservation, upload } = event;
    if (this.reservations.has(reservation)) return;
    // Another page of this browser goes on with it.
    this.interrupted = this.interrupted.filter((other) => other.reservation !== reservation);
    if (this.others.has(reservation)) this.others.heard(event);
    else if (upload && !this.isPreparing) this.look();
  }

  /** Goes on with those files that were interrupted; answers the others. Those that were picked for just that need not have
   * their folders. */
  private resume(files: Picked[], isPicked = false): Picked[] {
    const found = new Map<Interrupted, Map<number, Picked>>();
    const rest = files.filter((picked) => {
      for (const before of this.interrupted) {
        const chosen = found.get(before) ?? new Map<number, Picked>();
        const left = before.files.filter(({ index }) => !chosen.has(index));
        const { name, file: { size } } = picked;
        const file = isPicked ? interruptedFile(left, name, size) : left.find((one) => one.name === name && one.size === size);
        if (!file) continue;
        found.set(before, chosen.set(file.index, picked));
        return false;
      }
      return true;
    });
    for (const [before, chosen] of found) void this.goOn(before, chosen);
    return rest;
  }

  /** Goes on with the files that somebody picked for what was interrupted; others are not it. */
  pick(files: Picked[]): void {
    const first = this.interrupted[0]?.files[0];
    if (this.resume(files, true).length === files.length && first) toasts.problem(t("upload.other", { name: first.name, size: bytes(first.size) }));
  }

  private async goOn(before: Interrupted, chosen: Map<number, Picked>): Promise<void> {
    const { reservation, files } = before;
    try {
      const there = await arrived(this.store.stay, reservation);
      const batch: Batch = { reservation, open: files.length, cancelled: false, gone: false };
      this.reservations.add(reservation);
      const rest = files.filter(({ index }) => !chosen.has(index));
      this.interrupted = this.interrupted.flatMap((other) => {
        if (other !== before) return [other];
        return rest.length > 0 ? [{ reservation, files: rest }] : [];
      });
      const uploads = Array.from(chosen, ([index, picked]) => {
        const upload = new Upload(++this.last, picked.name, picked.file);
        const chunk = files.find((file) => file.index === index)?.chunk ?? picked.file.size;
        upload.begin({ batch, index, chunk }, there.get(index));
        return upload;
      });
      this.take(uploads);
      this.sender.add(...uploads);
    } catch (error) {
      toasts.problem(why(error));
    }
  }

  /** Gives up all that was interrupted. */
  discardAll(): void {
    for (const { reservation } of this.interrupted) void this.discard(reservation);
  }

  /** Gives up what was interrupted, or what somebody else sends: that is for owners. */
  async discard(reservation: string): Promise<void> {
    try {
      await release(this.store.stay, reservation);
      this.interrupted = this.interrupted.filter((other) => other.reservation !== reservation);
      this.others.ended(reservation);
    } catch (error) {
      toasts.problem(why(error));
    }
    this.store.changed();
  }

  private done(upload: Upload): void {
    upload.state = "done";
    this.all.delete(upload);
    this.arrived.files += 1;
    this.arrived.bytes += upload.size;
    void this.closed(upload, false);
    if (upload.content !== undefined) void giveThumbnail(this.store, upload.content, upload.file);
    this.store.changed();
    this.showSoon();
  }

  private async failed(upload: Upload, error: unknown): Promise<void> {
    upload.halt();
    upload.state = "failed";
    const isGone = error instanceof FileGone || !(await isReadable(upload.file));
    upload.problem = isGone ? t("upload.gone") : why(error);
    upload.isHopeless = isGone || (error instanceof Problem && error.status === 400);
    this.showSoon();
  }

  /** The server does not hold it any more, or holds something else: from the beginning. */
  private async over(upload: Upload, code: string): Promise<void> {
    const batch = upload.place?.batch;
    if (code === "hash_mismatch") toasts.notify(t("upload.changed", { name: upload.name }));
    if (batch) batch.gone ||= code === "reservation_expired" || code === "reservation_not_found";
    await this.restart(upload);
  }

  private async restart(upload: Upload): Promise<void> {
    const ended = this.closed(upload, true);
    upload.reset();
    await ended;
    this.fresh.push(upload);
    this.sender.go();
  }

  /** Something on the way takes no chunks as large: from now on they are smaller. */
  private tooLarge(upload: Upload, size: number): void {
    if (!this.limits || size <= this.limits.chunkMin) {
      upload.problem = t("upload.blocked");
      upload.halt();
      upload.state = "failed";
      return this.showSoon();
    }
    this.limits = smaller(this.limits, size);
    this.sender.most = this.limits.chunkMax;
    void this.restart(upload);
  }

  pause(upload: Upload): void {
    if (upload.state !== "waiting" && upload.state !== "sending") return;
    // What is on the way arrives.
    upload.state = "paused";
    this.showSoon();
  }

  pauseAll(): void {
    for (const upload of this.all) this.pause(upload);
    this.show();
  }

  /** Goes on after a pause or a failure. */
  proceed(upload: Upload): void {
    if (upload.state !== "paused" && (upload.state !== "failed" || upload.isHopeless)) return;
    upload.problem = undefined;
    upload.tries = 0;
    upload.state = upload.isBundled ? "sending" : "waiting";
    if (upload.isBundled) return this.showSoon();
    if (upload.place) this.sender.add(upload);
    else this.await(upload);
    this.sender.go();
    this.showSoon();
  }

  /** Everything that is in a state goes on. */
  proceedAll(state: "paused" | "failed"): void {
    for (const upload of this.all) if (upload.state === state) this.proceed(upload);
    this.show();
  }

  /** Gives one up; its space is given back once nothing else was begun with it. */
  cancel(upload: Upload): void {
    upload.halt();
    upload.state = "cancelled";
    this.all.delete(upload);
    void this.closed(upload, true);
    this.showSoon();
  }

  cancelAll(): void {
    for (const upload of this.all) this.cancel(upload);
    this.unread = [];
    this.show();
  }

  /** What could not be read has been seen. */
  dismiss(id: number): void {
    this.unread = this.unread.filter((other) => other.id !== id);
  }

  private async closed(upload: Upload, cancelled: boolean): Promise<void> {
    const batch = upload.place?.batch;
    if (!batch) return;
    batch.open -= 1;
    batch.cancelled ||= cancelled;
    if (batch.open > 0 || !batch.cancelled || batch.gone) return;
    // Where it does not, it lapses by itself.
    await release(this.store.stay, batch.reservation).catch(() => undefined);
    this.store.changed();
  }

  private showSoon(): void {
    this.showing ??= setTimeout(() => this.show(), SHOWN);
  }

  private show(): void {
    clearTimeout(this.showing);
    this.showing = undefined;
    const now = performance.now();
    const next = view(this.all, this.arrived);
    this.pace.add(Math.max(0, next.worked - this.view.worked), now);
    const rate = next.active > 0 ? this.pace.rate(now) : undefined;
    this.left = rate ? (next.work - next.worked) / rate : undefined;
    this.isCutOff = this.line.isBroken && next.active > 0;
    this.view = next;
    if (this.all.size === 0 && next.files > 0) this.ending ??= setTimeout(() => this.end(), DONE);
  }

  /** All has arrived, and that was shown. */
  private end(): void {
    this.ending = undefined;
    if (this.all.size > 0) return;
    this.arrived = { files: 0, bytes: 0 };
    this.pace = new Pace();
    this.left = undefined;
    this.view = view([], this.arrived);
  }
}

/** Whether the server has to hold space for it: who went on after a pause may have been put into the queue twice. */
function isNext({ state, place }: Upload): boolean {
  return state === "waiting" && !place;
}

function manifest(uploads: Upload[], limits: Limits) {
  return uploads.map(({ name, size, file }) => ({
    name,
    size,
    mime: file.type || undefined,
    chunk_size: chunkSize(size, limits),
  }));
}

/** Whether it may be but one of several files for which the server refuses them all. */
function isAboutOne(error: unknown): boolean {
  return error instanceof Problem && (error.status === 400 || isTooLarge(error));
}

function halves<T>(items: T[]): T[][] {
  const half = Math.ceil(items.length / 2);
  return [items.slice(0, half), items.slice(half)];
}

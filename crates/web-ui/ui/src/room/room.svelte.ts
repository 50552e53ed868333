import { DELETE, EDIT, SHARE, VIEW, answer, api, type Content, type Room, type Schemas } from "../api/client";
import { keepOwnerKey } from "../api/owner-key";
import { Problem, Unreachable } from "../api/problem";
import { endStay, forgetRoom, rememberRoom } from "../api/session";
import { t } from "../i18n/index.svelte";
import { toasts } from "../ui/toasts.svelte";
import { Contents } from "./contents.svelte";
import { Entry } from "./entry.svelte";
import type { Happening } from "./event-stream";
import { List } from "./list";
import { Live } from "./live";
import { People } from "./people.svelte";
import { Reader } from "./reader";
import { Stay } from "./stay";
import { Thumbnails } from "./thumbnails";
import { Watch } from "./watch";

/** So long what happens is gathered before the room is read anew, in milliseconds. */
const TOGETHER = 150;
/** So much time there is between two of these at least, however much happens, in milliseconds. */
const APART = 1_000;
/** So often contents that come one behind the other are shown, in milliseconds. */
const SHOWN = 250;
/** The same for what comes again and again while somebody types. */
const BY_AND_BY = 3_000;

/** A room as this page sees it: the way in, what one may do, what is in it, and the way out. */
export class RoomStore {
  room = $state.raw<Room | undefined>();
  /** When the room was found to be gone, by its owner who was in it. What this page has of it stays. */
  lost = $state<number | undefined>();
  /** Since when the server has not answered, in milliseconds since 1970. */
  cutOff = $state<number | undefined>();
  private held = $state(0);
  /** What of it an owner gave this session, whatever guests may do by default. */
  private granted = $state(0);
  private asOwner = $state(false);

  readonly stay: Stay;
  readonly entry: Entry;
  readonly contents: Contents;
  readonly reader: Reader;
  readonly thumbnails: Thumbnails;
  readonly people: People;
  private readonly list: List;
  private readonly live: Live;
  private readonly watch = new Watch(
    () => this.refresh(),
    () => this.live.live,
  );
  /** What is about to be read anew, for something happened: the room, or what is in it too. */
  private due: "room" | "all" | undefined;
  private dueAt = 0;
  private readAt = -Infinity;
  /** Contents of which was heard, and that are about to be shown. */
  private came: Content[] = [];
  private showing: ReturnType<typeof setTimeout> | undefined;
  private reading: ReturnType<typeof setTimeout> | undefined;
  private readonly listeners = new Set<(happening: Happening) => void>();
  /** Looks that were begun, and the last one that counted. */
  private looks = 0;
  private looked = 0;
  private closed = false;

  constructor(slug: string) {
    this.stay = new Stay(slug);
    this.entry = new Entry(this.stay, () => this.begin());
    this.contents = new Contents(this.stay, () => this.refresh());
    this.reader = new Reader(this.stay);
    this.thumbnails = new Thumbnails(this.stay, this.reader);
    this.people = new People(this.stay);
    this.list = new List(this.stay);
    this.live = new Live(this.stay, {
      happened: (happening) => this.happened(happening),
      missed: () => this.readSoon("all"),
    });
  }

  /** What may be done now. */
  readonly permission = $derived.by(() => {
    if (!this.room) return 0;
    if (this.lost !== undefined) return VIEW;
    return this.asOwner ? VIEW | EDIT | SHARE | DELETE : this.held & (this.room.permission | this.granted);
  });
  readonly owner = $derived(this.asOwner && this.lost === undefined);
  readonly mayView = $derived((this.permission & VIEW) !== 0);
  readonly mayEdit = $derived((this.permission & EDIT) !== 0);
  readonly mayShare = $derived((this.permission & SHARE) !== 0);
  readonly mayDelete = $derived((this.permission & DELETE) !== 0);

  /** Bytes that can still be added. */
  readonly left = $derived(this.room ? Math.max(0, this.room.max_size - this.room.current_size) : 0);

  private async begin(): Promise<void> {
    await this.look();
    if (this.closed) return;
    if (this.room) rememberRoom(this.stay.slug, { name: this.room.name, visited: Date.now() });
    this.watch.start();
    this.live.start();
    this.people.start();
    addEventListener("pagehide", this.contents.flush);
  }

  /** Becomes the owner, from within. With a key that is not this room's, everything stays as it is.
   *
   * @throws {Problem} when the key is not the room's.
   */
  async own(key: string): Promise<void> {
    await this.stay.enter({ owner_key: key });
    await keepOwnerKey(this.stay.slug, key);
    // An owner hears more.
    this.live.stop();
    this.live.start();
    await this.look();
  }

  /** Reads the room and what is in it. */
  private async look(): Promise<void> {
    const [look, changes] = [++this.looks, this.contents.changes];
    const as = await this.stay.as();
    const call = api.GET("/api/v1/rooms/{room}", as);
    const [room, { contents, event }] = await Promise.all([answer(call), this.list.read()]);
    // Answers may overtake each other.
    if (look < this.looked) return;
    this.looked = look;
    this.held = this.stay.session?.claims.permission ?? 0;
    this.granted = this.stay.session?.claims.granted ?? 0;
    this.asOwner = this.stay.session?.claims.owner ?? false;
    this.moved(room);
    this.contents.list(contents, changes);
    this.live.read(event, (await call).response.headers.get("last-event-id") ?? undefined);
  }

  /** Passes on whatever happens in the room, until what this answers is called. */
  hear(listener: (happening: Happening) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Whether what happens in the room is heard as it happens. */
  get isHeard(): boolean {
    return this.live.live;
  }

  /** Something was changed from here: what is not heard of is read anew in a moment. */
  changed(): void {
    this.readSoon(this.isHeard ? "room" : "all");
  }

  /** Something happened in the room. */
  private happened(happening: Happening): void {
    this.people.heard(happening);
    for (const listener of this.listeners) listener(happening);
    const { kind, data } = happening;
    const about = data as { id?: number; content?: Content | null; ids?: number[] };
    if (about.content) this.comes(about.content);
    else this.show();
    if (kind === "content.edited") {
      const isKnown = this.contents.edited(data as Schemas["EditedEvent"]);
      return this.readSoon(isKnown ? "room" : "all", BY_AND_BY);
    }
    if (kind === "content.deleted") this.contents.gone(about.ids ?? []);
    else if (about.content === null && about.id !== undefined) this.contents.gone([about.id]);
    else if (kind.startsWith("room.")) return this.readSoon("all");
    else if (!about.content && !kind.startsWith("upload.")) return;
    // Its size is another one now.
    this.readSoon("room");
  }

  /** A content that was added or changed. The first is shown at once, and what comes behind it a few times a second. */
  private comes(content: Content): void {
    this.came.push(content);
    if (this.showing) return;
    this.show();
    this.showing = setTimeout(() => {
      this.showing = undefined;
      this.show();
    }, SHOWN);
  }

  private show(): void {
    if (this.came.length > 0) this.contents.happened(this.came.splice(0));
  }

  /** Reads the room anew in a moment, once for all that happens until then. */
  private readSoon(what: "room" | "all", time = TOGETHER): void {
    const now = Date.now();
    const at = Math.max(now + time, this.readAt + APART);
    const waits = this.due !== undefined && this.dueAt <= at;
    if (this.due !== "all") this.due = what;
    if (waits) return;
    this.dueAt = at;
    clearTimeout(this.reading);
    this.reading = setTimeout(() => {
      const due = this.due;
      this.due = undefined;
      this.readAt = Date.now();
      if (this.watch.on) void (due === "all" ? this.refresh() : this.trying(() => this.lookAtRoom()));
    }, at - now);
  }

  private async lookAtRoom(): Promise<void> {
    this.moved(await answer(api.GET("/api/v1/rooms/{room}", await this.stay.as())));
  }

  /** The same, when something was just done; what fails is tried again by and by. */
  refresh(): Promise<void> {
    return this.trying(() => this.look());
  }

  private async trying(read: () => Promise<void>): Promise<void> {
    try {
      await read();
      this.cutOff = undefined;
    } catch (error) {
      if (error instanceof Unreachable) this.cutOff ??= Date.now();
      if (!this.watch.on || error instanceof Unreachable) return;
      if (!(error instanceof Problem)) throw error;
      if (error.status >= 500 || error.status === 429) return;
      this.leave(error);
    }
  }

  /** The room changed, by the answer to a call; its address may have as well. */
  moved(room: Room): void {
    this.room = room;
    if (room.slug === this.stay.slug) return;
    this.reader.forget();
    this.stay.move(room.slug);
  }

  /** The server does not let us go on. */
  private leave(problem: Problem): void {
    this.stop();
    if (problem.status === 401) {
      endStay(this.stay.slug, problem);
      void this.entry.start().then(() => {
        if (!["open", "ended"].includes(this.entry.stage.kind)) toasts.notify(t("room.signedout"));
      });
    } else if (problem.status === 404 && this.asOwner) this.lose();
    else if (problem.status === 404) this.entry.stage = { kind: "gone" };
    else this.entry.refuse(problem);
  }

  /** Others deleted what is ours, or moved it with our key: there is nothing to go on with, and nothing to take away. */
  private lose(): void {
    this.lost = Date.now();
    rememberRoom(this.stay.slug, { gone: this.lost });
  }

  /** The page is left. */
  close(): void {
    this.closed = true;
    this.stop();
  }

  private stop(): void {
    this.watch.stop();
    this.live.stop();
    this.people.stop();
    void this.contents.flush();
    removeEventListener("pagehide", this.contents.flush);
  }

  /** Leaves the room for good: this browser forgets it, its owner key as well.
   *
   * @throws {Unreachable} when the server does not answer; then nothing is forgotten.
   */
  async depart(): Promise<void> {
    await Promise.all(this.contents.flush());
    // What is under way must not come in again.
    this.watch.stop();
    this.live.stop();
    this.people.stop();
    try {
      const token = await this.stay.session?.bearer();
      if (token) await answer(api.POST("/api/v1/auth/logout", { body: { access_token: token } }));
    } catch (error) {
      // A stay that is over needs no end.
      if (!(error instanceof Problem)) {
        this.watch.start();
        this.live.start();
        this.people.start();
        throw error;
      }
    }
    this.stop();
    forgetRoom(this.stay.slug);
  }

  /** Deletes the room.
   *
   * @throws {Problem} when the server does not.
   */
  async destroy(): Promise<void> {
    await answer(api.DELETE("/api/v1/rooms/{room}", await this.stay.as()));
    this.stop();
    forgetRoom(this.stay.slug);
    this.entry.stage = { kind: "gone" };
  }
}

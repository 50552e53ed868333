import {
  DELETE,
  EDIT,
  Problem,
  SHARE,
  Unreachable,
  VIEW,
  answer,
  api,
  type Content,
  type Room,
  type Schemas,
} from "../api/client";
import { Session, forgetRoom, rememberRoom, roomAt, type Credential } from "../api/session";
import { t } from "../i18n/index.svelte";
import { address } from "../lib/base";
import { toasts } from "../ui/toasts.svelte";

/** Where somebody stands before a room. */
export type Stage =
  | { kind: "loading" }
  | { kind: "missing" }
  | { kind: "invalid"; why: string }
  | { kind: "password"; wrong: boolean }
  | { kind: "expired" }
  | { kind: "refused"; why: string; code: string }
  | { kind: "offline" }
  | { kind: "gone" }
  | { kind: "open" };

/** How often a room is looked at while its page is seen, in milliseconds. */
const LOOK = 4_000;
/** How long something deleted can be brought back, in milliseconds. */
const UNDO = 6_000;
/** Life of the tickets that images and players are shown by, in seconds. */
const TICKET_LIFE = 3_600;

/** A room as this page sees it, and everything that can be done in it. */
export class RoomStore {
  stage = $state.raw<Stage>({ kind: "loading" });
  room = $state.raw<Room | undefined>();
  /** As the server lists them: by ascending number. */
  private listed = $state.raw<Content[]>([]);
  private hidden = $state.raw<ReadonlySet<number>>(new Set());
  /** The owner key of a room that was just made, until it is put away. */
  newKey = $state<string | undefined>();
  private held = $state(0);
  private asOwner = $state(false);

  session: Session | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private stopped = false;
  /** Looks that were begun, the last one that counted, and changes that calls told of. */
  private looks = 0;
  private looked = 0;
  private changes = 0;
  private tickets = new Map<number, { url: Promise<string>; ends: number }>();
  private deletions = new Map<number[], ReturnType<typeof setTimeout>>();

  constructor(public slug: string) {}

  /** What may be done now. */
  readonly permission = $derived.by(() => {
    if (!this.room) return 0;
    return this.asOwner ? VIEW | EDIT | SHARE | DELETE : this.held & this.room.permission;
  });
  readonly owner = $derived(this.asOwner);
  readonly mayView = $derived((this.permission & VIEW) !== 0);
  readonly mayEdit = $derived((this.permission & EDIT) !== 0);
  readonly mayShare = $derived((this.permission & SHARE) !== 0);
  readonly mayDelete = $derived((this.permission & DELETE) !== 0);

  /** All contents, the newest first. */
  readonly contents = $derived(this.listed.filter((content) => !this.hidden.has(content.id)).toReversed());
  /** The text that is kept at the top: the oldest pinned one. */
  readonly note = $derived(this.listed.find(isNote));
  /** The rest. */
  readonly items = $derived(this.contents.filter((content) => content !== this.note));

  /** Bytes that can still be added. */
  readonly left = $derived(this.room ? Math.max(0, this.room.max_size - this.room.current_size) : 0);

  // Coming in -------------------------------------------------------------------------------------------------------

  /** Looks who is there: takes up a remembered stay, or a ticket, or comes in where nothing keeps one out. */
  async start(ticket?: string): Promise<void> {
    this.stage = { kind: "loading" };
    this.stopped = false;
    const verdict = takeVerdict();
    try {
      if (verdict === "room_not_found") {
        // What was remembered is of a room that is gone, or that moved: its key may still be good.
        if (roomAt(this.slug)?.ownerKey) {
          rememberRoom(this.slug, { token: undefined, tokenEnds: undefined, refreshToken: undefined });
        } else forgetRoom(this.slug);
        this.stage = { kind: "missing" };
        return;
      }
      if (verdict === "room_expired") {
        this.stage = { kind: "expired" };
        return;
      }
      if (ticket) return await this.enter({ ticket });
      this.session = await Session.resume(this.slug);
      if (this.session) return await this.opened();
      const key = roomAt(this.slug)?.ownerKey;
      if (key) {
        try {
          return await this.comeIn({ owner_key: key });
        } catch (error) {
          // Another room of the same name by now.
          if (!(error instanceof Problem) || error.code !== "wrong_owner_key") throw error;
          rememberRoom(this.slug, { ownerKey: undefined });
        }
      }
      if (verdict === "password" || (verdict !== "open" && (await this.hasPassword()))) this.stage = { kind: "password", wrong: false };
      else await this.comeIn({});
    } catch (error) {
      this.refuse(error);
    }
  }

  private async hasPassword(): Promise<boolean> {
    return (await answer(api.GET("/api/v1/rooms/{room}", { params: this.path() }))).has_password;
  }

  /** Makes the room, and comes in as its owner. */
  async create(password: string): Promise<void> {
    try {
      const call = api.POST("/api/v1/rooms/{room}", {
        params: this.path(),
        body: password === "" ? {} : { password },
      });
      const made = await answer(call);
      rememberRoom(this.slug, { name: made.name, ownerKey: made.owner_key });
      this.newKey = made.owner_key;
      await this.comeIn({ owner_key: made.owner_key });
    } catch (error) {
      // Somebody else was faster: it is theirs, and may be entered.
      if (error instanceof Problem && error.code === "name_taken") return this.start();
      this.refuse(error);
    }
  }

  /** Comes in with a password, a key or a ticket; what is wrong with it is shown where it was asked for.
   *
   * @throws {Problem} when an owner key is not this room's.
   */
  async enter(credential: Credential): Promise<void> {
    try {
      await this.comeIn(credential);
      if ("owner_key" in credential) rememberRoom(this.slug, { ownerKey: credential.owner_key });
    } catch (error) {
      if (error instanceof Problem && error.code === "wrong_owner_key") throw error;
      this.refuse(error);
    }
  }

  /** Becomes the owner, from within. With a key that is not this room's, everything stays as it is.
   *
   * @throws {Problem} when the key is not the room's.
   */
  async own(key: string): Promise<void> {
    this.session = await Session.enter(this.slug, { owner_key: key });
    rememberRoom(this.slug, { ownerKey: key });
    await this.look();
  }

  private async comeIn(credential: Credential): Promise<void> {
    this.session = await Session.enter(this.slug, credential);
    await this.opened();
  }

  private async opened(): Promise<void> {
    await this.look();
    if (this.room) rememberRoom(this.slug, { name: this.room.name, visited: Date.now() });
    this.stage = { kind: "open" };
    this.schedule();
    document.addEventListener("visibilitychange", this.seen);
    addEventListener("online", this.seen);
    addEventListener("pagehide", this.flush);
  }

  private refuse(error: unknown): void {
    if (error instanceof Unreachable) this.stage = { kind: "offline" };
    else if (!(error instanceof Problem)) throw error;
    else if (error.code === "room_not_found") this.stage = { kind: "missing" };
    else if (error.code === "invalid_room_name") this.stage = { kind: "invalid", why: error.message };
    else if (error.code === "room_expired") this.stage = { kind: "expired" };
    else if (error.code === "wrong_password") this.stage = { kind: "password", wrong: this.stage.kind === "password" };
    else this.stage = { kind: "refused", why: error.message, code: error.code };
  }

  // Looking ---------------------------------------------------------------------------------------------------------

  private path() {
    return { path: { room: this.slug } };
  }

  /** Header and path of a call, as this stay. */
  async as(): Promise<{ params: { path: { room: string } }; headers: Record<string, string> }> {
    if (!this.session) throw new Problem(401, "token_missing", t("room.signedout"));
    return { params: this.path(), headers: await this.session.headers() };
  }

  /** Reads the room and what is in it. */
  async look(): Promise<void> {
    const as = await this.as();
    const [look, changes] = [++this.looks, this.changes];
    const [room, contents] = await Promise.all([
      answer(api.GET("/api/v1/rooms/{room}", as)),
      answer(api.GET("/api/v1/rooms/{room}/contents", as)),
    ]);
    // Answers may overtake each other, and what was changed here meanwhile may not be in them yet.
    if (look < this.looked) return;
    this.looked = look;
    this.held = this.session?.claims.permission ?? 0;
    this.asOwner = this.session?.claims.owner ?? false;
    this.moved(room);
    if (changes === this.changes) this.listed = contents;
  }

  /** The same, when something was just done; what fails is tried again by and by. */
  async refresh(): Promise<void> {
    try {
      await this.look();
    } catch (error) {
      if (this.stopped || error instanceof Unreachable) return;
      if (!(error instanceof Problem)) throw error;
      if (error.status >= 500 || error.status === 429) return;
      this.leave(error);
    }
  }

  /** The server does not let us go on. */
  private leave(problem: Problem): void {
    this.stop();
    if (problem.status === 401) {
      // The token is no good; perhaps the stay still is.
      rememberRoom(this.slug, { tokenEnds: 0 });
      void this.start().then(() => {
        if (this.stage.kind !== "open") toasts.say(t("room.signedout"));
      });
    } else if (problem.status === 404) this.stage = { kind: "gone" };
    else this.refuse(problem);
  }

  private schedule(): void {
    clearTimeout(this.timer);
    if (this.stopped) return;
    this.timer = setTimeout(async () => {
      if (!document.hidden) await this.refresh();
      if (this.stage.kind === "open") this.schedule();
    }, LOOK);
  }

  private seen = (): void => {
    if (!document.hidden && this.stage.kind === "open") void this.refresh();
  };

  /** The page is left. */
  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    this.flush();
    document.removeEventListener("visibilitychange", this.seen);
    removeEventListener("online", this.seen);
    removeEventListener("pagehide", this.flush);
  }

  // Doing -----------------------------------------------------------------------------------------------------------

  /** Adds a text, or a link where it is one. */
  async add(text: string): Promise<void> {
    const as = await this.as();
    const link = text.trim();
    if (/^(https?:\/\/|mailto:)\S+$/i.test(link)) {
      await answer(api.POST("/api/v1/rooms/{room}/urls", { ...as, body: { url: link } }));
    } else {
      await answer(api.POST("/api/v1/rooms/{room}/texts", { ...as, body: { text } }));
    }
    void this.refresh();
  }

  /** Changes a content, if it is still at the version that it was seen at.
   *
   * @throws {Problem} 412 with the content as it stands in `details`.
   */
  async change(content: Content, change: Schemas["ChangeContent"]): Promise<Content> {
    const { headers } = await this.as();
    const changed = await answer(
      api.PATCH("/api/v1/rooms/{room}/contents/{id}", {
        params: {
          path: { room: this.slug, id: content.id },
          header: { "If-Match": `"${content.version}"` },
        },
        headers,
        body: change,
      }),
    );
    this.take(changed);
    return changed;
  }

  /** A content as it stands now, of which a call just told. */
  take(content: Content): void {
    this.changes += 1;
    const others = this.listed.filter((other) => other.id !== content.id);
    this.listed = [...others, content].sort((a, b) => a.id - b.id);
  }

  /** Deletes contents, in a moment: until then they can be brought back. */
  remove(ids: number[]): void {
    this.hidden = new Set([...this.hidden, ...ids]);
    const timer = setTimeout(() => void this.deleteNow(ids), UNDO);
    this.deletions.set(ids, timer);
    toasts.say(t("content.deleted", { n: ids.length }), {
      label: t("app.undo"),
      run: () => {
        clearTimeout(timer);
        this.deletions.delete(ids);
        this.hidden = new Set([...this.hidden].filter((id) => !ids.includes(id)));
      },
    });
  }

  private async deleteNow(ids: number[], keepalive = false): Promise<void> {
    this.deletions.delete(ids);
    try {
      const as = await this.as();
      await answer(api.DELETE("/api/v1/rooms/{room}/contents", { ...as, body: { ids }, keepalive }));
    } catch (error) {
      if (!(error instanceof Problem && error.code === "content_not_found")) toasts.problem(why(error));
    }
    await this.refresh();
    this.hidden = new Set([...this.hidden].filter((id) => !ids.includes(id)));
  }

  /** What waits to be deleted goes now: nobody is left to bring it back. */
  private flush = (): Promise<void>[] =>
    [...this.deletions].map(([ids, timer]) => {
      clearTimeout(timer);
      return this.deleteNow(ids, true);
    });

  /** An address from which an element can load a content: it carries a ticket for just that. */
  source(content: Content): Promise<string> {
    const known = this.tickets.get(content.id);
    if (known && known.ends > Date.now() + 60_000) return known.url;
    const url = this.ticketed(content, TICKET_LIFE);
    this.tickets.set(content.id, { url, ends: Date.now() + TICKET_LIFE * 1_000 });
    url.catch(() => this.tickets.delete(content.id));
    return url;
  }

  private async ticketed(content: Content, seconds: number): Promise<string> {
    const as = await this.as();
    const made = await answer(
      api.POST("/api/v1/rooms/{room}/tickets", {
        ...as,
        body: { action: "download", content_id: content.id, ttl_seconds: seconds },
      }),
    );
    const path = `api/v1/rooms/${encodeURIComponent(this.slug)}/contents/${content.id}`;
    return `${address(path)}?ticket=${encodeURIComponent(made.ticket)}`;
  }

  /** Saves a content as a file, as browsers do. */
  async download(content: Content): Promise<void> {
    const url = new URL(await this.source(content));
    url.pathname += "/download";
    const link = document.createElement("a");
    link.href = url.href;
    link.download = "";
    document.body.append(link);
    link.click();
    link.remove();
  }

  /** All bytes of a content. For small ones. */
  async bytes(content: Content, signal?: AbortSignal): Promise<Blob> {
    return (await this.read(content, {}, signal)).blob();
  }

  /** A content's bytes, or a part of them where `more` has a range.
   *
   * @throws {Problem} when the server refuses it; {Unreachable} when it does not answer; the signal's reason.
   */
  async read(content: Content, more: Record<string, string>, signal?: AbortSignal): Promise<Response> {
    const { headers } = await this.as();
    const path = address(`api/v1/rooms/${encodeURIComponent(this.slug)}/contents/${content.id}`);
    let response;
    try {
      response = await fetch(path, { headers: { ...headers, ...more }, signal, redirect: "manual" });
      // A server that sends its readers to a bucket, which is another origin, does not do so for tickets.
      if (response.type === "opaqueredirect") response = await fetch(await this.source(content), { headers: more, signal });
    } catch (error) {
      if (signal?.aborted || error instanceof Problem) throw error;
      throw new Unreachable(String(error));
    }
    if (!response.ok) throw await Problem.of(response);
    return response;
  }

  /** The room changed, as a call just told; its address may have as well. */
  moved(room: Room): void {
    this.room = room;
    if (room.slug !== this.slug) {
      this.tickets.clear();
      this.session?.move(room.slug);
      this.slug = room.slug;
      history.replaceState(null, "", address(encodeURIComponent(room.slug)));
    }
  }

  /** Leaves the room for good: this browser forgets it, its owner key as well.
   *
   * @throws {Unreachable} when the server does not answer; then nothing is forgotten.
   */
  async depart(): Promise<void> {
    await Promise.all(this.flush());
    // What is under way must not come in again.
    this.stopped = true;
    try {
      const token = await this.session?.bearer();
      if (token) await answer(api.POST("/api/v1/auth/logout", { body: { access_token: token } }));
    } catch (error) {
      // A stay that is over needs no end.
      if (!(error instanceof Problem)) {
        this.stopped = false;
        this.schedule();
        throw error;
      }
    }
    this.stop();
    forgetRoom(this.slug);
  }

  /** Deletes the room.
   *
   * @throws {Problem} when the server does not.
   */
  async destroy(): Promise<void> {
    await answer(api.DELETE("/api/v1/rooms/{room}", await this.as()));
    this.stop();
    forgetRoom(this.slug);
    this.stage = { kind: "gone" };
  }
}

/** A text of limited downloads is not read for being shown. */
function isNote(content: Content): boolean {
  return content.pinned && content.content_type === "text" && content.max_downloads == null;
}

/** What the server said of the room together with the page: it holds for the first look only. */
function takeVerdict(): string | undefined {
  const meta = document.querySelector<HTMLMetaElement>("meta[name=verdict]");
  meta?.remove();
  return meta?.content;
}

/** What went wrong, for people. */
export function why(error: unknown): string {
  if (error instanceof Unreachable) return t("error.network");
  if (error instanceof Problem) return error.message || t("error.unknown");
  return t("error.unknown");
}

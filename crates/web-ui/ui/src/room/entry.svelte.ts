import { answer, api } from "../api/client";
import { keepOwnerKey, ownerKey } from "../api/owner-key";
import { Problem } from "../api/problem";
import { forgetRoom, rememberRoom, roomAt, type Credential } from "../api/session";
import { makeRoom } from "./make";
import { refusal, type Stage } from "./stage";
import type { Stay } from "./stay";

/** The way into a room: where somebody stands before it, and what they show to get further. */
export class Entry {
  stage = $state.raw<Stage>({ kind: "loading" });
  /** The owner key of a room that was just made, until it is put away. */
  newKey = $state<string | undefined>();

  constructor(
    private readonly stay: Stay,
    /** Begins the stay, for which there is a session now. */
    private readonly begin: () => Promise<void>,
  ) {}

  /** Looks who is there: takes up a remembered stay, or a ticket, or comes in where nothing keeps one out; after a stay
   * that somebody ended only to come in `again`. */
  async start(ticket?: string, again = false): Promise<void> {
    this.stage = { kind: "loading" };
    const verdict = takeVerdict();
    try {
      if (verdict === "room_not_found") return this.missing();
      if (verdict === "room_expired") {
        this.stage = { kind: "expired" };
        return;
      }
      if (ticket) return await this.enter({ ticket });
      if (await this.stay.resume()) return await this.open();
      if (await this.comeInByKey()) return;
      if (verdict === "password" || (verdict !== "open" && (await this.hasPassword()))) {
        this.stage = { kind: "password", wrong: false };
      } else if (roomAt(this.stay.slug)?.ended && !again) this.stage = { kind: "ended" };
      else await this.comeIn({});
    } catch (error) {
      this.refuse(error);
    }
  }

  /** What was remembered is of a room that is gone, or that moved: its key may still be valid. */
  private missing(): void {
    const { slug } = this.stay;
    const known = roomAt(slug);
    if (!known?.ownerKey) forgetRoom(slug);
    else rememberRoom(slug, { token: undefined, tokenEnds: undefined, refreshToken: undefined, gone: known.gone ?? Date.now() });
    this.stage = { kind: "missing", gone: roomAt(slug)?.gone };
  }

  /** Whether this browser keeps the room's owner key. */
  private async comeInByKey(): Promise<boolean> {
    const key = await ownerKey(this.stay.slug);
    if (!key) return false;
    try {
      await this.comeIn({ owner_key: key });
      return true;
    } catch (error) {
      // Another room of the same name by now.
      if (!(error instanceof Problem) || error.code !== "wrong_owner_key") throw error;
      rememberRoom(this.stay.slug, { ownerKey: undefined });
      return false;
    }
  }

  private async hasPassword(): Promise<boolean> {
    return (await answer(api.GET("/api/v1/rooms/{room}", { params: this.stay.params() }))).has_password;
  }

  /** Makes the room, and comes in as its owner: see {@link makeRoom}.
   *
   * @throws {Problem} when the key that rooms are made with here is missing, or another one.
   */
  async create(password: string, permission: number): Promise<void> {
    try {
      this.newKey = await makeRoom(this.stay.slug, password, permission);
      await this.comeIn({ owner_key: this.newKey });
    } catch (error) {
      // Somebody else was faster: it is theirs, and may be entered.
      if (error instanceof Problem && error.code === "name_taken") return this.start();
      if (error instanceof Problem && error.code.startsWith("create_key_")) throw error;
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
      if ("owner_key" in credential) await keepOwnerKey(this.stay.slug, credential.owner_key);
    } catch (error) {
      if (error instanceof Problem && error.code === "wrong_owner_key") throw error;
      this.refuse(error);
    }
  }

  private async comeIn(credential: Credential): Promise<void> {
    await this.stay.enter(credential);
    await this.open();
  }

  private async open(): Promise<void> {
    await this.begin();
    this.stage = { kind: "open" };
  }

  /** The server does not let somebody in, or on. */
  refuse(error: unknown): void {
    this.stage = refusal(error, this.stage);
  }
}

/** How the server found the room when it sent the page: it holds for the first look only. */
function takeVerdict(): string | undefined {
  const meta = document.querySelector<HTMLMetaElement>("meta[name=verdict]");
  meta?.remove();
  return meta?.content;
}

import { Problem } from "../api/problem";
import { Session, type Credential } from "../api/session";
import { t } from "../i18n/index.svelte";
import { address } from "../lib/base";
import { router } from "../lib/router.svelte";

/** A stay in a room: the address it answers to, and the session by which each call is made. */
export class Stay {
  session: Session | undefined;

  constructor(public slug: string) {}

  /** Takes up the stay that this browser remembers, where there is one that is still valid. */
  async resume(): Promise<boolean> {
    this.session = await Session.resume(this.slug);
    return this.session !== undefined;
  }

  /** Comes in. What does not work leaves the stay as it is.
   *
   * @throws {Problem} when the server refuses it; {Unreachable} when it does not answer.
   */
  async enter(credential: Credential): Promise<void> {
    this.session = await Session.enter(this.slug, credential);
  }

  params() {
    return { path: { room: this.slug } };
  }

  /** Header and path of a call, as this stay. */
  async as(): Promise<{ params: { path: { room: string } }; headers: Record<string, string> }> {
    if (!this.session) throw new Problem(401, "token_missing", t("room.signedout"));
    return { params: this.params(), headers: await this.session.headers() };
  }

  /** The absolute address of something below the room in the API. */
  address(path: string): string {
    return address(`api/v1/rooms/${encodeURIComponent(this.slug)}/${path}`);
  }

  /** The room answers to another address from now on. */
  move(slug: string): void {
    this.session?.move(slug);
    this.slug = slug;
    router.move(slug);
  }
}

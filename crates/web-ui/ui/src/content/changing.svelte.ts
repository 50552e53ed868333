import type { Content, Schemas } from "../api/client";
import { Problem } from "../api/problem";
import { t } from "../i18n/index.svelte";
import { why } from "../i18n/why";
import { contentName } from "../room/content";
import type { RoomStore } from "../room/room.svelte";

/** A change of a content as somebody makes it, from the version that they saw. */
export class Changing {
  busy = $state(false);
  problem = $state<string | undefined>();
  /** What the change starts from. When somebody else was first it is theirs, and one may go ahead from there. */
  from: Content;

  constructor(
    private store: RoomStore,
    content: Content,
  ) {
    this.from = $state.raw(content);
  }

  /** Whether it worked. */
  async run(change: Schemas["ChangeContent"]): Promise<boolean> {
    this.busy = true;
    this.problem = undefined;
    try {
      await this.store.contents.change(this.from, change);
      return true;
    } catch (error) {
      this.problem = this.explain(error);
      return false;
    } finally {
      this.busy = false;
    }
  }

  private explain(error: unknown): string {
    if (!(error instanceof Problem)) return why(error);
    if (error.code === "content_not_found") return t("content.gone");
    if (error.status !== 412 || !error.details) return why(error);
    this.from = error.details as unknown as Content;
    this.store.contents.take(this.from);
    return t("content.conflict", { name: contentName(this.from) });
  }
}

import { answer, api, type Schemas } from "../api/client";
import type { Happening } from "./event-stream";
import type { Stay } from "./stay";

/** Somebody who is there, or is gone. */
export type Sign = Omit<Schemas["PresentObject"], "me"> & { gone?: boolean };

/** Whoever says nothing is gone after 30 s. Less often than a place in a text is told anew, which may have moved since, in
 * milliseconds. */
const ALIVE = 12_000;

/** Dark enough for white letters. */
const COLOURS = ["#b42318", "#1a56a8", "#2c6a1d", "#8a2f8f", "#9a4a06", "#0f6a63"] as const;

/** Who else is in a room. One is there oneself as long as the page is seen. */
export class People {
  /** The others, in the order in which they came. */
  others = $state.raw<Sign[]>([]);
  /** Which of those that are there one is oneself. */
  me: string | undefined;
  private readonly colour = COLOURS[Math.floor(Math.random() * COLOURS.length)];
  private at: string | undefined;
  private isOn = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly listeners = new Set<(sign: Sign) => void>();

  constructor(private readonly stay: Stay) {}

  start(): void {
    this.isOn = true;
    document.addEventListener("visibilitychange", this.alive);
    this.alive();
  }

  stop(): void {
    this.isOn = false;
    document.removeEventListener("visibilitychange", this.alive);
    clearTimeout(this.timer);
    this.others = [];
  }

  /** Tells whoever asks of each who comes, is elsewhere or goes, until what this answers is called. */
  listen(listener: (sign: Sign) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Says where in a text one is; `undefined` where one is in none. */
  place(at: string | undefined): Promise<void> {
    this.at = at;
    return this.sign();
  }

  private alive = (): void => {
    clearTimeout(this.timer);
    if (!document.hidden) void this.sign();
  };

  private async sign(): Promise<void> {
    if (!this.isOn) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(this.alive, ALIVE);
    try {
      const body = { colour: this.colour, at: this.at };
      const all = await answer(api.POST("/api/v1/rooms/{room}/presence", { ...(await this.stay.as()), body }));
      if (!this.isOn) return;
      this.me = all.find(({ me }) => me)?.session;
      this.others = all.filter(({ me }) => !me);
      // Whoever is not there any more was reported as gone.
      for (const sign of all) this.tell(sign);
    } catch {
      // The next sign comes soon, and nothing depends on this one.
    }
  }

  /** Something happened in the room. */
  heard({ kind, data }: Happening): void {
    // Until it is known which session one is oneself, all that are there come with the answer to the first sign.
    if (kind !== "presence" || this.me === undefined) return;
    const sign = data as Sign;
    if (sign.session !== this.me) {
      const known = this.others.some(({ session }) => session === sign.session);
      if (sign.gone) this.others = this.others.filter(({ session }) => session !== sign.session);
      else this.others = known ? this.others.map((one) => (one.session === sign.session ? sign : one)) : [...this.others, sign];
    }
    this.tell(sign);
  }

  private tell(sign: Sign): void {
    for (const listener of this.listeners) listener(sign);
  }
}

/** The colour that somebody is known by: theirs, where it is one. */
export function colourOf({ colour }: Sign): string {
  return /^#[0-9a-f]{6}$/.test(colour ?? "") ? colour! : COLOURS[0];
}

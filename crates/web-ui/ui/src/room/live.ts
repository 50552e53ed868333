import { follow, type Happening } from "./event-stream";
import type { Stay } from "./stay";

interface Follower {
  happened: (happening: Happening) => void;
  /** Something may have been missed: everything has to be read anew. */
  missed: () => void;
}

/** What the page that listens passes on to the others of this browser. */
type Message = { happening: Happening; id?: string } | { live: boolean } | { ask: true };

/** A page that nobody sees listens for so long, in milliseconds. */
const HIDDEN = 60_000;

/** What happens in a room, as it happens. Of all pages of this browser that show the room one listens and passes on what
 * it hears, as far as the browser has locks for that. */
export class Live {
  /** Whether what happens is heard as it happens. */
  live = false;
  private last: string | undefined;
  private stopping: AbortController | undefined;
  private channel: BroadcastChannel | undefined;
  private listens = false;
  private hiding: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly stay: Stay,
    private readonly to: Follower,
  ) {}

  start(): void {
    document.addEventListener("visibilitychange", this.seen);
    this.begin();
  }

  stop(): void {
    document.removeEventListener("visibilitychange", this.seen);
    clearTimeout(this.hiding);
    this.end();
  }

  private seen = (): void => {
    clearTimeout(this.hiding);
    if (document.hidden) this.hiding = setTimeout(() => this.end(), HIDDEN);
    else this.begin();
  };

  private begin(): void {
    if (this.stopping) return;
    const { signal } = (this.stopping = new AbortController());
    const listen = async () => {
      this.listens = true;
      await follow(this.stay, this.last, { happened: this.happened, live: this.turned }, signal);
      this.listens = false;
    };
    const locks = (navigator as { locks?: LockManager }).locks;
    if (!locks) return void listen();
    // One for each stay: an owner sees what a guest may not.
    const name = `elizabeth:events:${this.stay.session?.claims.sid}`;
    this.channel = new BroadcastChannel(name);
    this.channel.onmessage = ({ data }: MessageEvent<Message>) => this.heard(data);
    this.say({ ask: true });
    locks.request(name, { signal }, listen).catch(() => undefined);
  }

  private end(): void {
    this.stopping?.abort();
    this.stopping = undefined;
    if (this.listens) this.say({ live: false });
    this.channel?.close();
    this.channel = undefined;
    this.live = false;
  }

  private say(message: Message): void {
    this.channel?.postMessage(message);
  }

  /** From another page of this browser. */
  private heard(message: Message): void {
    if ("ask" in message) {
      if (this.listens) this.say({ live: this.live });
    } else if (this.listens) return;
    else if ("live" in message) this.turn(message.live);
    else this.take(message.happening, message.id);
  }

  private happened = (happening: Happening, id: string | undefined): void => {
    this.say({ happening, id });
    this.take(happening, id);
  };

  private take(happening: Happening, id: string | undefined): void {
    if (id !== undefined) this.last = id;
    if (happening.kind === "reset") this.to.missed();
    else this.to.happened(happening);
  }

  private turned = (live: boolean): void => {
    this.say({ live });
    this.turn(live);
  };

  private turn(live: boolean): void {
    if (live === this.live) return;
    this.live = live;
    // With a place to go on from, what was missed comes by itself.
    if (live && (!this.listens || this.last === undefined)) this.to.missed();
  }
}

import { follow, type Happening } from "./event-stream";
import type { Stay } from "./stay";

interface Follower {
  happened: (happening: Happening) => void;
  /** Something may have been missed: everything has to be read anew. */
  missed: () => void;
}

/** What the page that listens passes on to the others of this browser. `last` is up to where it has heard everything. */
type Message = { happening: Happening; id?: string } | { live: boolean; last?: string } | { ask: true };

/** A page that nobody sees listens for so long, in milliseconds. */
const HIDDEN = 60_000;

/** What happens in a room, as it happens, behind what a list showed. Of all pages of this browser that show the room one
 * listens and passes on what it hears, as far as the browser has locks for that. */
export class Live {
  /** Whether what happens is heard as it happens. */
  live = false;
  /** The event up to which this page has heard or seen everything: the room's number, a dot, and the event's. */
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

  /** Everything was read as it stood behind an event, each part of it behind one of these at least. */
  read(...events: (string | undefined)[]): void {
    const all = events.filter((event) => event !== undefined);
    const oldest = all.reduce((oldest, event) => (isBehind(event, oldest) ? event : oldest), all[0] ?? "");
    if (all.length === events.length && isBehind(this.last, oldest)) this.last = oldest;
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
      const to = { happened: this.happened, reached: this.reached, live: this.turned };
      await follow(this.stay, () => this.last, to, signal);
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
      if (this.listens) this.say({ live: this.live, last: this.last });
    } else if (this.listens) return;
    else if ("live" in message) {
      this.live = message.live;
      // What happened before the other page could be heard.
      if (message.live && (message.last === undefined || isBehind(this.last, message.last))) this.to.missed();
    } else {
      if (message.id !== undefined) this.last = message.id;
      this.take(message.happening);
    }
  }

  private reached = (id: string): void => {
    this.last = id;
  };

  private happened = (happening: Happening, id: string | undefined): void => {
    this.say({ happening, id });
    this.take(happening);
  };

  private take(happening: Happening): void {
    if (happening.kind === "reset") this.to.missed();
    else this.to.happened(happening);
  }

  /** What was missed comes by itself, where there was something to go on from. */
  private turned = (live: boolean): void => {
    this.say({ live, last: this.last });
    this.live = live;
    if (live && this.last === undefined) this.to.missed();
  };
}

/** Whether an event is older than another, or of another room. */
function isBehind(event: string | undefined, other: string): boolean {
  const [room, number] = (event ?? "").split(".");
  const [otherRoom, otherNumber] = other.split(".");
  return room !== otherRoom || Number(number) < Number(otherNumber);
}

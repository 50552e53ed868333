import { base } from "./base";

/** Something over the page that the browser's Back closes. */
export interface Layer {
  /** Its address behind the number sign, where it can be linked to. */
  detail?: string;
  /** Closes it. Answers whether it is closed: something in it may have to be asked about first. */
  close: () => boolean;
}

/** What an entry of the browser's history that is ours says of itself. */
interface Entry {
  /** Which visit of a page it belongs to. */
  visit: number;
  /** How many layers are open in it. */
  over: number;
}

const DETAIL = /^#([cf]\/.+)$/;

/** Which room the address bar names, and what is open over its page: each layer has an entry in the browser's history. */
class Router {
  room = $state<string | undefined>();
  /** What an address asks to be opened, until somebody does. */
  wanted = $state<string | undefined>();

  private visit = 0;
  /** The path of the page that is open, as it is now: a room may have moved since an entry was made. */
  private path = "";
  private layers: Layer[] = [];
  /** Layers that the entry of the history that is shown stands for. */
  private entries = 0;
  /** Whether the browser is on its way to another entry. */
  private moving = false;
  private settling = false;

  start(): void {
    addEventListener("popstate", () => this.arrived());
    this.begin();
  }

  /** Opens a room, or the first page. */
  open(room: string | undefined, replace = false): void {
    const address = new URL(room === undefined ? "" : encodeURIComponent(room), base);
    if (replace) history.replaceState(null, "", address);
    else history.pushState(null, "", address);
    this.begin();
    scrollTo(0, 0);
  }

  /** The room that is open answers to another address. */
  move(slug: string): void {
    this.path = new URL(encodeURIComponent(slug), base).pathname;
    history.replaceState(history.state, "", this.path + location.hash);
  }

  /** Takes `name=` from behind the number sign, where it was never sent to a server, and clears the address bar. */
  takeSecret(name: string): string | undefined {
    const value = new URLSearchParams(location.hash.slice(1)).get(name);
    if (value !== null) history.replaceState(history.state, "", location.pathname + location.search);
    return value ?? undefined;
  }

  /** Something is open over everything else from now on. Answers what is to be called when it closes by itself. */
  over(layer: Layer): () => void {
    this.layers.push(layer);
    if (layer.detail !== undefined) this.wanted = undefined;
    this.settle();
    return () => {
      const at = this.layers.indexOf(layer);
      if (at < 0) return;
      this.layers.splice(at, 1);
      this.settle();
    };
  }

  /** The layer on top shows something else. */
  show(layer: Layer, detail: string): void {
    layer.detail = detail;
    if (this.layers.at(-1) === layer && this.entries === this.layers.length && !this.moving) {
      history.replaceState(history.state, "", this.address(this.entries));
    }
  }

  private begin(): void {
    const entry = history.state as Entry | null;
    this.layers = [];
    this.entries = entry?.over ?? 0;
    this.visit = entry?.visit ?? Date.now();
    this.wanted = DETAIL.exec(location.hash)?.[1];
    this.path = location.pathname;
    this.room = roomOf(this.path);
    if (!entry) this.mark();
    this.settle();
  }

  /** Makes a new entry of the history one of ours: Back leads to the room without what its address names, not out of it. */
  private mark(): void {
    const entry: Entry = { visit: this.visit, over: 0 };
    const rest = this.wanted === undefined ? location.hash : "";
    history.replaceState(entry, "", this.path + location.search + rest);
  }

  /** What was asked for is not there. */
  forget(): void {
    this.wanted = undefined;
    this.settle();
  }

  /** What is in the address bar while so many layers are open. */
  private address(count: number): string {
    const detail = this.layers.slice(0, count).findLast((layer) => layer.detail !== undefined)?.detail;
    return this.path + location.search + (detail === undefined ? "" : `#${detail}`);
  }

  /** Brings the history to what is open, once for all that opens and closes at the same time. */
  private settle(): void {
    if (this.settling) return;
    this.settling = true;
    setTimeout(() => {
      this.settling = false;
      if (this.moving) return;
      while (this.entries < this.layers.length) {
        this.entries += 1;
        const entry: Entry = { visit: this.visit, over: this.entries };
        history.pushState(entry, "", this.address(this.entries));
      }
      if (this.entries > this.layers.length && this.wanted === undefined) {
        this.moving = true;
        history.go(this.layers.length - this.entries);
      }
    });
  }

  /** The browser shows another entry of its history. */
  private arrived(): void {
    const entry = history.state as Entry | null;
    // Without an entry somebody typed behind the number sign.
    if (entry ? entry.visit !== this.visit : location.pathname !== this.path) return this.begin();
    const asked = this.moving;
    this.moving = false;
    this.entries = entry?.over ?? 0;
    while (!asked && this.layers.length > this.entries) {
      const layer = this.layers.at(-1);
      if (!layer?.close()) break;
      // It may have gone by itself as it closed.
      if (this.layers.at(-1) === layer) this.layers.pop();
    }
    if (this.layers.length < this.entries || !entry) this.wanted = DETAIL.exec(location.hash)?.[1];
    if (!entry) this.mark();
    else if (location.pathname !== this.path) history.replaceState(entry, "", this.path + location.search + location.hash);
    this.settle();
  }
}

function roomOf(path: string): string | undefined {
  const first = path.slice(base.pathname.length).split("/")[0] ?? "";
  if (first === "") return undefined;
  try {
    return decodeURIComponent(first);
  } catch {
    return first;
  }
}

export const router = new Router();

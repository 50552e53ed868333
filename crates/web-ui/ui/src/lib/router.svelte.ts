import { base } from "./base";

/** Which room the address bar names, and what stands behind its number sign. */
class Router {
  room = $state<string | undefined>();

  start(): void {
    addEventListener("popstate", () => this.read());
    this.read();
  }

  /** Opens a room, or the first page. */
  open(room: string | undefined, replace = false): void {
    const address = new URL(room === undefined ? "" : encodeURIComponent(room), base);
    if (replace) history.replaceState(null, "", address);
    else history.pushState(null, "", address);
    this.read();
    scrollTo(0, 0);
  }

  /** Takes `name=` from behind the number sign, where it was never sent to a server, and clears the address bar. */
  takeSecret(name: string): string | undefined {
    const value = new URLSearchParams(location.hash.slice(1)).get(name);
    if (value !== null) history.replaceState(null, "", location.pathname + location.search);
    return value ?? undefined;
  }

  private read(): void {
    const rest = location.pathname.slice(base.pathname.length);
    const first = rest.split("/")[0] ?? "";
    try {
      this.room = first === "" ? undefined : decodeURIComponent(first);
    } catch {
      this.room = first;
    }
  }
}

export const router = new Router();

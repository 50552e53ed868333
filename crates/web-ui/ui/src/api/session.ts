import { recall, remember } from "../lib/storage";
import type { Stored } from "../lib/vault";
import { answer, api, type Claims, type Schemas } from "./client";
import { Problem } from "./problem";

/** What this browser knows of a room. Times are milliseconds since 1970. */
export interface Remembered {
  name: string;
  token?: string;
  tokenEnds?: number;
  refreshToken?: string;
  ownerKey?: Stored;
  visited: number;
  /** When it was found that the room is gone. */
  gone?: number;
  /** When it was found that this browser's stay had been ended. */
  ended?: number;
}

const KEY = "elizabeth:rooms";
/** A token is renewed so long before its end, or half of its life before where that is less. */
const EARLY = 2 * 60_000;

export function rooms(): Record<string, Remembered> {
  return recall(KEY, {});
}

export function roomAt(slug: string): Remembered | undefined {
  return rooms()[slug];
}

export function rememberRoom(slug: string, change: Partial<Remembered>): void {
  const all = rooms();
  all[slug] = { name: slug, visited: Date.now(), ...all[slug], ...change };
  remember(KEY, all);
}

export function forgetRoom(slug: string): void {
  const all = rooms();
  delete all[slug];
  remember(KEY, all);
}

/** The server takes the token no more: what is remembered of the stay goes, and whether somebody ended it. */
export function endStay(slug: string, problem: Problem): void {
  const ended = problem.code === "token_revoked" ? Date.now() : undefined;
  rememberRoom(slug, { token: undefined, tokenEnds: undefined, refreshToken: undefined, ended });
}

/** What somebody shows to come in. */
export type Credential = { password?: string } | { owner_key: string } | { ticket: string };

/** A stay in a room: its token, renewed in time. One for each room and page. */
export class Session {
  claims!: Claims;
  private renewing: Promise<void> | undefined;

  private constructor(
    public slug: string,
    private token: string,
    private ends: number,
    private refreshToken: string | undefined,
    claims: Claims,
  ) {
    this.claims = claims;
  }

  /** Takes up the stay that this browser remembers; `undefined` when none is valid. */
  static async resume(slug: string): Promise<Session | undefined> {
    const known = roomAt(slug);
    if (!known?.token) return undefined;
    const session = new Session(
      slug,
      known.token,
      known.tokenEnds ?? 0,
      known.refreshToken,
      decode(known.token),
    );
    try {
      if (session.ends < Date.now() + EARLY / 2) await session.renew();
      const call = api.POST("/api/v1/rooms/{room}/tokens/validate", {
        params: { path: { room: slug } },
        body: { token: session.token },
      });
      session.claims = (await answer(call)).claims;
      return session;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (error.status !== 401) throw error;
      endStay(slug, error);
      return undefined;
    }
  }

  /** Comes in. */
  static async enter(slug: string, credential: Credential): Promise<Session> {
    const call = api.POST("/api/v1/rooms/{room}/tokens", {
      params: { path: { room: slug } },
      body: { ...credential, with_refresh_token: true },
    });
    const issued = await answer(call);
    const session = new Session(slug, "", 0, undefined, issued.claims);
    session.take(issued);
    return session;
  }

  private take(issued: Schemas["IssuedToken"]): void {
    this.claims = issued.claims;
    this.keep(issued.token, issued.refresh_token ?? undefined);
  }

  private keep(token: string, refresh: string | undefined): void {
    this.token = token;
    // By this machine's clock, which may be another than the server's.
    this.ends = Date.now() + (this.claims.exp - this.claims.iat) * 1_000;
    this.refreshToken = refresh;
    rememberRoom(this.slug, {
      name: this.claims.room_name,
      token,
      tokenEnds: this.ends,
      refreshToken: refresh,
      visited: Date.now(),
      ended: undefined,
    });
  }

  /** The room answers to another address from now on. */
  move(slug: string): void {
    if (slug === this.slug) return;
    const known = roomAt(this.slug);
    forgetRoom(this.slug);
    this.slug = slug;
    if (known) rememberRoom(slug, { ...known, ownerKey: known.ownerKey ?? roomAt(slug)?.ownerKey });
  }

  /** A token that is valid for a while. */
  async bearer(): Promise<string> {
    const life = (this.claims.exp - this.claims.iat) * 1_000;
    if (this.ends - Date.now() < Math.min(EARLY, life / 2)) await this.renew();
    return this.token;
  }

  /** The header that each call needs. */
  async headers(): Promise<Record<string, string>> {
    return { Authorization: `Bearer ${await this.bearer()}` };
  }

  /** Takes a new token, or the one that another page has taken. */
  renew(): Promise<void> {
    this.renewing ??= this.exchange().finally(() => {
      this.renewing = undefined;
    });
    return this.renewing;
  }

  /** Other pages of this browser renew the same stay: who is late takes what the first one got. */
  private async exchange(): Promise<void> {
    const locked = (navigator as { locks?: LockManager }).locks;
    const run = () => this.exchangeAlone();
    return locked ? locked.request(`elizabeth:renew:${this.slug}`, run) : run();
  }

  private async exchangeAlone(): Promise<void> {
    const known = roomAt(this.slug);
    if (known?.token && known.token !== this.token && (known.tokenEnds ?? 0) - Date.now() > EARLY) {
      this.token = known.token;
      this.ends = known.tokenEnds ?? 0;
      this.refreshToken = known.refreshToken;
      this.claims = decode(known.token);
      return;
    }
    const refresh = known?.refreshToken ?? this.refreshToken;
    // While the token is valid it buys the next one, as often as pages ask at once; a refresh token works just once.
    if (this.ends > Date.now() || !refresh) {
      const call = api.POST("/api/v1/rooms/{room}/tokens", {
        params: { path: { room: this.slug } },
        body: { token: this.token, with_refresh_token: true },
      });
      this.take(await answer(call));
      return;
    }
    const fresh = await answer(api.POST("/api/v1/auth/refresh", { body: { refresh_token: refresh } }));
    this.claims = decode(fresh.access_token);
    this.keep(fresh.access_token, fresh.refresh_token ?? undefined);
  }
}

/** What a token claims. Whether it is valid is for the server to decide. */
export function decode(token: string): Claims {
  const text = token.split(".")[1] ?? "";
  const bytes = Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes)) as Claims;
}

import createClient from "openapi-fetch";

import { base } from "../lib/base";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];
export type Content = Schemas["Content"];
export type Room = Schemas["Room"];
export type Claims = Schemas["Claims"];
export type ProblemBody = Schemas["Problem"];

export const VIEW = 1;
export const EDIT = 2;
export const SHARE = 4;
export const DELETE = 8;

/** Why the server did not do what was asked. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly details?: Record<string, unknown>,
  ) {
    super(message);
  }

  static async of(response: Response, body?: unknown): Promise<Problem> {
    const parsed = (body ?? (await response.json().catch(() => null))) as Partial<ProblemBody> | null;
    const code = typeof parsed?.code === "string" ? parsed.code : "unknown";
    return new Problem(
      response.status,
      code,
      parsed?.error ?? response.statusText,
      (parsed?.details as Record<string, unknown> | undefined) ?? undefined,
    );
  }
}

/** The server did not answer at all. */
export class Unreachable extends Error {}

export const api = createClient<paths>({ baseUrl: base.href.replace(/\/$/, "") });

/** What a call answered.
 *
 * @throws {Problem} when the server refused it; {Unreachable} when it did not answer.
 */
export async function answer<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  let done;
  try {
    done = await call;
  } catch (error) {
    throw new Unreachable(String(error));
  }
  if (!done.response.ok) throw await Problem.of(done.response, done.error);
  return done.data as T;
}

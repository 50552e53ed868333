import createClient from "openapi-fetch";

import { base } from "../lib/base";
import { Problem, Unreachable } from "./problem";
import type { components, paths } from "../../openapi";

export type Schemas = components["schemas"];
export type Content = Schemas["Content"];
export type Room = Schemas["Room"];
export type Claims = Schemas["Claims"];

export const VIEW = 1;
export const EDIT = 2;
export const SHARE = 4;
export const DELETE = 8;

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

import createClient from "openapi-fetch";

import { base } from "../lib/base";
import { Problem, Unreachable } from "./problem";
import type { components, paths } from "../../openapi";
import { behind } from "./paging";

export type Schemas = components["schemas"];
export type Content = Schemas["Content"];
export type Room = Schemas["Room"];
export type Claims = Schemas["Claims"];

export const VIEW = 1;
export const EDIT = 2;
export const SHARE = 4;
export const DELETE = 8;

export const api = createClient<paths>({ baseUrl: base.href.replace(/\/$/, "") });

/** All of a list that comes in pages: `call` asks for the one behind what is given, `read` reads that out of a link.
 *
 * @throws {Problem} when the server refused a page; {Unreachable} when it did not answer.
 */
export async function every<T, A>(
  call: (after: A | undefined) => Promise<{ data?: T[]; error?: unknown; response: Response }>,
  read: (text: string) => A,
): Promise<T[]> {
  const items: T[] = [];
  let after: A | undefined;
  do {
    const page = call(after);
    items.push(...(await answer(page)));
    const next = behind((await page).response.headers.get("link"));
    after = next === undefined ? undefined : read(next);
  } while (after !== undefined);
  return items;
}

/** What a call answered; what is known already, where it has not changed since (304).
 *
 * @throws {Problem} when the server refused it; {Unreachable} when it did not answer.
 */
export async function answer<T>(
  call: Promise<{ data?: T; error?: unknown; response: Response }>,
  known?: NoInfer<T>,
): Promise<T> {
  let done;
  try {
    done = await call;
  } catch (error) {
    throw new Unreachable(String(error));
  }
  if (done.response.status === 304 && known !== undefined) return known;
  if (!done.response.ok) throw await Problem.of(done.response, done.error);
  return done.data as T;
}

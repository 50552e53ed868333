import { answer, api, type Schemas } from "./client";

let known: Promise<Schemas["Config"]> | undefined;

/** What the operator set: limits, and what a new room begins with. It is asked for once. */
export function config(): Promise<Schemas["Config"]> {
  known ??= answer(api.GET("/api/v1/config")).catch((error: unknown) => {
    known = undefined;
    throw error;
  });
  return known;
}

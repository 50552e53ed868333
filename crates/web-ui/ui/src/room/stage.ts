import { Problem, Unreachable } from "../api/problem";

/** Where somebody stands before a room. */
export type Stage =
  | { kind: "loading" }
  /** With when it was found to be gone, where it was this browser's own. */
  | { kind: "missing"; gone?: number }
  | { kind: "invalid"; problem: Problem }
  | { kind: "password"; wrong: boolean }
  | { kind: "expired" }
  | { kind: "refused"; problem: Problem }
  | { kind: "offline" }
  | { kind: "gone" }
  /** Somebody ended the stay: coming in again is for who stands there to decide. */
  | { kind: "ended" }
  | { kind: "open" };

/** Where somebody stands whom the server did not let in, or on.
 *
 * @throws what is no answer of the server's.
 */
export function refusal(error: unknown, before: Stage): Stage {
  if (error instanceof Unreachable) return { kind: "offline" };
  if (!(error instanceof Problem)) throw error;
  switch (error.code) {
    case "room_not_found":
      return { kind: "missing" };
    case "invalid_room_name":
      return { kind: "invalid", problem: error };
    case "room_expired":
      return { kind: "expired" };
    case "wrong_password":
      return { kind: "password", wrong: before.kind === "password" };
    default:
      return { kind: "refused", problem: error };
  }
}

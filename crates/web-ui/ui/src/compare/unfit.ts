import type { Content } from "../api/client";

/** A content that turns out not to be what it is called. */
export class Unfit extends Error {
  constructor(readonly content: Content) {
    super();
  }
}

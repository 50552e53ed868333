/** Why what was asked for is not to be had, in one word of whoever was asked. */
export class Failed extends Error {
  constructor(readonly reason: string) {
    super(reason);
  }
}

/** First in, first out, however many. */
export class Queue<T> {
  private items: T[] = [];
  private head = 0;

  get size(): number {
    return this.items.length - this.head;
  }

  push(...items: T[]): void {
    for (const item of items) this.items.push(item);
  }

  shift(): T | undefined {
    return this.take(1)[0];
  }

  /** The first ones, so many at most, which stay. */
  first(count: number): T[] {
    return this.items.slice(this.head, this.head + count);
  }

  /** The first ones, so many at most. */
  take(count: number): T[] {
    const taken = this.first(count);
    this.head += taken.length;
    if (this.head > 1_000 && this.head * 2 > this.items.length) {
      this.items = this.items.slice(this.head);
      this.head = 0;
    }
    return taken;
  }
}

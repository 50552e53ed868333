/** A stream of bytes, read in pieces as long as they are asked for. */
export class Pieces {
  /** How many bytes were read. */
  at = 0;
  private readonly reader: ReadableStreamDefaultReader<Uint8Array>;
  private rest = new Uint8Array();

  constructor(stream: ReadableStream<Uint8Array>) {
    this.reader = stream.getReader();
  }

  /** The next bytes; fewer where the stream ends. */
  async take(count: number): Promise<Uint8Array<ArrayBuffer>> {
    const taken: Uint8Array[] = [];
    const length = await this.each(count, (piece) => taken.push(piece));
    const all = new Uint8Array(length);
    let at = 0;
    for (const piece of taken) {
      all.set(piece, at);
      at += piece.length;
    }
    return all;
  }

  /** Leaves the next bytes out. Answers how many they were: fewer where the stream ends. */
  skip(count: number): Promise<number> {
    return this.each(count, () => undefined);
  }

  /** Nothing more is read. */
  close(): void {
    this.reader.cancel().catch(() => undefined);
  }

  private async each(count: number, use: (piece: Uint8Array) => void): Promise<number> {
    let left = count;
    while (left > 0) {
      if (this.rest.length === 0) {
        const { done, value } = await this.reader.read();
        if (done) break;
        this.rest = value as Uint8Array<ArrayBuffer>;
      }
      const piece = this.rest.subarray(0, left);
      this.rest = this.rest.subarray(piece.length);
      left -= piece.length;
      use(piece);
    }
    this.at += count - left;
    return count - left;
  }
}

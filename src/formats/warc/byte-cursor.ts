/**
 * Goes through a stream of bytes once. Bound: what was asked to be held together, and one chunk.
 */
export class ByteCursor {
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);
  #offset: number;

  /** `offset`: the position of the first byte. */
  constructor(chunks: AsyncIterable<Buffer>, offset: number) {
    this.#chunks = chunks[Symbol.asyncIterator]();
    this.#offset = offset;
  }

  /** The position of the next byte. */
  get offset(): number {
    return this.#offset;
  }

  /** Bytes that are at hand. */
  get rest(): Buffer {
    return this.#rest;
  }

  /** Waits for further bytes, which then are at hand beside the others. False where none follow. */
  async more(): Promise<boolean> {
    for (;;) {
      const { value, done } = await this.#chunks.next();
      if (done === true) return false;
      if (value.length === 0) continue;
      this.#rest = this.#rest.length === 0 ? value : Buffer.concat([this.#rest, value]);
      return true;
    }
  }

  /** Passes over bytes that are at hand. */
  advance(length: number): void {
    this.#rest = this.#rest.subarray(length);
    this.#offset += length;
  }

  /** Passes over `length` bytes; gives a copy of the first `kept` of them, and how many there were. */
  async take(length: number, kept: number): Promise<{ readonly bytes: Buffer; readonly length: number }> {
    const parts: Buffer[] = [];
    let missing = length;
    let room = Math.min(kept, length);
    while (missing > 0 && (this.#rest.length > 0 || (await this.more()))) {
      const taken = Math.min(missing, this.#rest.length);
      if (room > 0) parts.push(this.#rest.subarray(0, Math.min(taken, room)));
      room -= Math.min(taken, room);
      missing -= taken;
      this.advance(taken);
    }
    return { bytes: Buffer.concat(parts), length: length - missing };
  }

  /** Passes over bytes up to where `text` (ASCII, short) begins next, or to the end. */
  async seek(text: string): Promise<void> {
    for (;;) {
      const found = this.#rest.indexOf(text, 0, 'latin1');
      const isEnd = found === -1 && !(await this.#moreBehind(text.length - 1));
      if (found !== -1) this.advance(found);
      if (found !== -1 || isEnd) return;
    }
  }

  /** Waits for further bytes, of those at hand only the last `kept` being kept; none where nothing follows. */
  async #moreBehind(kept: number): Promise<boolean> {
    this.advance(Math.max(0, this.#rest.length - kept));
    const hasMore = await this.more();
    if (!hasMore) this.advance(this.#rest.length);
    return hasMore;
  }
}

import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/** The first bytes of an input, by which it is known again: how many, and their SHA-256. */
export interface Prefix {
  readonly bytes: number;
  readonly hash: string;
}

/**
 * Hashes the bytes of an input on their way from it, so that what was read is known again: some 0.7 ms a megabyte.
 *
 * With `expected`, it also tells whether the input begins as one that was read before.
 */
export class PrefixHash {
  readonly #hash: Hash;
  readonly #expected: Prefix | undefined;
  #bytes: number;
  #isExpected: boolean | undefined;
  /** Whether what comes by `through` is still taken. */
  #takesChunks = true;

  constructor(expected?: Prefix, hash: Hash = createHash('sha256'), bytes = 0) {
    this.#expected = expected;
    this.#hash = hash;
    this.#bytes = bytes;
    if (expected === undefined || expected.bytes === 0) this.#isExpected = true;
  }

  /** What has been read by now. */
  get prefix(): Prefix {
    return { bytes: this.#bytes, hash: this.#hash.copy().digest('base64url') };
  }

  /** Whether the input begins as expected; undefined as long as too little of it has been read to tell. */
  get isExpected(): boolean | undefined {
    return this.#isExpected;
  }

  /** Takes the next bytes. */
  update(chunk: Buffer): void {
    const missing = this.#expected === undefined ? 0 : this.#expected.bytes - this.#bytes;
    if (missing <= 0 || missing > chunk.length) {
      this.#add(chunk);
      return;
    }
    this.#add(chunk.subarray(0, missing));
    this.#isExpected = this.prefix.hash === this.#expected?.hash;
    this.#add(chunk.subarray(missing));
  }

  /** Gives the chunks on as they come. */
  async *through(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
    for await (const chunk of chunks) {
      if (!this.#takesChunks) return;
      this.update(chunk);
      yield chunk;
    }
  }

  /**
   * Takes what a file has behind what was read of it, up to `end`. A chunk that is still on its way by `through`, when a decompressor
   * has ended before its file, would be taken twice: that ends. Errors: those of the system.
   */
  async readUpTo(end: number, path: string): Promise<void> {
    this.#takesChunks = false;
    if (this.#bytes >= end) return;
    for await (const chunk of createReadStream(path, { start: this.#bytes, end: end - 1 }))
      this.update(chunk as Buffer);
  }

  /** A hash of its own that stands where this one stands now. */
  copy(): PrefixHash {
    return new PrefixHash(undefined, this.#hash.copy(), this.#bytes);
  }

  #add(chunk: Buffer): void {
    this.#hash.update(chunk);
    this.#bytes += chunk.length;
  }
}

/** Large, since nothing but the hash waits for them. */
const REREAD_BYTES = 1024 * 1024;

/**
 * Makes sure that a file begins as it did when that much of it was read: reads it again, some 0.7 ms a megabyte. Touches nothing.
 * Gives the hash as it stood behind the first `at` bytes, to go on with from there; undefined where the file is another or shorter.
 *
 * Ends early with `signal`: a list of gigabytes takes seconds. Errors: those of the system, an AbortError.
 */
export async function rereadPrefix(
  path: string,
  expected: Prefix,
  { at = 0, signal }: { readonly at?: number; readonly signal?: AbortSignal } = {},
): Promise<PrefixHash | undefined> {
  const whole = new PrefixHash(expected);
  let read = 0;
  let start = at === 0 ? new PrefixHash() : undefined;
  if (expected.bytes > 0) {
    const range = { end: expected.bytes - 1, highWaterMark: REREAD_BYTES };
    for await (const chunk of createReadStream(path, signal === undefined ? range : { ...range, signal })) {
      const bytes = chunk as Buffer;
      const until = at > read ? Math.min(at - read, bytes.length) : 0;
      whole.update(bytes.subarray(0, until));
      read += until;
      if (until > 0 && read === at) start = whole.copy();
      whole.update(bytes.subarray(until));
      read += bytes.length - until;
    }
  }
  return whole.isExpected === true ? start : undefined;
}

import type { Decoding } from '../../markup/tag-scanner.ts';
import type { Chunk } from '../bytes.ts';
import { MAX_NAME_LENGTH, type Name, type NameCache, NO_NAME } from './name-cache.ts';

/** Reads the names of one kind in a document, also those that lie across the end of a chunk. Bound: one name. */
export class NameReader {
  readonly #names: NameCache;
  readonly #decoding: Decoding;
  /** The beginning of a name that the last chunk has cut. */
  #carried = '';

  constructor(names: NameCache, decoding: Decoding) {
    this.#names = names;
    this.#decoding = decoding;
  }

  /** Keeps what there is of a name that the chunk cuts. Gives the chunk's length. */
  carry(chunk: Chunk, start: number): number {
    const { length } = chunk;
    if (this.#carried.length <= MAX_NAME_LENGTH) {
      this.#carried += chunk.slice(start, Math.min(length, start + MAX_NAME_LENGTH + 1));
    }
    return length;
  }

  /** Gives the name that ends there. */
  read(chunk: Chunk, start: number, end: number): Name {
    if (this.#carried === '') {
      const name = this.#names.find(chunk.bytes, start, end);
      return name ?? this.#names.nameOf(this.#decoding.text(chunk.slice(start, end), true));
    }
    const raw = this.#carried + chunk.slice(start, Math.min(end, start + MAX_NAME_LENGTH + 1));
    this.#carried = '';
    return this.#names.nameOf(this.#decoding.text(raw, true));
  }

  /** The same, but without looking for a name that can't be of interest. */
  readIfOfInterest(chunk: Chunk, start: number, end: number): Name {
    const isPassed = this.#carried === '' && !this.#names.mayMatter(chunk.bytes, start, end);
    return isPassed ? NO_NAME : this.read(chunk, start, end);
  }
}

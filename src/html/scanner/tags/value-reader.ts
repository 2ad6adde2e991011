import { type Decoding, MAX_VALUE_LENGTH, type TagHandler } from '../../markup/tag-scanner.ts';
import { APOSTROPHE, type Chunk, QUOTE } from '../bytes.ts';
import { skipUnquoted } from '../skipper/skip.ts';

/** What ends a value that is not quoted. */
const UNQUOTED = 0;

/**
 * Reads attribute values, from their first character or quote on. Those that nobody wants are passed over.
 *
 * Bound: one value of `MAX_VALUE_LENGTH` bytes.
 */
export class ValueReader {
  readonly #handler: TagHandler;
  readonly #decoding: Decoding;
  #isOpen = false;
  #isWanted = false;
  #quote = UNQUOTED;
  /** The beginning of a value that the last chunk has cut. */
  #carried = '';
  #isTooLong = false;

  constructor(handler: TagHandler, decoding: Decoding) {
    this.#handler = handler;
    this.#decoding = decoding;
  }

  /** True while a value has begun and not ended. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Begins the value at this position. Gives where to scan from. */
  begin({ bytes }: Chunk, at: number, isWanted: boolean): number {
    const code = bytes[at] ?? 0;
    this.#isOpen = true;
    this.#isWanted = isWanted;
    this.#quote = code === QUOTE || code === APOSTROPHE ? code : UNQUOTED;
    return this.#quote === UNQUOTED ? at : at + 1;
  }

  /** Reads on; gives the position behind the value, or the chunk's length. */
  scan(chunk: Chunk, from: number): number {
    const isQuoted = this.#quote !== UNQUOTED;
    const end = isQuoted ? chunk.find(this.#quote, from) : skipUnquoted(chunk, from);
    if (end === chunk.length) {
      this.#carry(chunk, from);
      return end;
    }
    this.#isOpen = false;
    if (this.#isWanted) this.#giveRest(chunk, from, end);
    return isQuoted ? end + 1 : end;
  }

  /** Gives a whole value that is wanted. `isPlain`: each of its characters stands for itself. */
  give(chunk: Chunk, start: number, end: number, isPlain: boolean): void {
    if (end - start > MAX_VALUE_LENGTH) {
      this.#handler.attributeValue(null);
      return;
    }
    const raw = chunk.copy(start, end);
    this.#handler.attributeValue(isPlain ? raw : this.#decoding.value(raw));
  }

  #carry(chunk: Chunk, from: number): void {
    if (!this.#isWanted || this.#isTooLong) return;
    this.#isTooLong = this.#carried.length + chunk.length - from > MAX_VALUE_LENGTH;
    this.#carried = this.#isTooLong ? '' : this.#carried + chunk.slice(from, chunk.length);
  }

  /** Gives a value whose beginning the last chunk has cut, if there is one. */
  #giveRest(chunk: Chunk, start: number, end: number): void {
    const isTooLong = this.#isTooLong || this.#carried.length + end - start > MAX_VALUE_LENGTH;
    const raw = isTooLong ? '' : this.#carried + chunk.copy(start, end);
    this.#isTooLong = false;
    this.#carried = '';
    this.#handler.attributeValue(isTooLong ? null : this.#decoding.value(raw));
  }
}

import { NEEDS_DECODING } from './bytes.ts';
import { mayBeRaw } from './raw-text-reader.ts';

/** A name of a tag or an attribute. */
export interface Name {
  /** In lower case; empty for one that is too long to be one of ours. */
  readonly text: string;
  /** True if the handler may have to be told of it; see NamesOfInterest. */
  readonly matters: boolean;
  /** True for an element whose content may have no tags in it. */
  readonly mayBeRaw: boolean;
}

/** A name with its characters, which are ASCII. */
interface KnownName extends Name {
  readonly codes: Uint8Array;
}

/** No element or attribute that matters has a longer name. */
export const MAX_NAME_LENGTH = 64;

/** A power of two: many times the names that pages have. */
const SLOTS = 2048;

const TOO_LONG: Name = { text: '', matters: false, mayBeRaw: false };

/**
 * Gives names for their bytes without making a string each time: those met last are kept, at most 2048.
 *
 * A name has two places; another name that needs one of them pushes it out. So a page full of made-up names
 * costs time, but no memory, and the names of the pages after it come back by themselves.
 */
export class NameCache {
  readonly #matters: (name: string) => boolean;
  readonly #slots: (KnownName | undefined)[] = Array.from({ length: SLOTS }, () => undefined);

  /** `matters` is asked once for each name that comes new. */
  constructor(matters: (name: string) => boolean) {
    this.#matters = matters;
  }

  /**
   * Gives the name at these positions, or undefined for one that is more than ASCII: `nameOf` gives it for its text.
   * `hash` is what `addToHash` makes of its codes, which are those of bytes.ts.
   */
  find(bytes: Uint8Array, start: number, end: number, hash: number, codes: Uint8Array): Name | undefined {
    const first = hash & (SLOTS - 1);
    const known = this.#slots[first];
    if (known !== undefined && isName(known.codes, bytes, start, end, codes)) return known;
    const second = first ^ 1;
    const other = this.#slots[second];
    if (other !== undefined && isName(other.codes, bytes, start, end, codes)) return other;
    if (end - start > MAX_NAME_LENGTH) return TOO_LONG;
    const own = new Uint8Array(end - start);
    for (let index = 0; index < own.length; index += 1) {
      const byte = bytes[start + index] ?? 0;
      const code = codes[byte] ?? 0;
      if ((code & NEEDS_DECODING) !== 0) return undefined;
      // The first character of an attribute's name may be an equals sign, which has no code.
      own[index] = code === 0 ? byte : code;
    }
    const text = String.fromCharCode(...own);
    const name = { text, matters: this.#matters(text), mayBeRaw: mayBeRaw(text), codes: own };
    this.#slots[second] = known;
    this.#slots[first] = name;
    return name;
  }

  /** Gives the name that a text is. */
  nameOf(text: string): Name {
    if (text.length > MAX_NAME_LENGTH) return TOO_LONG;
    const name = lowerCaseName(text);
    return { text: name, matters: this.#matters(name), mayBeRaw: mayBeRaw(name) };
  }
}

/** Gives a name as the standard's tokenization does: letters of ASCII in lower case, U+FFFD for NUL. */
export function lowerCaseName(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()).replaceAll('\0', '\ufffd');
}

/** Adds the next character's code to a name's hash, which begins with 0. */
export function addToHash(hash: number, code: number): number {
  return (Math.imul(hash, 31) + code) | 0;
}

function isName(name: Uint8Array, bytes: Uint8Array, start: number, end: number, codes: Uint8Array): boolean {
  const { length } = name;
  if (end - start !== length) return false;
  for (let index = 0; index < length; index += 1) {
    if (codes[bytes[start + index] ?? 0] !== name[index]) return false;
  }
  return true;
}

import { NEEDS_DECODING } from '../bytes.ts';

/** Names, in lower case, of which a handler has to be told. */
export type NamesOfInterest = ReadonlySet<string> | 'any';

/** A name of a tag or an attribute. A class, since what all names have in one place is found faster. */
export class Name {
  /** In lower case; empty for one that is too long to be one of ours. */
  readonly text: string;
  /** True if the handler may have to be told of it. */
  readonly matters: boolean;
  /** True for an element whose content may have no tags in it. */
  readonly mayBeRaw: boolean;
  /** Its characters, where these are ASCII. */
  readonly codes: Uint8Array;

  constructor(text: string, matters: boolean, mayBeRaw: boolean, codes: Uint8Array) {
    this.text = text;
    this.matters = matters;
    this.mayBeRaw = mayBeRaw;
    this.codes = codes;
  }
}

const NO_CODES = new Uint8Array(0);

/** The name of what nobody asks for. */
export const NO_NAME = new Name('', false, false, NO_CODES);

/** No element or attribute that matters has a longer name. */
export const MAX_NAME_LENGTH = 64;

/** A power of two: many times the names that pages have. */
const SLOTS = 2048;

/** Those of a letter that do not depend on its case. */
const LETTER_BITS = 0x1f;
const LETTERS = 32;

/**
 * Gives names for their bytes without making a string each time: those met last are kept, at most 2048.
 *
 * A name has two places; another name that needs one of them pushes it out. So a page full of made-up names
 * costs time, but no memory, and the names of the pages after it come back by themselves.
 */
export class NameCache {
  readonly #codes: Uint8Array;
  readonly #names: NamesOfInterest;
  readonly #rawElements: ReadonlySet<string>;
  readonly #slots: (Name | undefined)[] = Array.from({ length: SLOTS }, () => undefined);
  /** The lengths of the names that matter or may be raw, a bit each, by their first letter and by their last one. */
  readonly #byFirst: Int32Array;
  readonly #byLast: Int32Array;

  /** `codes` are those of bytes.ts for the kind of name. */
  constructor(codes: Uint8Array, names: NamesOfInterest, rawElements: ReadonlySet<string> = new Set()) {
    this.#codes = codes;
    this.#names = names;
    this.#rawElements = rawElements;
    const known = names === 'any' ? names : [...names, ...rawElements];
    this.#byFirst = lengthsBy(known, (name) => name.charCodeAt(0));
    this.#byLast = lengthsBy(known, (name) => name.charCodeAt(name.length - 1));
  }

  /** False for most of the names that neither matter nor may be raw. The one at these positions is not empty. */
  mayMatter(bytes: Uint8Array, start: number, end: number): boolean {
    const first = this.#byFirst[(bytes[start] ?? 0) & LETTER_BITS] ?? 0;
    const last = this.#byLast[(bytes[end - 1] ?? 0) & LETTER_BITS] ?? 0;
    return (first & last & lengthBit(end - start)) !== 0;
  }

  /** Writes what `mayMatter` looks up: 32 numbers by the first letter, then as many by the last one. */
  copyLengths(target: Int32Array): void {
    target.set(this.#byFirst);
    target.set(this.#byLast, LETTERS);
  }

  /**
   * Gives the name at these positions, which is not empty; undefined for one that is more than ASCII: `nameOf` gives it for
   * its text.
   */
  find(bytes: Uint8Array, start: number, end: number): Name | undefined {
    const first = slotOf(bytes, start, end);
    const known = this.#slots[first];
    if (known !== undefined && isName(known.codes, bytes, start, end, this.#codes)) return known;
    const second = first ^ 1;
    const other = this.#slots[second];
    if (other !== undefined && isName(other.codes, bytes, start, end, this.#codes)) return other;
    return this.#add(bytes, start, end);
  }

  /** Gives the name that a text is. */
  nameOf(text: string): Name {
    if (text.length > MAX_NAME_LENGTH) return NO_NAME;
    const name = lowerCaseName(text);
    return this.#make(name, NO_CODES);
  }

  #add(bytes: Uint8Array, start: number, end: number): Name | undefined {
    if (end - start > MAX_NAME_LENGTH) return NO_NAME;
    const own = new Uint8Array(end - start);
    for (let index = 0; index < own.length; index += 1) {
      const byte = bytes[start + index] ?? 0;
      const code = this.#codes[byte] ?? 0;
      if ((code & NEEDS_DECODING) !== 0) return undefined;
      // The first character of an attribute's name may be an equals sign, which has no code.
      own[index] = code === 0 ? byte : code;
    }
    const name = this.#make(String.fromCharCode(...own), own);
    const slot = slotOf(bytes, start, end);
    this.#slots[slot ^ 1] = this.#slots[slot];
    this.#slots[slot] = name;
    return name;
  }

  #make(text: string, codes: Uint8Array): Name {
    const matters = this.#names === 'any' || this.#names.has(text);
    return new Name(text, matters, this.#rawElements.has(text), codes);
  }
}

/** What the names in all pages have in common. */
export interface NameCaches {
  readonly tags: NameCache;
  readonly attributes: NameCache;
}

/** Gives a name as the standard's tokenization does: letters of ASCII in lower case, U+FFFD for NUL. */
export function lowerCaseName(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()).replaceAll('\0', '\ufffd');
}

function lengthsBy(names: readonly string[] | 'any', codeOf: (name: string) => number): Int32Array {
  const lengths = new Int32Array(LETTERS);
  // In bytes, what is not ASCII has another beginning, another end and another length.
  if (names === 'any' || names.some((name) => Buffer.byteLength(name) > name.length)) return lengths.fill(-1);
  for (const name of names) {
    const letter = codeOf(name) & LETTER_BITS;
    lengths[letter] = (lengths[letter] ?? 0) | lengthBit(name.length);
  }
  return lengths;
}

/** All lengths from 31 on have one bit. */
function lengthBit(length: number): number {
  return 1 << Math.min(length, 31);
}

/** The place of a name. Three of its characters and its length tell those apart that pages have; the case of letters is left out. */
function slotOf(bytes: Uint8Array, start: number, end: number): number {
  const first = (bytes[start] ?? 0) & LETTER_BITS;
  const middle = (bytes[(start + end) >> 1] ?? 0) & LETTER_BITS;
  const last = (bytes[end - 1] ?? 0) & LETTER_BITS;
  return (first ^ (middle << 3) ^ (last << 6) ^ ((end - start) << 1)) & (SLOTS - 1);
}

function isName(name: Uint8Array, bytes: Uint8Array, start: number, end: number, codes: Uint8Array): boolean {
  const { length } = name;
  if (end - start !== length) return false;
  for (let index = 0; index < length; index += 1) {
    if (codes[bytes[start + index] ?? 0] !== name[index]) return false;
  }
  return true;
}

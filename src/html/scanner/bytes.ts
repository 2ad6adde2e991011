import { detached } from '../links/link-details.ts';

/** Codes of the characters that mean something in markup. */
export const LESS_THAN = 0x3c;
export const GREATER_THAN = 0x3e;
export const EQUALS = 0x3d;
export const SLASH = 0x2f;
export const DASH = 0x2d;
export const EXCLAMATION = 0x21;
export const QUESTION = 0x3f;
export const QUOTE = 0x22;
export const APOSTROPHE = 0x27;
export const BRACKET = 0x5d;

/** In the codes below, what NUL and the bytes beyond ASCII have: they need a closer look. */
export const NEEDS_DECODING = 0x80;

/**
 * What a byte is in a name: 0 where it ends the name, else its code in lower case or one with the bit
 * `NEEDS_DECODING`.
 */
export const TAG_NAME_CODES = nameCodes('\t\n\f\r />');
/** The same in an attribute's name, which an equals sign ends too. */
export const ATTRIBUTE_NAME_CODES = nameCodes('\t\n\f\r />=');

const SPACES = Uint8Array.from({ length: 256 }, (_, code) => Number('\t\n\f\r '.includes(String.fromCharCode(code))));

const VALUE_MARKS = Uint8Array.from({ length: 256 }, (_, code) =>
  Number(code >= 0x80 || '"\'&\0'.includes(String.fromCharCode(code))),
);

/** True for ASCII white space (https://infra.spec.whatwg.org/#ascii-whitespace). */
export function isSpace(code: number): boolean {
  return SPACES[code] === 1;
}

/** True for what may end a quoted value, and for what does not stand for itself in one. */
export function isValueMark(code: number): boolean {
  return VALUE_MARKS[code] === 1;
}

/** True for an ASCII letter. */
export function isLetter(code: number): boolean {
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}

/** True for what may stand behind the name of a tag. */
export function endsTagName(code: number): boolean {
  return TAG_NAME_CODES[code] === 0;
}

/** Gives the lower case of an ASCII letter's code, and any other code as it is. */
export function lowerCase(code: number): number {
  return code >= 0x41 && code <= 0x5a ? code | 0x20 : code;
}

/** A piece of the document, as bytes and as the Latin-1 text that has the same positions. */
export class Chunk {
  readonly bytes: Uint8Array;
  readonly length: number;
  readonly #text: string;

  constructor(buffer: Buffer) {
    this.bytes = buffer;
    this.length = buffer.length;
    this.#text = buffer.toString('latin1');
  }

  /** The position of a byte from `from` on, or the chunk's length. */
  find(code: number, from: number): number {
    const { bytes } = this;
    // What is near is found before the engine's search has begun.
    const near = Math.min(from + NEAR, this.length);
    for (let at = from; at < near; at += 1) {
      if (bytes[at] === code) return at;
    }
    const found = this.#text.indexOf(String.fromCharCode(code), near);
    return found === -1 ? this.length : found;
  }

  /** True if this text, which is lower case, stands there in any case, with at least one more byte behind it. */
  has(text: string, at: number): boolean {
    const end = at + text.length;
    if (end >= this.length) return false;
    for (let index = 0; index < text.length; index += 1) {
      if (lowerCase(this.bytes[at + index] ?? 0) !== text.charCodeAt(index)) return false;
    }
    return true;
  }

  /** The bytes as Latin-1 text of its own. */
  copy(start: number, end: number): string {
    return detached(this.#text.slice(start, end));
  }

  /** The bytes as Latin-1 text, which may keep that of all the chunk alive. */
  slice(start: number, end: number): string {
    return this.#text.slice(start, end);
  }
}

/** Bytes that are looked through one by one. */
const NEAR = 4;

function nameCodes(ends: string): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, code) => {
    const character = String.fromCharCode(code);
    if (ends.includes(character)) return 0;
    if (code === 0) return NEEDS_DECODING;
    return character >= 'A' && character <= 'Z' ? code | 0x20 : code;
  });
}

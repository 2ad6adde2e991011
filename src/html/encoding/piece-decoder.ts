import { createRequire } from 'node:module';

/** Turns bytes into text, piece by piece. A character that lies across two pieces comes with the second. */
export interface PieceDecoder {
  decode(bytes: Uint8Array): string;
  /** Gives what is left of an incomplete character at the end; what comes then is decoded anew. */
  end(): string;
}

/**
 * Gives a decoder for an encoding by its name, as `encodingOf` gives it. No byte order mark is looked for.
 *
 * `replacement` decodes nothing: such a page has no links, as in a browser
 * (https://encoding.spec.whatwg.org/#replacement). Errors in the bytes become U+FFFD.
 */
export function pieceDecoder(encoding: string): PieceDecoder {
  if (encoding === 'utf-8') return new Utf8Decoder();
  if (encoding === 'replacement') return { decode: () => '', end: () => '' };
  const { TextDecoder: StandardDecoder } = standardDecoders();
  const decoder = new StandardDecoder(encoding, { ignoreBOM: true });
  return { decode: (bytes) => decoder.decode(bytes, { stream: true }), end: () => decoder.decode() };
}

/**
 * Node's own TextDecoder has other tables than the standard for some encodings. The library is loaded when the first page comes
 * that is not in UTF-8, where nothing can be waited for.
 */
function standardDecoders(): typeof import('@exodus/bytes/encoding.js') {
  return require('@exodus/bytes/encoding.js');
}

const require = createRequire(import.meta.url);

/** Encodings in which an ASCII byte can be part of another character, or means something else. */
const OPAQUE: ReadonlySet<string> = new Set(
  ['utf-16le', 'utf-16be', 'iso-2022-jp', 'shift_jis', 'gbk', 'gb18030', 'big5', 'euc-kr', 'replacement'], //
);

/** True where the ASCII bytes of any text in this encoding, even a broken one, are its ASCII characters. */
export function hasTransparentAscii(encoding: string): boolean {
  return !OPAQUE.has(encoding);
}

/** Decodes UTF-8 with Buffer: faster than a streaming TextDecoder, and its strings have one byte a character for ASCII. */
class Utf8Decoder implements PieceDecoder {
  /** The bytes of an incomplete character. */
  #carried = EMPTY;

  decode(bytes: Uint8Array): string {
    const piece = this.#carried.length === 0 ? asBuffer(bytes) : Buffer.concat([this.#carried, bytes]);
    const end = piece.length - incompleteLength(piece);
    // Copied, since the memory is the caller's again afterwards.
    this.#carried = end === piece.length ? EMPTY : Buffer.from(piece.subarray(end));
    return piece.toString('utf8', 0, end);
  }

  end(): string {
    const rest = this.#carried.toString('utf8');
    this.#carried = EMPTY;
    return rest;
  }
}

const EMPTY = Buffer.alloc(0);

/** How many bytes at the end begin a character that is not complete: at most 3. Cutting before a lead byte is always right. */
function incompleteLength(bytes: Uint8Array): number {
  for (let length = 1; length <= 3 && length <= bytes.length; length += 1) {
    const byte = bytes[bytes.length - length] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return sequenceLength(byte) > length ? length : 0;
  }
  return 0;
}

/** Bytes of the UTF-8 sequence that begins with this lead byte. */
export function sequenceLength(lead: number): number {
  if (lead >= 0xf0) return 4;
  return lead >= 0xe0 ? 3 : 2;
}

/** The same memory as a Buffer. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

import { pieceDecoder } from './piece-decoder.ts';

/** Gives the bytes of a character beyond ASCII as one number (0x81A0 for two bytes), or undefined where it has none. */
export type EncodingTable = (codePoint: number) => number | undefined;

/**
 * Makes the table of a legacy encoding by decoding every sequence that it has. Where several give one character, the
 * encoders of the Encoding standard mean the first, but for the exceptions below (https://encoding.spec.whatwg.org/#indexes).
 *
 * For ISO-2022-JP it is the table of JIS X 0208, as two bytes below 0x80. A table takes a quarter of a megabyte.
 */
export function encodingTable(encoding: string): EncodingTable {
  const table = new Table();
  switch (encoding) {
    case 'gbk':
      table.set(0x20ac, 0x80);
      table.addPairs(encoding, range(0x81, 0xfe), GB_TRAILS);
      break;
    case 'gb18030':
      return gb18030Table(table);
    case 'big5':
      table.addPairs(encoding, range(0xa1, 0xfe), range(0x40, 0xfe));
      for (const [codePoint, bytes] of BIG5_LAST) table.set(codePoint, bytes);
      break;
    case 'euc-kr':
      table.addPairs(encoding, range(0x81, 0xfe), range(0x41, 0xfe));
      break;
    case 'euc-jp':
      table.addPairs(encoding, [0x8e, ...range(0xa1, 0xfe)], range(0xa1, 0xfe));
      table.addJapaneseSigns();
      break;
    case 'iso-2022-jp':
      table.addPairs('euc-jp', range(0xa1, 0xfe), range(0xa1, 0xfe), 0x8080);
      break;
    case 'shift_jis':
      table.addSingles(encoding);
      table.addPairs(encoding, SHIFT_JIS_LEADS, range(0x40, 0xfc));
      table.addJapaneseSigns();
      table.set(0x80, 0x80);
      break;
    default:
      table.addSingles(encoding);
  }
  return (codePoint) => table.get(codePoint);
}

/** Digits as second bytes belong to sequences of four. */
const GB_TRAILS = range(0x40, 0xfe);

/** Without NEC's second copy of IBM's characters (0xED, 0xEE), and without the user-defined rows (from 0xF0). */
const SHIFT_JIS_LEADS = [...range(0x81, 0x9f), ...range(0xe0, 0xec), 0xef, ...range(0xfa, 0xfc)];

/** Six characters that Big5 writes as the last of their sequences (https://encoding.spec.whatwg.org/#index-big5-pointer). */
const BIG5_LAST = [
  [0x2550, 0xf9f9],
  [0x255e, 0xf9e9],
  [0x2561, 0xf9eb],
  [0x256a, 0xf9ea],
  [0x5341, 0xa451],
  [0x5345, 0xa4ca],
] as const;

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

class Table {
  /** By code point; 0 where there is none. */
  readonly #basicPlane = new Uint32Array(0x10000);
  readonly #beyond = new Map<number, number>();

  get(codePoint: number): number | undefined {
    return codePoint > 0xffff ? this.#beyond.get(codePoint) : this.#basicPlane[codePoint] || undefined;
  }

  set(codePoint: number, bytes: number): void {
    if (codePoint > 0xffff) this.#beyond.set(codePoint, bytes);
    else this.#basicPlane[codePoint] = bytes;
  }

  /** The Japanese encoders write yen sign and overline as the bytes that ASCII has for backslash and tilde. */
  addJapaneseSigns(): void {
    this.set(0xa5, 0x5c);
    this.set(0x203e, 0x7e);
  }

  addSingles(encoding: string): void {
    this.add(encoding, Buffer.from(range(0x80, 0xff)), 1, 0);
  }

  /** Adds what the pairs of these bytes decode to, with `offset` taken off their numbers. */
  addPairs(encoding: string, leads: readonly number[], trails: readonly number[], offset = 0): void {
    const sequences = Buffer.alloc(leads.length * trails.length * 2);
    let position = 0;
    for (const lead of leads) {
      for (const trail of trails) {
        sequences[position] = lead;
        sequences[position + 1] = trail;
        position += 2;
      }
    }
    this.add(encoding, sequences, 2, offset);
  }

  /** Adds what sequences of `length` bytes decode to. What is there already stays. */
  add(encoding: string, sequences: Buffer, length: number, offset: number): void {
    for (const [index, text] of decodeEach(encoding, sequences, length).entries()) {
      const codePoint = text.codePointAt(0) ?? 0xfffd;
      // Some sequences of Big5 are two characters, which no encoder writes.
      const isOne = text.length === (codePoint > 0xffff ? 2 : 1) && codePoint !== 0xfffd;
      if (isOne && this.get(codePoint) === undefined) {
        this.set(codePoint, sequences.readUIntBE(index * length, length) - offset);
      }
    }
  }
}

/** Decodes each sequence on a line of its own, so that a broken one does not swallow the next. */
function decodeEach(encoding: string, sequences: Buffer, length: number): string[] {
  const count = sequences.length / length;
  const lines = Buffer.alloc(count * (length + 1), '\n');
  for (let index = 0; index < count; index += 1) {
    sequences.copy(lines, index * (length + 1), index * length, (index + 1) * length);
  }
  return pieceDecoder(encoding).decode(lines).split('\n').slice(0, count);
}

/** GB 18030 has sequences of four bytes for the rest of the basic plane, and beyond it by a formula. */
function gb18030Table(table: Table): EncodingTable {
  const fours = Buffer.alloc(GB18030_RANGES_END * 4);
  for (let pointer = 0; pointer < GB18030_RANGES_END; pointer += 1)
    fours.writeUInt32BE(fourBytes(pointer), pointer * 4);
  table.addPairs('gb18030', range(0x81, 0xfe), GB_TRAILS);
  table.add('gb18030', fours, 4, 0);
  return (codePoint) => (codePoint > 0xffff ? fourBytes(codePoint - 0x10000 + 189_000) : table.get(codePoint));
}

/** Sequences of four bytes that are in the basic plane (https://encoding.spec.whatwg.org/#index-gb18030-ranges-pointer). */
const GB18030_RANGES_END = 39_420;

function fourBytes(pointer: number): number {
  const first = Math.floor(pointer / 12_600) + 0x81;
  const second = (Math.floor(pointer / 1260) % 10) + 0x30;
  const third = (Math.floor(pointer / 10) % 126) + 0x81;
  return ((first * 0x100 + second) * 0x100 + third) * 0x100 + (pointer % 10) + 0x30;
}

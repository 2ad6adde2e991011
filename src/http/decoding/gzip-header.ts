/** Flag bits of a member's header (RFC 1952, 2.3.1). */
const HAS_HEADER_CRC = 0x02;
const HAS_EXTRA = 0x04;
const HAS_NAME = 0x08;
const HAS_COMMENT = 0x10;
const RESERVED = 0xe0;

const FIXED_BYTES = 10;
const MAGIC = [0x1f, 0x8b, 8] as const;

/** Where a header stands after a byte. */
export type GzipHeaderState = 'open' | 'complete' | 'invalid';

/** Reads the header of a gzip member byte by byte (RFC 1952, 2.3). */
export class GzipHeader {
  #read = 0;
  #flags = 0;
  #field: 'fixed' | 'extraLength' | 'extra' | 'name' | 'comment' | 'headerCrc' = 'fixed';
  #fieldRead = 0;
  #extraLength = 0;

  /** Takes the next byte. Not to be called once the header is complete or invalid. */
  push(byte: number): GzipHeaderState {
    if (this.#field === 'fixed') return this.#pushFixed(byte);
    this.#fieldRead += 1;
    if (this.#field === 'extraLength') this.#extraLength += this.#fieldRead === 1 ? byte : byte << 8;
    return this.#isFieldOver(byte) ? this.#next() : 'open';
  }

  #pushFixed(byte: number): GzipHeaderState {
    const index = this.#read;
    this.#read += 1;
    if (index < MAGIC.length && byte !== MAGIC[index]) return 'invalid';
    if (index === MAGIC.length) {
      if ((byte & RESERVED) !== 0) return 'invalid';
      this.#flags = byte;
    }
    return this.#read === FIXED_BYTES ? this.#next() : 'open';
  }

  #isFieldOver(byte: number): boolean {
    if (this.#field === 'name' || this.#field === 'comment') return byte === 0;
    return this.#fieldRead === (this.#field === 'extra' ? this.#extraLength : 2);
  }

  /** Goes to the next field that is there. */
  #next(): GzipHeaderState {
    const done = this.#field;
    this.#fieldRead = 0;
    if (done === 'fixed' && (this.#flags & HAS_EXTRA) !== 0) return this.#enter('extraLength');
    if (done === 'extraLength' && this.#extraLength > 0) return this.#enter('extra');
    const isBeforeName = done === 'fixed' || done === 'extraLength' || done === 'extra';
    if (isBeforeName && (this.#flags & HAS_NAME) !== 0) return this.#enter('name');
    if (done !== 'comment' && done !== 'headerCrc' && (this.#flags & HAS_COMMENT) !== 0) return this.#enter('comment');
    if (done !== 'headerCrc' && (this.#flags & HAS_HEADER_CRC) !== 0) return this.#enter('headerCrc');
    return 'complete';
  }

  #enter(field: 'extraLength' | 'extra' | 'name' | 'comment' | 'headerCrc'): GzipHeaderState {
    this.#field = field;
    return 'open';
  }
}

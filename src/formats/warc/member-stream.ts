import zlib from 'node:zlib';

/** CRC-32 and length, modulo 2^32, of what a member decompresses to, at its end (RFC 1952, 2.3.1). */
export const TRAILER_BYTES = 8;

const LENGTH_AT = 4;
const FIXED_BYTES = 10;
const FLAGS_AT = 3;
const FLAGS = { headerCrc: 0x02, extra: 0x04, name: 0x08, comment: 0x10 } as const;

/** The length of the header of a gzip member that begins `bytes` (RFC 1952, 2.3); undefined where it goes on behind them. */
export function headerLength(bytes: Buffer): number | undefined {
  if (bytes.length < FIXED_BYTES) return undefined;
  const flags = bytes[FLAGS_AT] ?? 0;
  let length = FIXED_BYTES;
  if ((flags & FLAGS.extra) !== 0) {
    if (bytes.length < length + 2) return undefined;
    length += 2 + bytes.readUInt16LE(length);
  }
  for (const text of [FLAGS.name, FLAGS.comment]) {
    if ((flags & text) === 0) continue;
    const end = bytes.indexOf(0, length);
    if (end === -1) return undefined;
    length = end + 1;
  }
  if ((flags & FLAGS.headerCrc) !== 0) length += 2;
  return length <= bytes.length ? length : undefined;
}

/**
 * Decompresses what stands between header and trailer of a gzip member, a piece at a time. Bound: a piece, and what it
 * decompresses to.
 */
export class MemberStream {
  readonly #inflate = zlib.createInflateRaw();
  #output: Buffer[] = [];
  #outputLength = 0;
  #crc = 0;
  #written = 0;
  #settle: (error?: Error) => void = () => {};

  constructor() {
    this.#inflate.on('data', (chunk: Buffer) => {
      this.#output.push(chunk);
      this.#outputLength += chunk.length;
      this.#crc = zlib.crc32(chunk, this.#crc);
    });
    this.#inflate.on('error', (error) => this.#settle(error));
  }

  /** Whether it is known to have ended: not all that was written was taken. */
  get isOver(): boolean {
    return this.length < this.#written;
  }

  /** Bytes that were taken, as stored. */
  get length(): number {
    return this.#inflate.bytesWritten;
  }

  /** Takes the next bytes, and gives what they decompress to, or an error: nothing is to be written then. */
  async write(piece: Buffer): Promise<readonly Buffer[] | Error> {
    this.#written += piece.length;
    const error = await new Promise<Error | undefined | null>((resolve) => {
      this.#settle = resolve;
      this.#inflate.write(piece, resolve);
    });
    return error ?? this.#output.splice(0);
  }

  /** Whether all that was decompressed is what the trailer tells of. */
  isIntact(trailer: Buffer): boolean {
    const isLength = trailer.readUInt32LE(LENGTH_AT) === this.#outputLength % 2 ** 32;
    return isLength && trailer.readUInt32LE(0) === this.#crc;
  }

  close(): void {
    this.#inflate.destroy();
  }
}

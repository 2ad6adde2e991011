import zlib from 'node:zlib';
import { ByteCursor } from './byte-cursor.ts';
import { headerLength, MemberStream, TRAILER_BYTES } from './member-stream.ts';

/** A part of a gzip file that can't be read. Reading can go on behind it where it has an `end`. */
export class GzipDamage extends Error {
  /** Position behind it in the file as stored; undefined where it reaches to the end of the file. */
  readonly end: number | undefined;

  /** `start`: position in the file as stored. `cause`: what is wrong there. */
  constructor(start: number, end: number | undefined, cause: Error) {
    super(`${cause.message}, in the compressed bytes ${start} to ${end === undefined ? 'the end' : end - 1}`, {
      cause,
    });
    this.end = end;
  }
}

/** Stored bytes of a member that is decompressed at once; a larger one comes in pieces. */
const SMALL_BYTES = 128 * 1024;
/** What a small member decompresses to at most, or it comes in pieces, too. */
const SMALL_MAX_OUTPUT = 4 * 1024 * 1024;
/** Stored bytes of a piece. It may decompress to a thousand times as much. */
const PIECE_BYTES = 16 * 1024;
/** Stored bytes that are kept of a large member behind what looks like the next one: longer, and it was none. */
const KEPT_BYTES = 1024 * 1024;
/** Of a member's header: it may have a name and a comment. */
const HEADER_MAX_BYTES = 64 * 1024;
/** Stored bytes in which the beginning of a record must show. */
const PROBE_BYTES = 1024;
const PROBE_MAX_OUTPUT = 2 * 1024 * 1024;

const RECORD = 'WARC/1.';
/** Two bytes of magic, the method, and flags tell of a member (RFC 1952, 2.3.1). */
const MAGIC = Buffer.from([0x1f, 0x8b, 8]);
const RESERVED_FLAGS = 0xe0;
const HEAD_BYTES = MAGIC.length + 1;

/**
 * Decompresses a WARC file in gzip member by member, and past what is damaged: each record should be a member of its own
 * (https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/, Annex D).
 *
 * Bound: 1 MiB as stored, a chunk, and what a piece of 16 KiB decompresses to. Time: linear.
 */
export class GzipMembers {
  readonly #cursor: ByteCursor;
  #count = 0;

  constructor(stored: AsyncIterable<Buffer>) {
    this.#cursor = new ByteCursor(stored, 0);
  }

  /** Members that were read to their end. */
  get count(): number {
    return this.#count;
  }

  /**
   * The decompressed bytes up to the end, or up to a damage; called again behind one, it goes on with the next member that
   * begins with a record. Errors: GzipDamage; those of the file.
   */
  async *chunks(): AsyncGenerator<Buffer, void, undefined> {
    while (await this.#hasMember()) {
      const end = await this.#nextMember(SMALL_BYTES);
      const whole = end === undefined ? undefined : inflateWhole(this.#cursor.rest.subarray(0, end));
      if (whole === undefined) {
        yield* this.#pieces();
      } else {
        this.#cursor.advance(whole.length);
        yield whole.content;
      }
      this.#count += 1;
    }
  }

  /** Passes over padding; false at the end. */
  async #hasMember(): Promise<boolean> {
    do {
      const { rest } = this.#cursor;
      let at = 0;
      while (at < rest.length && rest[at] === 0) at += 1;
      this.#cursor.advance(at);
    } while (this.#cursor.rest.length === 0 && (await this.#cursor.more()));
    while (this.#cursor.rest.length < HEAD_BYTES && (await this.#cursor.more()));
    if (this.#cursor.rest.length === 0) return false;
    if (memberIn(this.#cursor.rest, 0) === 0) return true;
    throw await this.#damage(this.#cursor.offset, new Error('no gzip member begins there'));
  }

  /** Where the next member seems to begin, or the file ends; undefined where `most` bytes don't tell. */
  async #nextMember(most: number): Promise<number | undefined> {
    for (let searched = 1; ; ) {
      const { rest } = this.#cursor;
      const found = memberIn(rest, searched);
      if (found !== undefined) return found;
      if (rest.length >= most) return undefined;
      searched = Math.max(1, rest.length - HEAD_BYTES + 1);
      if (!(await this.#cursor.more())) return rest.length;
    }
  }

  /**
   * A member in pieces. What one decompresses to is given when the next has decompressed as well, or the member's end is as it
   * should be: nothing is given of a small one that is damaged.
   */
  async *#pieces(): AsyncGenerator<Buffer, void, undefined> {
    const start = this.#cursor.offset;
    const header = await this.#headerLength();
    if (header === undefined) throw await this.#damage(start, cutOff());
    const member = new MemberStream();
    const place = { written: header, isKept: false };
    let waiting: readonly Buffer[] = [];
    try {
      while (!member.isOver) {
        while (this.#cursor.rest.length === place.written && (await this.#cursor.more()));
        const piece = this.#cursor.rest.subarray(place.written, place.written + PIECE_BYTES);
        const output = piece.length === 0 ? cutOff() : await member.write(piece);
        if (output instanceof Error) throw await this.#damage(start, output);
        yield* waiting;
        waiting = output;
        place.written += piece.length;
        if (!member.isOver) this.#letGo(place, start);
      }
      await this.#passEnd(member, start, header);
    } finally {
      member.close();
    }
    yield* waiting;
  }

  async #headerLength(): Promise<number | undefined> {
    for (;;) {
      const length = headerLength(this.#cursor.rest);
      if (length !== undefined || this.#cursor.rest.length > HEADER_MAX_BYTES) return length;
      if (!(await this.#cursor.more())) return undefined;
    }
  }

  /**
   * Lets go of what a member has taken, but for what is behind something like another member: should this one be damaged, it
   * may have taken that as its own.
   */
  #letGo(place: { written: number; isKept: boolean }, start: number): void {
    if (place.isKept && place.written <= KEPT_BYTES) return;
    const taken = this.#cursor.rest.subarray(0, place.written + HEAD_BYTES - 1);
    const found = memberIn(taken, place.isKept || this.#cursor.offset === start ? 1 : 0);
    const passed = found ?? Math.max(0, place.written - HEAD_BYTES + 1);
    this.#cursor.advance(passed);
    place.written -= passed;
    place.isKept = found !== undefined;
  }

  /** Passes over all of a member that was read. Errors: GzipDamage where it isn't what its trailer tells of. */
  async #passEnd(member: MemberStream, start: number, header: number): Promise<void> {
    const end = start + header + member.length - this.#cursor.offset;
    while (this.#cursor.rest.length < end + TRAILER_BYTES && (await this.#cursor.more()));
    const trailer = this.#cursor.rest.subarray(end, end + TRAILER_BYTES);
    if (trailer.length < TRAILER_BYTES) throw await this.#damage(start, cutOff());
    if (!member.isIntact(trailer)) throw await this.#damage(start, new Error('incorrect data check'));
    this.#cursor.advance(end + TRAILER_BYTES);
  }

  /** Passes over what is damaged, up to where a member begins with a record, or to the end. */
  async #damage(start: number, cause: Error): Promise<GzipDamage> {
    for (let from = this.#cursor.offset === start ? 1 : 0; ; ) {
      const found = memberIn(this.#cursor.rest, from);
      if (found === undefined) {
        const passed = Math.max(0, this.#cursor.rest.length - HEAD_BYTES + 1);
        this.#cursor.advance(passed);
        if (passed > 0) from = 0;
        if (await this.#cursor.more()) continue;
        this.#cursor.advance(this.#cursor.rest.length);
        return new GzipDamage(start, undefined, cause);
      }
      this.#cursor.advance(found);
      while (this.#cursor.rest.length < PROBE_BYTES && (await this.#cursor.more()));
      if (beginsRecord(this.#cursor.rest)) return new GzipDamage(start, this.#cursor.offset, cause);
      from = 1;
    }
  }
}

function cutOff(): Error {
  return new Error('unexpected end of file');
}

/** Where bytes like those of a member's beginning stand, at `from` or further on. */
function memberIn(bytes: Buffer, from: number): number | undefined {
  for (let at = from; ; at += 1) {
    at = bytes.indexOf(MAGIC, at);
    if (at === -1 || at + HEAD_BYTES > bytes.length) return undefined;
    if (((bytes[at + MAGIC.length] ?? 0) & RESERVED_FLAGS) === 0) return at;
  }
}

/** What a whole member decompresses to, and how long it is as stored; undefined where that is too large, broken, or goes on. */
function inflateWhole(bytes: Buffer): { readonly content: Buffer; readonly length: number } | undefined {
  try {
    const inflated: unknown = zlib.gunzipSync(bytes, { info: true, maxOutputLength: SMALL_MAX_OUTPUT });
    const { buffer, engine } = inflated as { readonly buffer: Buffer; readonly engine: zlib.Gunzip };
    return { content: buffer, length: engine.bytesWritten };
  } catch {
    return undefined;
  }
}

function beginsRecord(bytes: Buffer): boolean {
  const probe = bytes.subarray(0, Math.min(PROBE_BYTES, memberIn(bytes, 1) ?? PROBE_BYTES));
  try {
    const options = { finishFlush: zlib.constants.Z_SYNC_FLUSH, maxOutputLength: PROBE_MAX_OUTPUT };
    return zlib.gunzipSync(probe, options).toString('latin1', 0, RECORD.length) === RECORD;
  } catch {
    return false;
  }
}

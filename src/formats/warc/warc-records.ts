import { ByteCursor } from './byte-cursor.ts';

/** A record of a WARC file, or a place where there should be one. */
export interface WarcRecord {
  /** From 1, counted over all that was given. */
  readonly number: number;
  /** Position of its first byte in the (uncompressed) file. */
  readonly offset: number;
  /** Its named fields by lower-case name; of several the last. Empty where they can't be read. */
  readonly header: ReadonlyMap<string, string>;
  /** Its block, as much of it as was wanted. */
  readonly content: Buffer;
  /** Bytes that the block has. */
  readonly length: number;
  /** What is wrong, as the end of `the record is broken: `; the block is then not to be relied on. */
  readonly defect?: string;
}

/** Where reading begins: at a record. */
export interface WarcStart {
  readonly number: number;
  readonly offset: number;
}

/** Tells how much is kept of a record's block, in bytes. */
export type Kept = (header: ReadonlyMap<string, string>) => number;

const HEADER_MAX_BYTES = 64 * 1024;
const VERSION = 'WARC/';
const NO_BYTES = Buffer.alloc(0);
/** The fields of what has none that can be read. */
export const NO_FIELDS: ReadonlyMap<string, string> = new Map();

/**
 * Reads the records of a WARC file, 1.0 and 1.1 (https://iipc.github.io/warc-specifications/), one after the other.
 *
 * What is broken is given as a record with a defect, and the reading goes on where a line begins like a record.
 * Bound: a header of 64 KiB, what is kept of one block, and one chunk. Errors: those of the chunks.
 */
export async function* warcRecords(
  chunks: AsyncIterable<Buffer>,
  start: WarcStart,
  kept: Kept,
): AsyncGenerator<WarcRecord, void, undefined> {
  const cursor = new ByteCursor(chunks, start.offset);
  for (let number = start.number; await hasRecord(cursor); number += 1) {
    const place = { number, offset: cursor.offset };
    const header = await readHeader(cursor);
    if (typeof header === 'string') {
      yield { ...place, header: NO_FIELDS, content: NO_BYTES, length: 0, defect: header };
      await cursor.seek(`\n${VERSION}`);
      continue;
    }
    const size = header.get('content-length') ?? '';
    if (!/^\d{1,15}$/.test(size)) {
      yield { ...place, header, content: NO_BYTES, length: 0, defect: 'it has no valid Content-Length' };
      await cursor.seek(`\n${VERSION}`);
      continue;
    }
    const { bytes: content, length } = await cursor.take(Number(size), kept(header));
    const isWhole = length === Number(size);
    yield { ...place, header, content, length, ...(isWhole ? {} : { defect: 'the file ends within it' }) };
  }
}

/** Passes over the line ends between records; false at the end. */
async function hasRecord(cursor: ByteCursor): Promise<boolean> {
  for (;;) {
    const { rest } = cursor;
    let at = 0;
    while (at < rest.length && (rest[at] === 0x0d || rest[at] === 0x0a)) at += 1;
    cursor.advance(at);
    if (cursor.rest.length > 0) return true;
    if (!(await cursor.more())) return false;
  }
}

/** The fields of the record that begins here, passed over; or what is wrong with it, and at least a byte is passed over. */
async function readHeader(cursor: ByteCursor): Promise<ReadonlyMap<string, string> | string> {
  while (cursor.rest.length < VERSION.length && (await cursor.more()));
  if (cursor.rest.toString('latin1', 0, VERSION.length) !== VERSION) {
    cursor.advance(1);
    return 'no record begins there';
  }
  for (;;) {
    const end = headerEnd(cursor.rest);
    if (end !== undefined && end.at <= HEADER_MAX_BYTES) {
      const text = cursor.rest.toString('utf8', 0, end.at);
      cursor.advance(end.at + end.length);
      return fieldsOf(text);
    }
    const isTooLong = end !== undefined || cursor.rest.length > HEADER_MAX_BYTES;
    if (!isTooLong && (await cursor.more())) continue;
    cursor.advance(1);
    return isTooLong ? 'its header is longer than 64 KiB' : 'the file ends within its header';
  }
}

/** Some tools end lines with LF alone. */
function headerEnd(bytes: Buffer): { readonly at: number; readonly length: number } | undefined {
  const head = bytes.subarray(0, HEADER_MAX_BYTES + 4);
  const ends = ['\r\n\r\n', '\n\n'].map((mark) => ({ at: head.indexOf(mark, 0, 'latin1'), length: mark.length }));
  return ends.filter(({ at }) => at !== -1).sort((one, other) => one.at - other.at)[0];
}

/** Field lines behind the version; one that begins with white space goes on with the one before. */
function fieldsOf(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  let name = '';
  for (const line of text.split('\n').slice(1)) {
    const colon = line.indexOf(':');
    if (/^[ \t]/.test(line)) {
      fields.set(name, `${fields.get(name) ?? ''} ${line.trim()}`);
    } else if (colon > 0) {
      name = line.slice(0, colon).trim().toLowerCase();
      fields.set(name, line.slice(colon + 1).trim());
    }
  }
  return fields;
}

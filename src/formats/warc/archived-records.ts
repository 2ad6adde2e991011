import { compressionOf } from '../compression.ts';
import { GzipDamage, GzipMembers } from './gzip-members.ts';
import { type Kept, NO_FIELDS, type WarcRecord, type WarcStart, warcRecords } from './warc-records.ts';

/**
 * Reads the records of a WARC file, past what is broken: bytes in gzip (`path` ends in `.gz`) as stored, others decompressed.
 *
 * What can't be decompressed is one record with a defect. In gzip, the reading goes on behind it where it can; else it ends.
 * Bound: as of `warcRecords` and `GzipMembers`. Errors: those of the file.
 */
export async function* archivedRecords(
  bytes: AsyncIterable<Buffer>,
  path: string,
  start: WarcStart,
  kept: Kept,
): AsyncGenerator<WarcRecord, void, undefined> {
  const members = compressionOf(path) === 'gz' ? new GzipMembers(bytes) : undefined;
  const counted = new CountedBytes(start.offset);
  for (let number = start.number; ; number += 1) {
    try {
      const place = { number, offset: counted.offset };
      for await (const record of warcRecords(counted.through(members?.chunks() ?? bytes), place, kept)) {
        yield record;
        number = record.number + 1;
      }
      return;
    } catch (error) {
      if (!(error instanceof GzipDamage || isCompressionError(error))) throw error;
      // One member for all records, or for many: behind the damage, none begins.
      const isByRecord = members === undefined || number - start.number <= members.count + 1;
      const defect = isByRecord ? error.message : `${error.message}; the file is not compressed record by record`;
      yield { number, offset: counted.offset, header: NO_FIELDS, content: NO_BYTES, length: 0, defect };
      if (!(error instanceof GzipDamage) || error.end === undefined) return;
    }
  }
}

const NO_BYTES = Buffer.alloc(0);

/** Knows the position behind the bytes that have passed. */
class CountedBytes {
  offset: number;

  constructor(offset: number) {
    this.offset = offset;
  }

  async *through(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
    for await (const chunk of chunks) {
      this.offset += chunk.length;
      yield chunk;
    }
  }
}

function isCompressionError(error: unknown): error is Error {
  return error instanceof Error && /^(Z|ZSTD|ERR_ZSTD)_/.test(String((error as NodeJS.ErrnoException).code));
}

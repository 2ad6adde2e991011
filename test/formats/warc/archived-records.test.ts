import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { describe, it } from 'node:test';
import zlib from 'node:zlib';
import fc from 'fast-check';
import { archivedRecords } from '../../../src/formats/warc/archived-records.ts';
import type { WarcRecord } from '../../../src/formats/warc/warc-records.ts';
import { warcRecord } from '../../helpers/files/warc.ts';

const START = { number: 1, offset: 0 };
const MAGIC = Buffer.from([0x1f, 0x8b, 8, 0]);
const small = ['one', 'two', 'three', 'four', 'five'].map((text) => recordOf(text.repeat(50)));
const members = small.map((record) => zlib.gzipSync(record));

/** Does not compress, is taken in pieces, and has what looks like members. */
const large = recordOf(
  Buffer.concat([randomBytes(200_000), MAGIC, randomBytes(50_000), MAGIC, MAGIC, randomBytes(9)]).toString('latin1'),
);

describe('records of a gzip file', () => {
  it('are those of the file, wherever it is cut into chunks, small and large, padded or not', async () => {
    const all = [small[0], large, small[1], large] as Buffer[];
    const padded = all.flatMap((record, index) => [zlib.gzipSync(record), Buffer.alloc(index * 3)]);
    for (const size of [1, 7, 1000, 65_536, 1_000_000]) {
      const stored = size === 1 ? Buffer.concat(members) : Buffer.concat(padded);
      const expected = size === 1 ? small : all;
      assert.deepEqual(await contentsOf(stored, size), expected.map(contentOf), `chunks of ${size} bytes`);
    }
  });

  it('may stand in one member, or what decompresses to much in a small one', async () => {
    const bomb = recordOf('x'.repeat(20_000_000));
    const stored = Buffer.concat([zlib.gzipSync(Buffer.concat([...small, large])), zlib.gzipSync(bomb)]);
    const lengths = (await recordsOf(stored)).map(({ length, defect }) => defect ?? length);
    assert.deepEqual(
      lengths,
      [...small, large, bomb].map((record) => contentOf(record).length),
    );
  });

  it('are all read but those of the member in which a byte has changed', async () => {
    const damage = fc.record({
      at: fc.nat(Buffer.concat(members).length - 1),
      change: fc.integer({ min: 1, max: 255 }),
      size: fc.integer({ min: 1, max: 400 }),
    });
    await fc.assert(
      fc.asyncProperty(damage, async ({ at, change, size }) => {
        const stored = Buffer.concat(members);
        stored[at] = (stored[at] ?? 0) ^ change;
        const damaged = memberAt(at);
        const found = (await recordsOf(stored, size)).map(({ content, defect }) => (defect ? 'damage' : `${content}`));
        const intact = small.map(contentOf).filter((_, index) => index !== damaged);
        // Names, times and the like of a member's header are free.
        const isHarmless = found.length === small.length && !found.includes('damage');
        if (!isHarmless) assert.deepEqual(found.toSpliced(found.indexOf('damage'), 1), intact);
      }),
      { numRuns: 300 },
    );
  });
});

describe('damage', () => {
  const [first = 0, second = 0] = members.map(({ length }) => length);

  it('is told with where it is, as stored, and counts as a record', async () => {
    const stored = Buffer.concat(members);
    stored.fill(0xff, first + 30, first + 40);
    const found = (await recordsOf(stored)).map(({ number, offset, defect }) => [number, offset, defect]);
    const [, damage] = found;
    assert.deepEqual(
      found.map(([number]) => number),
      [1, 2, 3, 4, 5],
    );
    assert.equal(damage?.[1], small[0]?.length);
    assert.match(
      String(damage?.[2]),
      new RegExp(`^(invalid|incorrect) .*, in the compressed bytes ${first} to ${first + second - 1}$`),
    );
  });

  it('of a large member costs nothing behind it, though that was taken for a part of it', async () => {
    const stored = zlib.gzipSync(large, { level: 0 });
    // The length of a stored block (RFC 1951, 3.2.4), so that it seems to go on beyond the member.
    const broken = Buffer.from(stored.subarray(0, stored.length - 3000));
    const found = await recordsOf(Buffer.concat([members[0] ?? '', broken, ...members.slice(1)] as Buffer[]));
    assert.deepEqual(
      found.map(({ content, defect }) => (defect === undefined ? `${content}` : 'damage')),
      [small[0], undefined, ...small.slice(1)].map((record) => (record ? contentOf(record) : 'damage')),
    );
  });

  it('between members is told, too', async () => {
    for (const junk of ['junk', '\0junk', '\0\0\x1f\x8b\x08']) {
      const parts = [members[0], Buffer.from(junk, 'latin1'), members[1]] as Buffer[];
      const found = await recordsOf(Buffer.concat(parts));
      assert.deepEqual(
        found.map(({ number, defect }) => [number, defect !== undefined]),
        [
          [1, false],
          [2, true],
          [3, false],
        ],
        JSON.stringify(junk),
      );
    }
  });

  it('of a file that is one member ends the reading, and says why', async () => {
    const stored = zlib.gzipSync(Buffer.concat([...small, large, ...small]), { level: 0 });
    stored.fill(0xff, 100_000, 200_000);
    const found = await recordsOf(stored);
    assert.equal(found.length, 6);
    assert.match(
      found[5]?.defect ?? '',
      /, in the compressed bytes 0 to the end; the file is not compressed record by record$/,
    );
  });

  it('is the end of a file that is cut off', async () => {
    for (const missing of [1, 4, 9, 50]) {
      const stored = Buffer.concat(members);
      const found = await recordsOf(stored.subarray(0, stored.length - missing));
      assert.equal(found.length, 5);
      assert.match(found[4]?.defect ?? '', /^unexpected end of file, in the compressed bytes \d+ to the end$/);
    }
  });
});

function recordOf(text: string): Buffer {
  return warcRecord({ 'WARC-Type': 'resource' }, Buffer.from(text, 'latin1'));
}

function contentOf(record: Buffer): string {
  const text = record.toString('latin1');
  return text.slice(text.indexOf('\r\n\r\n') + 4, -4);
}

function memberAt(position: number): number {
  let end = 0;
  return members.findIndex(({ length }) => {
    end += length;
    return position < end;
  });
}

async function recordsOf(stored: Buffer, size = 65_536): Promise<WarcRecord[]> {
  const count = Math.ceil(stored.length / size);
  const chunks = Array.from({ length: count }, (_, index) => stored.subarray(index * size, (index + 1) * size));
  const records: WarcRecord[] = [];
  const bytes = Readable.from(chunks);
  for await (const record of archivedRecords(bytes, 'a.warc.gz', START, () => 1_000_000)) records.push(record);
  return records;
}

async function contentsOf(stored: Buffer, size: number): Promise<string[]> {
  return (await recordsOf(stored, size)).map(({ content, defect }) => defect ?? content.toString('latin1'));
}

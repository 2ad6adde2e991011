import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { MAX_LINE_BYTES, type TextLine, textLines } from '../../../src/formats/inputs/text-lines.ts';

describe('lines', () => {
  it('end with LF or CRLF, and the last one needs no end', async () => {
    assert.deepEqual(await linesOf('a\nb\r\nc'), [
      { text: 'a', line: 1, offset: 0 },
      { text: 'b', line: 2, offset: 2 },
      { text: 'c', line: 3, offset: 5 },
    ]);
  });

  it('that are blank are left out and counted', async () => {
    assert.deepEqual(await linesOf('\n \t\r\na\n\n\nb\n'), [
      { text: 'a', line: 3, offset: 5 },
      { text: 'b', line: 6, offset: 9 },
    ]);
  });

  it('lose the white space at their ends', async () => {
    assert.deepEqual(await textsOf('  a b\t\n\u00a0c\u00a0'), ['a b', 'c']);
  });

  it('have their offsets in bytes, not in characters', async () => {
    assert.deepEqual(
      (await linesOf('é😀\nb')).map(({ offset }) => offset),
      [0, 7],
    );
  });

  it('of an empty input are none', async () => {
    assert.deepEqual(await linesOf(''), []);
    assert.deepEqual(await linesOf('\n'), []);
  });

  it('come in a batch a chunk, as soon as they are whole', async () => {
    const batches: string[][] = [];
    for await (const batch of textLines(chunked(Buffer.from('a\nb\nc\nd'), [4, 2]))) {
      batches.push(batch.map(({ text }) => text));
    }
    assert.deepEqual(batches, [['a', 'b'], ['c'], ['d']]);
  });
});

describe('a byte order mark', () => {
  it('at the start is passed over', async () => {
    assert.deepEqual(await linesOf('\ufeffa\nb'), [
      { text: 'a', line: 1, offset: 0 },
      { text: 'b', line: 2, offset: 5 },
    ]);
  });

  it('alone is a blank line', async () => {
    assert.deepEqual(await linesOf('\ufeff'), []);
  });
});

describe('a line that is too long', () => {
  it('is cut and marked, and the next one is whole', async () => {
    const [first, second] = await linesOf(`${'x'.repeat(MAX_LINE_BYTES + 10)}\nb`);
    assert.deepEqual(first, { text: 'x'.repeat(MAX_LINE_BYTES), line: 1, offset: 0, defect: 'too-long' });
    assert.deepEqual(second, { text: 'b', line: 2, offset: MAX_LINE_BYTES + 11 });
  });

  it('is longer than 64 KiB; one of 64 KiB is whole', async () => {
    assert.deepEqual(
      (await linesOf(`${'x'.repeat(MAX_LINE_BYTES)}\n${'y'.repeat(MAX_LINE_BYTES)}`)).map(({ defect }) => defect),
      [undefined, undefined],
    );
  });

  it('is not taken for blank when what was kept of it is', async () => {
    assert.deepEqual(await linesOf(`${' '.repeat(MAX_LINE_BYTES)}https://example.com/`), [
      { text: '', line: 1, offset: 0, defect: 'too-long' },
    ]);
  });
});

describe('bytes that are no UTF-8', () => {
  it('mark their line, and only theirs', async () => {
    const bytes = Buffer.concat([Buffer.from('a\n'), Buffer.from([0x62, 0xe9, 0x0a]), Buffer.from('c')]);
    assert.deepEqual(await linesOf(bytes), [
      { text: 'a', line: 1, offset: 0 },
      { text: 'b\ufffd', line: 2, offset: 2, defect: 'not-utf8' },
      { text: 'c', line: 3, offset: 5 },
    ]);
  });

  it('are not seen in a replacement character that stands there itself', async () => {
    assert.deepEqual(await linesOf('a\ufffd'), [{ text: 'a\ufffd', line: 1, offset: 0 }]);
  });
});

it('any chunking gives the same lines, numbers and offsets as splitting the whole', async () => {
  const piece = fc.oneof(
    fc.constantFrom('\n', '\r\n', '\r', ' ', '\ufeff', 'https://example.com/é', '#'),
    fc.string({ unit: 'binary', maxLength: 5 }),
    fc.uint8Array({ maxLength: 3 }),
  );
  const holds = fc.asyncProperty(
    fc.array(piece, { maxLength: 30 }),
    fc.infiniteStream(fc.integer({ min: 0, max: 7 })),
    async (pieces, sizes) => {
      const bytes = Buffer.concat(pieces.map((part) => Buffer.from(part)));
      assert.deepEqual(await collected(chunked(bytes, sizes)), splitWhole(bytes));
    },
  );
  await fc.assert(holds, { numRuns: 300 });
});

it('any chunking cuts long lines at the same place', async () => {
  const around = fc.integer({ min: MAX_LINE_BYTES - 3, max: MAX_LINE_BYTES + 3 });
  const sizes = fc.infiniteStream(fc.integer({ min: 1, max: 50_000 }));
  const holds = fc.asyncProperty(
    fc.array(around, { maxLength: 4 }),
    fc.constantFrom('\n', '\r\n'),
    sizes,
    async (lengths, end, sizes) => {
      const bytes = Buffer.from(lengths.map((length) => 'é'.repeat(length).slice(0, length / 2) + end).join(''));
      assert.deepEqual(await collected(chunked(bytes, sizes)), splitWhole(bytes));
    },
  );
  await fc.assert(holds, { numRuns: 50 });
});

/** What the lines should be, told by the plainest means. */
function splitWhole(bytes: Buffer): TextLine[] {
  const lines: TextLine[] = [];
  let offset = 0;
  for (const [index, binary] of bytes.toString('latin1').split('\n').entries()) {
    const whole = Buffer.from(binary, 'latin1');
    const text = whole.subarray(0, MAX_LINE_BYTES).toString('utf8').trim();
    const isLong = whole.length > MAX_LINE_BYTES;
    const isBroken = !whole.equals(Buffer.from(whole.toString('utf8')));
    const defect = isLong ? ({ defect: 'too-long' } as const) : isBroken ? ({ defect: 'not-utf8' } as const) : {};
    if (text !== '' || isLong) lines.push({ text, line: index + 1, offset, ...defect });
    offset += whole.length + 1;
  }
  return lines;
}

function linesOf(input: string | Buffer): Promise<TextLine[]> {
  return collected(chunked(Buffer.from(input), [1_000_000]));
}

async function textsOf(input: string): Promise<string[]> {
  return (await linesOf(input)).map(({ text }) => text);
}

async function collected(chunks: AsyncIterable<Buffer>): Promise<TextLine[]> {
  const lines: TextLine[] = [];
  for await (const batch of textLines(chunks)) lines.push(...batch);
  return lines;
}

/** The bytes in chunks of these sizes, in turn; what is left when the sizes are used up is the last chunk. */
async function* chunked(bytes: Buffer, sizes: Iterable<number>): AsyncGenerator<Buffer> {
  await Promise.resolve();
  let start = 0;
  for (const size of sizes) {
    if (start >= bytes.length) return;
    // A copy that is wiped once the next chunk is asked for, as a reader may do with its buffer.
    const chunk = Buffer.from(bytes.subarray(start, start + size));
    yield chunk;
    chunk.fill(0);
    start += size;
  }
  if (start < bytes.length) yield bytes.subarray(start);
}

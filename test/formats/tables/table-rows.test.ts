import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Row } from '../../../src/core/stage/sink-writer.ts';
import { csvFormat, tsvFormat } from '../../../src/formats/outputs/delimited.ts';
import { jsonLinesFormat } from '../../../src/formats/outputs/json-lines.ts';
import { type TableFormat, type TableRow, tableFormatOf, tableRows } from '../../../src/formats/tables/table-rows.ts';

const columns = ['source_url', 'code'];

async function read(format: TableFormat, chunks: readonly string[], required = ['source_url']): Promise<TableRow[]> {
  const bytes = Readable.from(chunks.map((chunk) => Buffer.from(chunk)));
  const rows: TableRow[] = [];
  for await (const batch of tableRows(bytes, { format, name: `a.${format}`, columns, required })) rows.push(...batch);
  return rows;
}

it('a format goes by the extension before that of a compression', () => {
  const names = ['a.jsonl', 'a.CSV', 'a.tsv.gz', 'a.jsonl.zst', 'a.txt', 'csv', 'a.csv.txt', '-'];
  assert.deepEqual(names.map(tableFormatOf), [
    'jsonl',
    'csv',
    'tsv',
    'jsonl',
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

describe('rows', () => {
  it('of JSON lines have their columns in any order, with their places', async () => {
    const rows = await read('jsonl', [
      '{"code":404,"source_url":"a"}\n\n{"source_url":"b","code":null}\n{"source_url":["c"]}',
    ]);
    assert.deepEqual(rows, [
      { line: 1, offset: 0, values: ['a', '404'] },
      { line: 3, offset: 31, values: ['b', undefined] },
      { line: 4, offset: 62, values: [undefined, undefined] },
    ]);
  });

  it('of CSV may be quoted, over several lines and short, and have a byte order mark before them', async () => {
    const text = '\ufeffn,code,source_url\r\n1,"x\ny","a,""b"""\r\n\r\n2,z\r\n3,,c,more';
    assert.deepEqual(await read('csv', [text]), [
      { line: 2, offset: 22, values: ['a,"b"', 'x\ny'] },
      { line: 5, offset: 41, values: [undefined, 'z'] },
      { line: 6, offset: 48, values: ['c', ''] },
    ]);
  });

  it('of TSV have escapes and no quotes', async () => {
    assert.deepEqual(await read('tsv', ['source_url\tcode\n"a\\tb"\t\\\\n\n\tz\n']), [
      { line: 2, offset: 16, values: ['"a\tb"', '\\n'] },
      { line: 3, offset: 27, values: ['', 'z'] },
    ]);
  });

  it('of an empty file are none', async () => {
    for (const format of ['jsonl', 'csv', 'tsv'] as const) assert.deepEqual(await read(format, ['']), []);
  });

  it('come back as the sinks write them, however the bytes are cut', async () => {
    // White space at a line's ends is no part of a JSON line, and a row of nothing is a blank line.
    const value = fc.string({ unit: fc.constantFrom('a', '"', ',', '\t', '\n', '\\', 'é', "'", ' ', '{') });
    const table = fc.array(
      fc.tuple(
        value,
        value.map((text) => `${text}.`),
      ),
      { maxLength: 5 },
    );
    const formats = {
      csv: csvFormat(columns, { hasHeader: true, hasByteOrderMark: false, isSpreadsheetSafe: false }),
      tsv: tsvFormat(columns, true),
      jsonl: jsonLinesFormat(columns),
    };
    await fc.assert(
      fc.asyncProperty(
        table,
        fc.constantFrom('csv', 'tsv', 'jsonl'),
        fc.integer({ min: 1, max: 9 }),
        async (rows, format, size) => {
          const bytes = Buffer.from(formats[format].head + formats[format].encode(rows as Row[]));
          const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
            bytes.subarray(index * size, (index + 1) * size),
          );
          const read: (readonly (string | undefined)[])[] = [];
          for await (const batch of tableRows(Readable.from(chunks), {
            format,
            name: 'a',
            columns,
            required: columns,
          })) {
            read.push(...batch.map(({ values }) => values));
          }
          assert.deepEqual(read, rows);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('what is wrong', () => {
  it('with a line of JSON is told by the row, and the reading goes on', async () => {
    const rows = await read('jsonl', [
      '{"source_url":"a"}\n{"source_u\n[]\n1\n',
      `"${'x'.repeat(70_000)}"\n`,
      '{"source_url":"b"}',
    ]);
    assert.deepEqual(
      rows.map(({ defect, values }) => defect ?? values[0]),
      ['a', 'no JSON object', 'no JSON object', 'no JSON object', 'longer than 64 KiB', 'b'],
    );
  });

  it('with the columns ends it, at its place, with the columns that there are', async () => {
    const error = { name: 'StageError', code: 'SOURCE_UNREADABLE' };
    const message = 'no column source_url; columns found: url, n.';
    await assert.rejects(read('csv', ['url,n\n1,2\n']), { ...error, message: `a.csv:1: ${message}` });
    await assert.rejects(read('tsv', ['url\tn\n']), { ...error, message: `a.tsv:1: ${message}` });
    await assert.rejects(read('jsonl', ['[]\n\n{"url":"b","n":1}']), { ...error, message: `a.jsonl:3: ${message}` });
    await assert.rejects(read('jsonl', ['{}']), {
      ...error,
      message: 'a.jsonl:1: no column source_url; columns found: none.',
    });
  });

  it('with the columns of a later JSON object is told by the row, and the reading goes on', async () => {
    const rows = await read('jsonl', ['{"source_url":"a"}\n{"url":"b"}\n', '{}\n{"source_url":"c"}']);
    assert.deepEqual(
      rows.map(({ line, defect, values }) => [line, defect ?? values[0]]),
      [
        [1, 'a'],
        [2, 'without source_url'],
        [3, 'without source_url'],
        [4, 'c'],
      ],
    );
  });

  it('with the quotes of a CSV file ends it', async () => {
    await assert.rejects(read('csv', ['source_url\n"a\nb\n']), { code: 'CSV_QUOTE_NOT_CLOSED' });
    await assert.rejects(read('csv', ['source_url\n"', 'a'.repeat(2_000_000)]), { code: 'CSV_MAX_RECORD_SIZE' });
  });
});

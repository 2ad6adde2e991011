import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import fc from 'fast-check';
import { parquetMetadata, parquetReadObjects, parquetSchema } from 'hyparquet';
import { StageError } from '../../../src/core/errors.ts';
import type { Value } from '../../../src/core/record.ts';
import type { Row } from '../../../src/core/stage/sink-writer.ts';
import type { ByteTarget } from '../../../src/formats/outputs/byte-target.ts';
import { openParquetFile, ParquetFile } from '../../../src/formats/typed/parquet-file.ts';
import type { TypedColumn } from '../../../src/formats/typed/typed-column.ts';

const COLUMNS: readonly TypedColumn[] = [
  { name: 'source_url', type: 'string' },
  { name: 'status', type: 'int' },
  { name: 'ratio', type: 'double' },
  { name: 'nofollow', type: 'bool' },
  { name: 'input.category', type: 'any' },
];

describe('a Parquet file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-parquet-'));
  after(() => rmSync(folder, { recursive: true }));

  it('gives back the rows that were written', async () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('', 'a', 'https://example.org/'));
    const row = fc.tuple(
      fc.option(text),
      fc.option(fc.maxSafeInteger()),
      fc.option(fc.double({ noNaN: true })),
      fc.option(fc.boolean()),
      fc.option(text),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(row), { maxLength: 5 }), async (batches) => {
        const { target, written } = memoryTarget();
        const file = new ParquetFile(target, COLUMNS);
        for (const batch of batches) await file.append(batch);
        await file.close();
        assert.deepEqual(await rowsOf(written()), batches.flat());
      }),
      { numRuns: 25 },
    );
  });

  it('has the columns, with their types, also without a row', async () => {
    const { target, written } = memoryTarget();
    await new ParquetFile(target, COLUMNS).close();
    const bytes = written();
    assert.deepEqual(
      parquetSchema(parquetMetadata(bytes)).children.map(({ element }) => [
        element.name,
        element.type,
        element.converted_type,
        element.repetition_type,
      ]),
      [
        ['source_url', 'BYTE_ARRAY', 'UTF8', 'OPTIONAL'],
        ['status', 'INT64', undefined, 'OPTIONAL'],
        ['ratio', 'DOUBLE', undefined, 'OPTIONAL'],
        ['nofollow', 'BOOLEAN', undefined, 'OPTIONAL'],
        ['input.category', 'BYTE_ARRAY', 'UTF8', 'OPTIONAL'],
      ],
    );
    assert.deepEqual(await rowsOf(bytes), []);
  });

  it('writes a value of a column without a type as text', async () => {
    const { target, written } = memoryTarget();
    const file = new ParquetFile(target, [{ name: 'any', type: 'any' }]);
    await file.append([['a'], [1.5], [true], [null]]);
    await file.close();
    assert.deepEqual(await rowsOf(written()), [['a'], ['1.5'], ['true'], [null]]);
  });

  it('writes a group as soon as it has enough rows, and keeps no more', async () => {
    const { target, written } = memoryTarget();
    const file = new ParquetFile(target, [{ name: 'n', type: 'int' }]);
    const rows = (from: number, count: number): Row[] => Array.from({ length: count }, (_, index) => [from + index]);
    assert.equal(file.append(rows(0, 8191)), undefined);
    assert.equal(written().byteLength, 0);
    await file.append(rows(8191, 10_000));
    const length = written().byteLength;
    assert.equal(length > 4, true);
    await file.close();
    const { row_groups: groups } = parquetMetadata(written());
    assert.deepEqual(
      groups.map((group) => group.num_rows),
      [8192n, 8192n, 1807n],
    );
    assert.deepEqual(await rowsOf(written()), rows(0, 18_191));
  });

  it('writes a group as soon as it has enough text', async () => {
    const { target, written } = memoryTarget();
    const file = new ParquetFile(target, [{ name: 'text', type: 'string' }]);
    for (let row = 0; row < 10; row += 1) await file.append([[`${row}${'x'.repeat(1_048_576)}`]]);
    await file.close();
    assert.deepEqual(
      parquetMetadata(written()).row_groups.map((group) => group.num_rows),
      [4n, 4n, 2n],
    );
  });

  it('appears under its name when it is complete', async () => {
    const path = join(folder, 'links.parquet');
    const file = await openParquetFile(path, COLUMNS);
    await file.append([['a', 1, 2, true, null]]);
    await file.flush();
    assert.equal(existsSync(path), false);
    await file.close();
    assert.equal(existsSync(`${path}.part`), false);
    const bytes = readFileSync(path);
    assert.deepEqual(await rowsOf(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)), [
      ['a', 1, 2, true, null],
    ]);
  });

  it('leaves an older file alone when the run fails', async () => {
    const path = join(folder, 'failed.parquet');
    await (await openParquetFile(path, COLUMNS)).close();
    const before = readFileSync(path);
    const file = await openParquetFile(path, COLUMNS);
    await file.append([['a', 1, 2, true, null]]);
    await file.abort();
    assert.deepEqual(readFileSync(path), before);
  });

  it('throws a failed write from every later call', async () => {
    const failure = new StageError('SINK_FAILED', 'the disk is full');
    const file = new ParquetFile({ ...memoryTarget().target, write: () => Promise.reject(failure) }, COLUMNS);
    await assert.rejects(file.flush(), failure);
    assert.throws(() => file.append([['a', 1, 2, true, null]]), failure);
    await assert.rejects(file.close(), failure);
  });
});

function memoryTarget(): { readonly target: ByteTarget; written(): ArrayBuffer } {
  const chunks: Buffer[] = [];
  const target: ByteTarget = {
    write: async (bytes) => void chunks.push(bytes),
    sync: async () => ({ length: 0, tail: '' }),
    close: async () => {},
    abort: async () => {},
  };
  const written = () => {
    const bytes = Buffer.concat(chunks);
    return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
  };
  return { target, written };
}

async function rowsOf(file: ArrayBuffer): Promise<Value[][]> {
  const objects = await parquetReadObjects({ file });
  return objects.map((object) =>
    Object.values(object).map((value: unknown) => (typeof value === 'bigint' ? Number(value) : (value as Value))),
  );
}

import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { StageError } from '../../../src/core/errors.ts';
import type { SinkRequest } from '../../../src/core/stage/sink-writer.ts';
import type { SinkDefinition } from '../../../src/core/stage.ts';
import { openDatabase } from '../../../src/formats/typed/sqlite-database.ts';
import { parquetSink } from '../../../src/stages/sinks/parquet.ts';
import { sqliteSink } from '../../../src/stages/sinks/sqlite.ts';
import { stageContext } from '../../helpers/pipelines/stages.ts';

const request: SinkRequest = { columns: ['link', 'status', 'internal'], types: ['string', 'int', 'bool'] };
const rows = [
  ['https://example.com/', 200, true],
  ['mailto:a@example.com', null, false],
] as const;

test('a Parquet file has the rows with their types, and its name when it is complete', async (t) => {
  const folder = await scratchFolder(t);
  const writer = await create(parquetSink, { path: 'a.parquet' }, folder);
  await writer.write(rows.slice(0, 1));
  await writer.write(rows.slice(1));
  assert.deepEqual(await readdir(folder), ['a.parquet.part']);
  await writer.close();
  assert.deepEqual(await readdir(folder), ['a.parquet']);
  const file = await asyncBufferFromFile(join(folder, 'a.parquet'));
  assert.deepEqual(await parquetReadObjects({ file }), [
    { link: 'https://example.com/', status: 200n, internal: true },
    { link: 'mailto:a@example.com', status: null, internal: false },
  ]);
});

test('a Parquet file takes no part in checkpoints', () => assert.equal(parquetSink.verify, undefined));

test('a SQLite table has the rows, and the file its name when it is complete', async (t) => {
  const folder = await scratchFolder(t);
  const writer = await create(sqliteSink, { path: 'a.sqlite', table: 'found' }, folder);
  await writer.write(rows);
  await writer.close();
  assert.deepEqual(await readdir(folder), ['a.sqlite']);
  assert.deepEqual(await readTable(join(folder, 'a.sqlite'), 'found'), [
    ['https://example.com/', 200, 1],
    ['mailto:a@example.com', null, 0],
  ]);
});

test('with a checkpoint a SQLite file is cut back to what was marked, and refused when it was changed', async (t) => {
  const folder = await scratchFolder(t);
  const first = await create(sqliteSink, { path: 'a.sqlite' }, folder, {});
  await first.write(rows.slice(0, 1));
  const state = await first.mark();
  assert.equal(state.length, 1);
  await first.write(rows.slice(1));
  await first.flush();
  await first.abort();
  const context = stageContext(folder);
  const options = sqliteSink.options.parse({ path: 'a.sqlite' });
  await sqliteSink.verify?.(options, state, context, request);
  const again = await create(sqliteSink, { path: 'a.sqlite' }, folder, { state });
  await again.write(rows.slice(1));
  await again.close();
  assert.equal((await readTable(join(folder, 'a.sqlite'), 'links')).length, 2);
  await assert.rejects(
    Promise.resolve(sqliteSink.verify?.(options, { length: 1, tail: 'other' }, context, request)),
    (error) => error instanceof StageError && error.code === 'CHECKPOINT_MISMATCH',
  );
});

test('a table needs a name that can be written in SQL', () => {
  assert.equal(sqliteSink.options.safeParse({ path: 'x.db', table: 'a; drop' }).success, false);
});

function create(
  sink: SinkDefinition,
  options: Readonly<Record<string, unknown>>,
  folder: string,
  checkpoint?: SinkRequest['checkpoint'],
) {
  return sink.create(sink.options.parse(options), { ...request, checkpoint }, stageContext(folder));
}

async function readTable(path: string, table: string): Promise<unknown[][]> {
  const database = await openDatabase(path, { readOnly: true });
  try {
    return database
      .prepare(`SELECT * FROM "${table}"`)
      .all()
      .map((row) => Object.values(row as object));
  } finally {
    database.close();
  }
}

async function scratchFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-typed-'));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

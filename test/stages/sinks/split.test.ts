import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { StageError } from '../../../src/core/errors.ts';
import type { Row, SinkRequest } from '../../../src/core/stage/sink-writer.ts';
import { splitSink } from '../../../src/stages/sinks/split.ts';
import { stageContext } from '../../helpers/pipelines/stages.ts';

const request: SinkRequest = { columns: ['host', 'n'], types: ['string', 'int'] };

test('a new file begins behind the page that fills one; each has its header', async (t) => {
  const folder = await scratchFolder(t);
  const writer = await create(folder, { path: 'l-{part}.tsv', rows: 2 });
  for (const page of [rows('a', 1), rows('a', 3), rows('b', 1)]) await writer.write(page);
  assert.deepEqual((await readdir(folder)).sort(), ['l-1.tsv.part', 'l-2.tsv.part']);
  await writer.close();
  assert.deepEqual(await contents(folder), {
    'l-1.tsv': 'host\tn\na\t0\na\t0\na\t1\na\t2\n',
    'l-2.tsv': 'host\tn\nb\t0\n',
  });
});

test('bytes are those of the rows before compression', async (t) => {
  const folder = await scratchFolder(t);
  const writer = await create(folder, { path: 'l-{part}.jsonl', bytes: '60B' });
  for (let page = 0; page < 4; page += 1) await writer.write(rows('abc', 1));
  await writer.close();
  const found = await contents(folder);
  assert.deepEqual(
    Object.values(found).map((text) => text.split('\n').length - 1),
    [3, 1],
  );
});

test('by a column’s value every row is in the file of its value, more files than may be open included', async (t) => {
  const folder = await scratchFolder(t);
  const writer = await create(folder, { path: '{value}.csv', column: 'host', header: false });
  for (let round = 0; round < 2; round += 1) {
    for (let host = 0; host < 100; host += 1) await writer.write(rows(`h${host}`, 1));
  }
  await writer.close();
  const found = await contents(folder);
  assert.equal(Object.keys(found).length, 100);
  for (let host = 0; host < 100; host += 1) assert.equal(found[`h${host}.csv`], `h${host},0\nh${host},0\n`);
});

for (const options of [
  { path: 'l-{part}.tsv', rows: 3 },
  { path: '{value}.tsv.gz', column: 'host' },
]) {
  test(`taken up at a mark, the files are those of one run: ${options.path}`, async (t) => {
    const folder = await scratchFolder(t);
    const pages = ['a', 'b', 'c', 'd', 'e', 'a', 'b'].map((host, index) => rows(host, (index % 3) + 1));
    const whole = await create(folder, options, {});
    for (const page of pages) await whole.write(page);
    await whole.close();
    const expected = await contents(folder);
    await rm(folder, { recursive: true });

    const first = await create(folder, options, {});
    for (const page of pages.slice(0, 3)) await first.write(page);
    const state = await first.mark();
    for (const page of pages.slice(3)) await first.write(page);
    await first.flush();
    await first.abort();
    const stored = JSON.parse(JSON.stringify(state));
    await splitSink.verify?.(splitSink.options.parse(options), stored, stageContext(folder), request);
    const second = await create(folder, options, { state: stored });
    for (const page of pages.slice(3)) await second.write(page);
    await second.close();
    assert.deepEqual(Object.keys(await contents(folder)), Object.keys(expected));
    if (!options.path.endsWith('.gz')) assert.deepEqual(await contents(folder), expected);
  });
}

test('files of another run are not mixed with: refused, or replaced where that is asked for', async (t) => {
  const folder = await scratchFolder(t);
  await writeFile(join(folder, 'l-7.tsv'), 'old');
  await writeFile(join(folder, 'other.tsv'), 'mine');
  const isRefusal = (error: unknown) => error instanceof StageError && error.code === 'SINK_FAILED';
  await assert.rejects(create(folder, { path: 'l-{part}.tsv', rows: 1 }), isRefusal);
  const writer = await create(folder, { path: 'l-{part}.tsv', rows: 1, replace: true });
  await writer.write(rows('a', 1));
  assert.equal((await contents(folder))['l-7.tsv'], 'old');
  await writer.close();
  assert.deepEqual(Object.keys(await contents(folder)), ['l-1.tsv', 'other.tsv']);
});

test('a run that starts over replaces the files of the run before, those that no checkpoint knows too, and no others', async (t) => {
  const folder = await scratchFolder(t);
  const options = { path: 'l-{part}.tsv', rows: 1 };
  const first = await create(folder, options, {});
  await first.write(rows('a', 1));
  const discarded = JSON.parse(JSON.stringify(await first.mark()));
  await first.write(rows('b', 1));
  await first.flush();
  await first.abort();
  await writeFile(join(folder, 'other.tsv'), 'mine');
  assert.deepEqual(Object.keys(await contents(folder)), ['l-1.tsv', 'l-2.tsv', 'other.tsv']);
  const second = await create(folder, options, { discarded });
  await second.write(rows('c', 1));
  await second.close();
  assert.deepEqual(await contents(folder), { 'l-1.tsv': 'host\tn\nc\t0\n', 'other.tsv': 'mine' });
});

for (const [title, path, discarded] of [
  ['nothing is known of', 'l-{part}.tsv', undefined],
  ['which had another path', 'm-{part}.tsv', undefined],
  ['which had another sink', 'l-{part}.tsv', { length: 5, tail: 'x' }],
] as const) {
  test(`a run that starts over one ${title} refuses files that its path could name`, async (t) => {
    const folder = await scratchFolder(t);
    const before = await create(folder, { path, rows: 1 }, {});
    const state = await before.mark();
    await before.close();
    await writeFile(join(folder, 'l-7.tsv'), 'old');
    const known = path === 'l-{part}.tsv' ? discarded : state;
    const isRefusal = (error: unknown) => error instanceof StageError && error.code === 'SINK_FAILED';
    await assert.rejects(create(folder, { path: 'l-{part}.tsv', rows: 1 }, { discarded: known }), isRefusal);
    assert.equal((await contents(folder))['l-7.tsv'], 'old');
  });
}

test('the unfinished file of another output stays, though the path could name it', async (t) => {
  const folder = await scratchFolder(t);
  await writeFile(join(folder, 'failures.csv.part'), 'of another output');
  const writer = await create(folder, { path: '{value}.csv', column: 'host', replace: true });
  await writer.write(rows('a', 1));
  await writer.close();
  assert.deepEqual(Object.keys(await contents(folder)), ['a.csv', 'failures.csv.part']);
});

for (const options of [
  { path: 'l-{part}.tsv', rows: 1, bytes: '1MB' },
  { path: 'l-{value}.tsv', rows: 1 },
  { path: 'l.tsv', rows: 1 },
  { path: '{part}/l-{part}.tsv', rows: 1 },
  { path: 'l-{part}.xlsx', rows: 1 },
]) {
  test(`${JSON.stringify(options)} is refused`, () =>
    assert.equal(splitSink.options.safeParse(options).success, false));
}

test('a column that the output lacks is told', () => {
  const options = splitSink.options.parse({ path: '{value}.tsv', column: 'hots' });
  assert.deepEqual(splitSink.checkColumns?.(options, ['host']), [{ path: ['column'], unknownColumn: 'hots' }]);
});

function rows(host: string, count: number): readonly Row[] {
  return Array.from({ length: count }, (_, n) => [host, n]);
}

function create(folder: string, options: Readonly<Record<string, unknown>>, checkpoint?: SinkRequest['checkpoint']) {
  return splitSink.create(splitSink.options.parse(options), { ...request, checkpoint }, stageContext(folder));
}

async function contents(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).sort();
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), 'latin1')])),
  );
}

async function scratchFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-split-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

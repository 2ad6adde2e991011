import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it, type TestContext } from 'node:test';
import { skip } from '../../../src/core/outcome.ts';
import type { StepState } from '../../../src/core/stage/step-state.ts';
import { dedupeStep } from '../../../src/stages/steps/dedupe.ts';
import { stageContext, urlRecord } from '../../helpers/pipelines/stages.ts';

it('the first line of a URL goes on as it is, later ones are skipped as duplicates', () => {
  const step = create();
  const record = urlRecord(0);
  assert.equal(step.process(record), record);
  assert.deepEqual(step.process({ ...record, origin: { ...record.origin, sequence: 1 } }), skip('duplicate'));
  const other = urlRecord(1);
  assert.equal(step.process(other), other);
});

it('lines that differ only in how they write the URL, or in the fragment, are one; other paths and queries are others', () => {
  const step = create();
  const isNew = (href: string) =>
    'origin' in Object(step.process({ ...urlRecord(0), sourceUrl: href, url: new URL(href) }));
  assert.deepEqual(
    [
      'https://example.com',
      'https://EXAMPLE.com:443/',
      'http://example.com/',
      'https://example.com/?',
      'https://example.com/#a',
      'https://example.com/#',
      'https://example.com/?#a',
      'https://example.com/a/../',
    ].map(isNew),
    [true, false, true, true, false, false, false, false],
  );
});

it('what one run has seen is not known to the next', () => {
  const record = urlRecord(0);
  assert.equal(create().process(record), record);
  assert.equal(create().process(record), record);
});

it('records are taken one after the other, so that the first in the input is the one that stays', () => {
  assert.equal(create().concurrency, 1);
});

it('what a checkpoint holds is that of the lines before its mark: those behind come again', async (t) => {
  const path = await logPath(t);
  const step = create({ path, low: () => 0 });
  for (const sequence of [0, 1, 2, 3]) step.process(urlRecord(sequence));
  const state = await step.save?.(2);
  const next = create({ path, low: () => 2, state });
  await next.open?.();
  const isNew = [0, 1, 2, 3].map((sequence) => 'origin' in Object(next.process(urlRecord(sequence))));
  assert.deepEqual(isNew, [false, false, true, true]);
});

it('what a checkpoint holds is not read any further once the run is stopped', async (t) => {
  const path = await logPath(t);
  const step = create({ path, low: () => 0 });
  step.process(urlRecord(0));
  const state = await step.save?.(1);
  const context = { ...stageContext('/'), stopSignal: AbortSignal.abort(new Error('enough')) };
  const next = dedupeStep.create(dedupeStep.options.parse({}), context, { path, low: () => 1, state });
  await assert.rejects(async () => next.open?.(), /^Error: enough$/);
});

it('what a killed run wrote behind its last checkpoint is gone with the next one', async (t) => {
  const path = await logPath(t);
  const killed = create({ path, low: () => 0 });
  for (const sequence of [0, 1, 2, 3]) killed.process(urlRecord(sequence));
  const state = await killed.save?.(1);
  await killed.save?.(4);
  const next = create({ path, low: () => 1, state });
  await next.open?.();
  assert.equal((await stat(path)).size, 4 * 8, 'nothing is touched before there is something to write');
  next.process(urlRecord(1));
  await next.save?.(2);
  assert.equal((await stat(path)).size, 2 * 8);
});

it('a save with nothing new touches nothing, and gives the same state', async (t) => {
  const path = await logPath(t);
  const step = create({ path, low: () => 0 });
  step.process(urlRecord(0));
  const state = await step.save?.(1);
  const before = await stat(path);
  assert.deepEqual(await step.save?.(1), state);
  const next = create({ path, low: () => 1, state });
  await next.open?.();
  assert.deepEqual(await next.save?.(1), state);
  assert.equal((await stat(path)).mtimeMs, before.mtimeMs);
});

it('more than 1 MiB of new URLs does not wait for a checkpoint', async (t) => {
  const path = await logPath(t);
  let low = 0;
  const step = create({ path, low: () => low });
  let waits = 0;
  for (; low < 140_000; low += 1) {
    const url = new URL(`https://example.com/${low}`);
    const result = step.process({ ...urlRecord(low), url });
    if (!(result instanceof Promise)) continue;
    waits += 1;
    await result;
  }
  assert.equal(waits, 1);
  assert.ok((await stat(path)).size >= 2 ** 20);
});

it('a run without a checkpoint keeps no file', async (t) => {
  const path = await logPath(t);
  create().process(urlRecord(0));
  assert.deepEqual(await readdir(join(path, '..')), []);
});

it('a list whose URLs need more memory than allowed stops the run with advice, and goes on with more of it', async (t) => {
  const path = await logPath(t);
  let low = 0;
  const step = create({ path, low: () => low, memory: '200kB' });
  const processAll = () => {
    for (; low < 50_000; low += 1) step.process({ ...urlRecord(low), url: new URL(`https://example.com/${low}`) });
  };
  assert.throws(processAll, { code: 'MEMORY_LIMIT', message: /^dedupe: .* Raise its memory .* --shard\.$/ });
  assert.ok(low > 10_000, `${low} URLs`);
  const state = await step.save?.(low);
  const file = await readFile(path);
  assert.equal(file.length, low * 8, 'the checkpoint has all lines before the one that was too much');
  const tooSmall = create({ path, low: () => low, state, memory: '150kB' });
  await assert.rejects(async () => tooSmall.open?.(), { code: 'MEMORY_LIMIT' });
  assert.deepEqual(await readFile(path), file);
  const enough = create({ path, low: () => low, state, memory: '1MB' });
  await enough.open?.();
  const next = { ...urlRecord(low), url: new URL(`https://example.com/${low}`) };
  assert.equal(enough.process(next), next);
});

interface CreateOptions {
  readonly path: string;
  readonly low: () => number;
  readonly state?: StepState | undefined;
  readonly memory?: string;
}

function create(options?: CreateOptions) {
  const given = options?.memory === undefined ? {} : { memory: options.memory };
  const checkpoint = options && { path: options.path, low: options.low, state: options.state };
  return dedupeStep.create(dedupeStep.options.parse(given), stageContext('/'), checkpoint);
}

async function logPath(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-dedupe-'));
  t.after(() => rm(folder, { recursive: true }));
  return join(folder, 'run.checkpoint.dedupe');
}

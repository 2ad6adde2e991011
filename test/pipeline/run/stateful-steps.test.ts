import assert from 'node:assert/strict';
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { z } from 'zod';
import { StageError } from '../../../src/core/errors.ts';
import { skip } from '../../../src/core/outcome.ts';
import type { UrlRecord } from '../../../src/core/record.ts';
import { Lookback } from '../../../src/core/stage/lookback.ts';
import type { SourceItem } from '../../../src/core/stage/source-item.ts';
import { defineSource, defineStep, type StageDefinition } from '../../../src/core/stage.ts';
import { readCheckpoint } from '../../../src/pipeline/checkpoint/checkpoint-file.ts';
import { type RunResult, runPipeline } from '../../../src/pipeline/run/run.ts';
import { tsvSink } from '../../../src/stages/sinks/tsv.ts';
import { dedupeStep } from '../../../src/stages/steps/dedupe.ts';
import { loadPipeline } from '../../helpers/pipelines/loading.ts';
import { Gate, linksRecord, stageContext, urlItem } from '../../helpers/pipelines/stages.ts';

test('stopped anywhere and taken up, also from an earlier checkpoint, stateful steps do as if nothing had been', async (t) => {
  const folder = await scratchFolder(t);
  const scenario = fc.record({
    // Many lines are duplicates of others, near and far, beyond what is read ahead.
    list: fc.array(fc.nat(60), { minLength: 50, maxLength: 200, size: 'max' }),
    first: fc.integer({ min: 1, max: 80 }),
    // Now and then a page holds up the low-water mark while many others are done.
    turns: fc.array(fc.oneof(fc.nat(3), fc.constant(80)), { minLength: 3, maxLength: 20, size: 'max' }),
    concurrency: fc.integer({ min: 2, max: 12 }),
    runs: fc.array(fc.record({ pages: fc.nat(25), isTakenBack: fc.boolean() }), { maxLength: 5, size: 'max' }),
  });
  const isProperty = fc.asyncProperty(scenario, async ({ list, first, turns, concurrency, runs }) => {
    await rm(folder, { recursive: true, force: true });
    const parts = { folder, list, first, turns, concurrency };
    for (const { pages, isTakenBack } of runs) {
      await copyFile(join(folder, 'run.checkpoint'), join(folder, 'earlier')).catch(() => {});
      await run(parts, pages);
      // A run that is killed leaves outputs and files of steps that are further than its checkpoint, if that is there at all.
      if (isTakenBack) {
        await rm(join(folder, 'run.checkpoint'), { force: true });
        await copyFile(join(folder, 'earlier'), join(folder, 'run.checkpoint')).catch(() => {});
      }
    }
    const { end, totals } = await run(parts, Number.POSITIVE_INFINITY);
    assert.equal(end.kind, 'finished');
    const distinct = [...new Set(list)];
    const expected = distinct.slice(0, first);
    const duplicates = list.length - distinct.length;
    assert.deepEqual((await rowsOf(folder)).toSorted(), expected.map(urlOf).toSorted());
    assert.deepEqual(
      [totals.read, totals.linked, totals.skippedByReason.duplicate ?? 0, totals.skippedByReason.limit ?? 0],
      [list.length, expected.length, duplicates, distinct.length - expected.length],
    );
  });
  await fc.assert(isProperty, { numRuns: 25 });
});

test('a run that is taken up begins to read at the low-water mark, not at the start', async (t) => {
  const folder = await scratchFolder(t);
  const list = Array.from({ length: 100 }, (_, index) => index % 60);
  const parts = { folder, list, first: 1000, turns: [0], concurrency: 1 };
  await run(parts, 40);
  const { positions } = (await readCheckpoint(join(folder, 'run.checkpoint'))) ?? assert.fail('no checkpoint');
  assert.ok(positions.low >= 40 && positions.low < 60, `low is ${positions.low}`);
  const { firstRead, end } = await run(parts, Number.POSITIVE_INFINITY);
  assert.deepEqual([end.kind, firstRead], ['finished', positions.low - 1]);
});

test('a line that is done and that a step has yet to see again holds the mark, so that no state lacks it', async (t) => {
  const folder = await scratchFolder(t);
  const turns = [0, 0, 10_000, 0, 0, 0, 0, 0];
  const gated = { gate: new Gate(), lows: [] as number[] };
  const parts = { folder, list: [0, 1, 2, 3, 4, 5, 6, 7, 8], first: 1, concurrency: 4, steps: '[gated, work]' };
  await run({ ...parts, turns }, 8);
  const before = await readCheckpoint(join(folder, 'run.checkpoint'));
  assert.deepEqual(before?.positions.above, [[3, 7]], 'all but a slow page and the last one are done');
  const { end } = await run({ ...parts, turns: [0], gated }, Number.POSITIVE_INFINITY);
  assert.equal(end.kind, 'finished');
  assert.deepEqual(gated.lows.slice(0, 1), [3]);
});

test('a list that grew at its end after a finished run goes on with what is new', async (t) => {
  const folder = await scratchFolder(t);
  const parts = { folder, first: 1000, turns: [0], concurrency: 2 };
  await run({ ...parts, list: [1, 2, 3, 2] }, Number.POSITIVE_INFINITY);
  const { totals, firstRead } = await run({ ...parts, list: [1, 2, 3, 2, 3, 4, 4] }, Number.POSITIVE_INFINITY);
  assert.deepEqual([totals.linked, totals.skippedByReason.duplicate, firstRead], [4, 3, 3]);
});

test('a stateful step without save is a mistake of its author that shows at once', async (t) => {
  const folder = await scratchFolder(t);
  const parts = { folder, list: [1], first: 1, turns: [0], concurrency: 1, steps: '[careless, work]' };
  await assert.rejects(run(parts, 1), /^Error: the step careless is stateful, but has no save$/);
});

test('each stateful step has a file of its own, also where two are of one name', async (t) => {
  const folder = await scratchFolder(t);
  const parts = { folder, list: [1, 2, 1], first: 9, turns: [0], concurrency: 1, steps: '[dedupe, dedupe, work]' };
  await run(parts, Number.POSITIVE_INFINITY);
  const sizes = ['dedupe', 'dedupe-2'].map(
    async (name) => (await readFile(join(folder, `run.checkpoint.${name}`))).length,
  );
  assert.deepEqual(await Promise.all(sizes), [16, 16]);
});

interface Parts {
  readonly folder: string;
  /** Numbers of the URLs. */
  readonly list: readonly number[];
  /** How many records the step `first` lets through. */
  readonly first: number;
  /** How long the pages take, in turn. */
  readonly turns: readonly number[];
  readonly concurrency: number;
  readonly steps?: string;
  /** The step `gated` holds back line 3 until a checkpoint has been made of the line before, and notes how far each was. */
  readonly gated?: { readonly gate: Gate; readonly lows: number[] };
}

/** Runs until the end, or until so many pages are done. `firstRead`: sequence of the first line that was read. */
async function run(parts: Parts, pages: number): Promise<RunResult & { firstRead: number | undefined }> {
  const seen: { firstRead?: number } = {};
  const steps = parts.steps ?? `[dedupe, { first: { count: ${parts.first} } }, work]`;
  const sink = '{ tsv: { path: links.tsv, columns: [source_url], header: false } }';
  const text = `source: given\nsteps: ${steps}\nsink: ${sink}\ncheckpoint: run.checkpoint\n`;
  const registry = [
    givenSource(parts.list, seen),
    dedupeStep,
    firstStep,
    carelessStep,
    gatedStep(parts),
    workStep(parts, pages),
    tsvSink,
  ];
  const pipeline = loadPipeline(text, { file: 'test.yaml', env: {}, sets: [] }, registry);
  const { signal: _signal, stopSignal, ...context } = stageContext(parts.folder);
  const result = await runPipeline(pipeline, {
    context,
    stopSignal,
    abortSignal: stopSignal,
    observer: { started: () => {}, line: () => {} },
    owner: { processId: process.pid, isAlive: () => false },
    isRestart: false,
    checkpointIntervalMs: 1,
  });
  return { ...result, firstRead: seen.firstRead };
}

function givenSource(list: readonly number[], seen: { firstRead?: number }): StageDefinition {
  return defineSource({
    name: 'given',
    summary: '',
    options: z.strictObject({}),
    create: (_options, _context, resume) => ({ items: itemsOf(list, resume?.from?.line ?? 1, seen) }),
  });
}

async function* itemsOf(
  list: readonly number[],
  firstLine: number,
  seen: { firstRead?: number },
): AsyncGenerator<readonly SourceItem[]> {
  seen.firstRead = firstLine - 1;
  for (let start = firstLine - 1; start < list.length; start += 7) {
    await nextTurn();
    yield list.slice(start, start + 7).map((number, index) => itemOf(start + index, number));
  }
}

function itemOf(sequence: number, number: number): SourceItem {
  return { origin: urlItem(sequence).origin, sourceUrl: urlOf(number), url: new URL(urlOf(number)) };
}

function urlOf(number: number): string {
  return `https://example.com/${number}`;
}

/** Lets the first records through: a state that fits into a checkpoint, made of what a `Lookback` has. */
const firstStep = defineStep({
  name: 'first',
  summary: '',
  input: 'url',
  output: 'url',
  isStateful: true,
  options: z.strictObject({ count: z.int() }),
  create: ({ count }, _context, checkpoint) => {
    const saved = z.object({ count: z.int() }).optional().parse(checkpoint?.state);
    let counted = saved?.count ?? 0;
    let settled = counted;
    const lookback = new Lookback<number>((more) => (settled += more), checkpoint?.low ?? (() => 0));
    return {
      concurrency: 1,
      process: (record) => {
        if (counted >= count) return skip('limit');
        counted += 1;
        lookback.note(record.origin.sequence, 1);
        return record;
      },
      save: (low) => {
        lookback.settle(low);
        return { count: settled };
      },
    };
  },
});

const carelessStep = defineStep({
  name: 'careless',
  summary: '',
  input: 'url',
  output: 'url',
  isStateful: true,
  options: z.strictObject({}),
  create: () => ({ concurrency: 1, process: (record) => record }),
});

function gatedStep({ gated }: Parts): StageDefinition {
  return defineStep({
    name: 'gated',
    summary: '',
    input: 'url',
    output: 'url',
    isStateful: true,
    options: z.strictObject({}),
    create: () => ({
      concurrency: 1,
      process: (record) =>
        record.origin.sequence === 3 && gated !== undefined ? gated.gate.opened.then(() => record) : record,
      save: (low) => {
        gated?.lows.push(low);
        if (low >= 3) gated?.gate.open();
        return null;
      },
    }),
  });
}

function workStep({ turns, concurrency }: Parts, pages: number): StageDefinition {
  let begun = 0;
  const work = async (record: UrlRecord) => {
    const turn = turns[begun % turns.length] ?? 0;
    begun += 1;
    if (begun > pages) throw new StageError('SINK_FAILED', 'so many and no more');
    for (let left = turn; left > 0; left -= 1) await nextTurn();
    return linksRecord(record, 1);
  };
  return defineStep({
    name: 'work',
    summary: '',
    input: 'url',
    output: 'links',
    options: z.strictObject({}),
    create: () => ({ concurrency, process: work }),
  });
}

async function rowsOf(folder: string): Promise<readonly string[]> {
  return (await readFile(join(folder, 'links.tsv'), 'utf8')).split('\n').slice(0, -1);
}

async function scratchFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-stateful-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

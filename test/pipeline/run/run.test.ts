import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { z } from 'zod';
import { RecordError, StageError } from '../../../src/core/errors.ts';
import { skip } from '../../../src/core/outcome.ts';
import type { UrlRecord } from '../../../src/core/record.ts';
import type { SinkWriter } from '../../../src/core/stage/sink-writer.ts';
import type { SourceItem } from '../../../src/core/stage/source-item.ts';
import { defineSink, defineSource, defineStep, type Source, type StageDefinition } from '../../../src/core/stage.ts';
import type { LineReport } from '../../../src/pipeline/accounts/settlement.ts';
import { type RunResult, runPipeline } from '../../../src/pipeline/run/run.ts';
import type { RunProgress } from '../../../src/pipeline/run/run-progress.ts';
import { loadPipeline } from '../../helpers/pipelines/loading.ts';
import {
  EndlessSource,
  FaultySink,
  Gate,
  linksRecord,
  quiet,
  SilentSource,
  stageContext,
  urlItem,
} from '../../helpers/pipelines/stages.ts';

/** What a step makes of a line. */
type Fate = 'linked' | 'empty' | 'failed' | 'skipped';

test('every line ends in exactly one outcome, whatever the mix, the concurrency and the order', async () => {
  const line = fc.record({
    fate: fc.constantFrom<Fate | 'invalid'>('linked', 'empty', 'failed', 'skipped', 'invalid'),
    turns: fc.nat(3),
  });
  const lines = fc.array(line, { maxLength: 60 });
  const isProperty = fc.asyncProperty(
    lines,
    fc.integer({ min: 1, max: 20 }),
    fc.boolean(),
    async (mix, concurrency, ordered) => {
      const sink = new FaultySink({ failsAfter: Number.POSITIVE_INFINITY });
      const failures = new FaultySink({ failsAfter: Number.POSITIVE_INFINITY });
      const items = mix.map(({ fate }, index) => (fate === 'invalid' ? invalidItem(index) : urlItem(index)));
      const run = start({
        source: new ListSource(items, 7),
        concurrency,
        ordered,
        sink,
        failures,
        work: async (record) => {
          const { fate, turns } = mix[record.origin.sequence] ?? assert.fail('a line that was never read');
          for (let turn = 0; turn < turns; turn += 1) await nextTurn();
          return settle(record, fate as Fate);
        },
      });
      const { end, totals } = await run.result;
      const count = (...fates: readonly string[]) => mix.filter(({ fate }) => fates.includes(fate)).length;
      assert.equal(end.kind, 'finished');
      assert.equal(totals.read, mix.length);
      assert.equal(totals.read, totals.linked + totals.empty + totals.failed + totals.skipped);
      assert.deepEqual(
        [totals.linked, totals.empty, totals.failed, totals.skipped],
        [count('linked'), count('empty'), count('failed', 'invalid'), count('skipped')],
      );
      assert.deepEqual([sink.rows.length, failures.rows.length], [totals.rows, totals.failed]);
      assert.equal(run.reports.length, mix.length);
    },
  );
  await fc.assert(isProperty, { numRuns: 60 });
});

test('a sink that fails stops an endless source; the other outputs are written out and given up', async () => {
  const source = new EndlessSource(10);
  const [failures, pages] = [
    new FaultySink({ failsAfter: Number.POSITIVE_INFINITY }),
    new FaultySink({ failsAfter: 1e9 }),
  ];
  const run = start({ source, sink: new FaultySink({ failsAfter: 25 }), failures, pages });
  const { end, totals } = await run.result;
  assert.ok(end.kind === 'failed' && end.error instanceof StageError && end.error.code === 'SINK_FAILED');
  assert.equal(totals.linked, 25, 'a page whose rows were refused is not counted');
  assert.deepEqual([isGivenUp(failures), isGivenUp(pages)], [true, true]);
  assert.equal(run.stepCloses, 1);
  await quiet();
  assert.equal(source.isReturned, true);
});

test('a failures output that fails stops the run too', async () => {
  const run = start({
    source: new EndlessSource(10),
    failures: new FaultySink({ failsAfter: 3 }),
    work: (record) => settle(record, 'failed'),
  });
  const { end, totals } = await run.result;
  assert.ok(end.kind === 'failed' && end.error instanceof StageError && end.error.code === 'SINK_FAILED');
  assert.equal(totals.failed, 3);
});

test('a sink that is slow stops the reading at an exact bound, and loses nothing', async () => {
  const gate = new Gate();
  const source = new EndlessSource(1);
  const sink = new FaultySink({ slow: gate });
  const stop = new AbortController();
  const run = start({ source, sink, concurrency: 4, stopSignal: stop.signal });
  await standstill(run);
  assert.equal(sink.writes, 1);
  assert.equal(run.progress().lines, LINES_READ_AHEAD);
  assert.equal(run.progress().totals.read, 1, 'the page that waits for room has its place in the output');
  stop.abort();
  gate.open();
  const { end, totals } = await run.result;
  assert.equal(end.kind, 'interrupted');
  assert.deepEqual([totals.linked, sink.rows.length], [LINES_READ_AHEAD, LINES_READ_AHEAD]);
});

test('a failures output that never has room stops the reading at an exact bound', async () => {
  const abort = new AbortController();
  const run = start({
    source: new EndlessSource(1),
    failures: new FaultySink({ neverDrains: true }),
    concurrency: 4,
    work: (record) => settle(record, 'failed'),
    abortSignal: abort.signal,
  });
  await standstill(run);
  assert.equal(run.progress().totals.failed, 4);
  assert.equal(run.progress().lines, FAILED_LINES_READ_AHEAD);
  abort.abort();
  assert.equal((await run.result).end.kind, 'interrupted');
});

test('a run that is aborted before it begins reads nothing', async () => {
  const source = new EndlessSource(10);
  const sink = new FaultySink({ failsAfter: 0 });
  const run = start({ source, sink, abortSignal: AbortSignal.abort() });
  const { end, totals } = await run.result;
  assert.equal(end.kind, 'interrupted');
  assert.deepEqual([totals.read, source.batches, sink.writes, run.stepCloses], [0, 0, 0, 1]);
});

test('a run that is stopped before it begins reads nothing and gives up its outputs', async () => {
  const source = new EndlessSource(10);
  const sink = new FaultySink({ failsAfter: 0 });
  const run = start({ source, sink, stopSignal: AbortSignal.abort() });
  const { end, totals } = await run.result;
  assert.deepEqual([end.kind, totals.read, source.batches, isGivenUp(sink)], ['interrupted', 0, 0, true]);
});

test('a run that is stopped while its input is looked at opens no output, and is no failure', async () => {
  const stop = new AbortController();
  const source: Source = {
    open: () =>
      new Promise((_resolve, reject) => {
        stop.signal.addEventListener('abort', () => reject(stop.signal.reason), { once: true });
      }),
    items: Readable.from([[urlItem(0)]]),
  };
  const run = start({ source, stopSignal: stop.signal });
  await quiet();
  stop.abort();
  const { end, totals } = await run.result;
  assert.deepEqual([end.kind, totals.read, run.opened, run.stepCloses], ['interrupted', 0, [], 1]);
});

test('an abort ends a run whose step would never end, and is no failure', async () => {
  const abort = new AbortController();
  const run = start({
    source: new EndlessSource(10),
    abortSignal: abort.signal,
    work: (_record, signal) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true })),
  });
  await quiet();
  abort.abort();
  const { end, totals } = await run.result;
  assert.deepEqual([end.kind, totals.read, totals.failed, run.stepCloses], ['interrupted', 0, 0, 1]);
});

test('a stop finishes what is in flight', async () => {
  const gate = new Gate();
  const stop = new AbortController();
  const sink = new FaultySink({ failsAfter: Number.POSITIVE_INFINITY });
  const run = start({
    source: new EndlessSource(1),
    sink,
    concurrency: 4,
    stopSignal: stop.signal,
    work: async (record) => {
      await gate.opened;
      return settle(record, 'linked');
    },
  });
  await quiet();
  stop.abort();
  gate.open();
  const { end, totals } = await run.result;
  assert.equal(end.kind, 'interrupted');
  assert.ok(totals.linked >= 4, 'those in work are linked');
  assert.deepEqual([totals.read, sink.rows.length, isGivenUp(sink)], [totals.linked, totals.linked, true]);
});

test('a stop ends a run whose source waits for ever', async () => {
  const source = new SilentSource([[urlItem(0)]]);
  const stop = new AbortController();
  const run = start({ source, stopSignal: stop.signal });
  await source.asked.opened;
  await quiet();
  stop.abort();
  const { end, totals } = await run.result;
  assert.deepEqual([end.kind, totals.linked], ['interrupted', 1]);
  assert.ok(source.closes > 0);
});

for (const [what, thrown] of [
  ['a bug', new TypeError('undefined is not a function')],
  ['a StageError', new StageError('SOURCE_UNREADABLE', 'the socket is gone')],
] as const) {
  test(`${what} thrown by a step ends the run with that very error, and outputs are given up`, async () => {
    const sink = new FaultySink({ failsAfter: Number.POSITIVE_INFINITY });
    const run = start({
      source: new EndlessSource(10),
      sink,
      work: (record) => {
        if (record.origin.sequence === 7) throw thrown;
        return settle(record, 'linked');
      },
    });
    const { end } = await run.result;
    assert.ok(end.kind === 'failed');
    assert.equal(end.error, thrown);
    assert.deepEqual([isGivenUp(sink), run.stepCloses], [true, 1]);
  });
}

test('a source that fails midway ends the run with its error, after what came before', async () => {
  const error = new StageError('SOURCE_UNREADABLE', 'list.txt.gz: unexpected end of file');
  const sink = new FaultySink({ failsAfter: Number.POSITIVE_INFINITY });
  const run = start({ source: new BreakingSource(error), sink });
  const { end } = await run.result;
  assert.ok(end.kind === 'failed');
  assert.equal(end.error, error);
  assert.equal(isGivenUp(sink), true);
});

test('a sink that fails to close fails the run, and the others are not taken for complete', async () => {
  const error = new StageError('SINK_FAILED', 'links.tsv: the disk is full');
  const sink = new (class extends FaultySink {
    override close = () => Promise.reject(error);
  })({ failsAfter: Number.POSITIVE_INFINITY });
  const failures = new FaultySink({ failsAfter: Number.POSITIVE_INFINITY });
  const { end } = await start({ source: new ListSource([urlItem(0)], 1), sink, failures }).result;
  assert.ok(end.kind === 'failed');
  assert.equal(end.error, error);
  assert.deepEqual([sink.isAborted, isGivenUp(failures)], [true, true]);
});

test('a step that fails to close fails the run, and no output is taken for complete', async () => {
  const error = new StageError('STEP_FAILED', 'its own file: the disk is full');
  for (const closeStep of [() => Promise.reject(error), () => nextTurn().then(() => Promise.reject(error))]) {
    const sink = new FaultySink({ failsAfter: Number.POSITIVE_INFINITY });
    const { end } = await start({ source: new ListSource([urlItem(0)], 1), sink, closeStep }).result;
    assert.ok(end.kind === 'failed');
    assert.equal(end.error, error);
    assert.equal(isGivenUp(sink), true);
  }
});

test('a sink that never closes cannot hold an aborted run', async () => {
  const closing = new Gate();
  const sink = new (class extends FaultySink {
    override close = () => {
      closing.open();
      return new Promise<never>(() => {});
    };
  })({ failsAfter: Number.POSITIVE_INFINITY });
  const abort = new AbortController();
  const run = start({ source: new ListSource([urlItem(0)], 1), sink, abortSignal: abort.signal });
  await closing.opened;
  abort.abort();
  assert.equal((await run.result).end.kind, 'interrupted');
  assert.equal(sink.isAborted, true);
});

test('a reader that has gone is an end of its own, not a failure', async () => {
  const sink = new (class extends FaultySink {
    override write = () => {
      throw new StageError('READER_GONE', 'the reader has gone');
    };
  })({ failsAfter: 0 });
  const { end } = await start({ source: new EndlessSource(10), sink }).result;
  assert.equal(end.kind, 'reader-gone');
});

test('a source that cannot be opened ends the run before an output is opened', async () => {
  const error = new StageError('SOURCE_UNREADABLE', 'list.txt: there is no such file');
  const source = Object.assign(new EndlessSource(1), { open: () => Promise.reject(error) });
  const run = start({ source });
  const { end } = await run.result;
  assert.ok(end.kind === 'failed');
  assert.equal(end.error, error);
  assert.deepEqual([run.opened, run.stepCloses, source.batches], [[], 1, 0]);
});

test('an output that cannot be opened ends the run before anything is read; those that were opened are given up', async () => {
  const error = new StageError('SINK_FAILED', 'links.tsv: permission denied');
  const failures = new FaultySink({ failsAfter: 0 });
  const source = new EndlessSource(1);
  const run = start({ source, sink: error, failures });
  const { end } = await run.result;
  assert.ok(end.kind === 'failed');
  assert.equal(end.error, error);
  assert.deepEqual([failures.isAborted, run.stepCloses, source.batches], [true, 1, 0]);
});

test('a limit ends an endless source, and the run is finished', async () => {
  const source = new EndlessSource(10);
  const { end, totals } = await start({ source, keys: 'limit: 15' }).result;
  assert.deepEqual([end.kind, totals.read, source.batches], ['finished', 15, 2]);
});

test('an empty source is a finished run of nothing', async () => {
  const sink = new FaultySink({ failsAfter: 0 });
  const run = start({ source: new ListSource([], 1), sink });
  const { end, totals } = await run.result;
  assert.deepEqual([end.kind, totals.read, sink.isClosed, run.stepCloses], ['finished', 0, true, 1]);
});

/** All that an output was given is on the disk, and it is closed, but not as complete. */
function isGivenUp(sink: FaultySink): boolean {
  return sink.isAborted && !sink.isClosed && sink.marks.at(-1) === sink.rows.length;
}

/** 16 at the sink, the one that waits for room among them, 16 results of the step, 16 of the source. */
const LINES_READ_AHEAD = 48;
/** 4 in work until their failure has room, 16 of the source. */
const FAILED_LINES_READ_AHEAD = 20;

interface RunParts {
  readonly source: Source;
  readonly sink?: SinkWriter | StageError;
  readonly failures?: SinkWriter;
  readonly pages?: SinkWriter;
  readonly work?: (record: UrlRecord, signal: AbortSignal) => Settled | Promise<Settled>;
  readonly concurrency?: number;
  readonly closeStep?: () => Promise<void>;
  readonly ordered?: boolean;
  readonly stopSignal?: AbortSignal;
  readonly abortSignal?: AbortSignal;
  /** Further keys of the pipeline file. */
  readonly keys?: string;
}

type Settled = ReturnType<typeof settle>;

interface StartedRun {
  readonly result: Promise<RunResult>;
  readonly reports: readonly LineReport[];
  /** Outputs that were opened, by role. */
  readonly opened: readonly string[];
  readonly stepCloses: number;
  progress(): RunProgress;
}

/** Starts a pipeline of these parts, built from a pipeline file as any other. */
function start(parts: RunParts): StartedRun {
  const seen = { reports: [] as LineReport[], opened: [] as string[], stepCloses: 0 };
  const roles = ['sink', 'failures', 'pages'] as const;
  const registry: readonly StageDefinition[] = [
    defineSource({ name: 'given', summary: '', options: z.strictObject({}), create: () => parts.source }),
    workStep(parts, () => (seen.stepCloses += 1)),
    ...roles.map((role) =>
      sinkOf(role, parts[role] ?? new FaultySink({ failsAfter: Number.POSITIVE_INFINITY }), seen.opened),
    ),
  ];
  const outputs = roles
    .filter((role) => role === 'sink' || parts[role] !== undefined)
    .map((role) => `${role}: to-${role}`);
  const text = ['source: given', 'steps: [work]', ...outputs, parts.keys ?? ''].join('\n');
  const pipeline = loadPipeline(text, { file: 'test.yaml', env: {}, sets: [] }, registry);
  let progress: (() => RunProgress) | undefined;
  const { signal: _signal, ...context } = stageContext(tmpdir());
  const never = new AbortController().signal;
  const result = runPipeline(pipeline, {
    context,
    stopSignal: parts.stopSignal ?? never,
    abortSignal: parts.abortSignal ?? never,
    observer: { started: (given) => (progress = given), line: (report) => seen.reports.push(report) },
    owner: { processId: process.pid, isAlive: () => false },
    isRestart: false,
    checkpointIntervalMs: 1000,
  });
  return {
    result,
    progress: () => (progress ?? assert.fail('the run has not begun'))(),
    get reports() {
      return seen.reports;
    },
    get opened() {
      return seen.opened;
    },
    get stepCloses() {
      return seen.stepCloses;
    },
  };
}

/** Resolves when no further line is read. */
async function standstill(run: StartedRun): Promise<void> {
  let lines: number;
  do {
    await quiet();
    lines = run.progress().lines;
    await quiet();
  } while (run.progress().lines > lines);
}

function workStep(
  { work, concurrency = 3, ordered = false, closeStep }: RunParts,
  onClose: () => void,
): StageDefinition {
  return defineStep({
    name: 'work',
    summary: '',
    input: 'url',
    output: 'links',
    options: z.strictObject({}),
    create: (_options, { signal }) => ({
      concurrency,
      ordered,
      process: (record) => (work === undefined ? settle(record, 'linked') : work(record, signal)),
      close: () => {
        onClose();
        return closeStep?.();
      },
    }),
  });
}

function sinkOf(role: string, writer: SinkWriter | StageError, opened: string[]): StageDefinition {
  return defineSink({
    name: `to-${role}`,
    summary: '',
    extensions: [],
    options: z.strictObject({}),
    create: () => {
      if (writer instanceof StageError) return Promise.reject(writer);
      opened.push(role);
      return Promise.resolve(writer);
    },
  });
}

function settle(record: UrlRecord, fate: Fate) {
  if (fate === 'failed') throw new RecordError('http-status', 'the answer is 404');
  return fate === 'skipped' ? skip('duplicate') : linksRecord(record, fate === 'linked' ? 1 : 0);
}

function invalidItem(sequence: number): SourceItem {
  const { origin, sourceUrl } = urlItem(sequence);
  return { origin, sourceUrl, error: new RecordError('invalid-url', 'it is no URL') };
}

/** A source of these items. */
class ListSource implements Source {
  readonly items: AsyncIterable<readonly SourceItem[]>;

  constructor(items: readonly SourceItem[], batchSize: number) {
    this.items = batches(items, batchSize);
  }
}

async function* batches(items: readonly SourceItem[], size: number): AsyncGenerator<readonly SourceItem[]> {
  for (let start = 0; start < items.length; start += size) {
    await nextTurn();
    yield items.slice(start, start + size);
  }
}

/** A source that gives a line and then fails. */
class BreakingSource implements Source {
  readonly items: AsyncIterable<readonly SourceItem[]>;

  constructor(error: Error) {
    this.items = (async function* () {
      yield [urlItem(0)];
      await nextTurn();
      throw error;
    })();
  }
}

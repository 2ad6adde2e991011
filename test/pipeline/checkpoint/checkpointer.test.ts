import assert from 'node:assert/strict';
import { appendFile, mkdtemp, open, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { StageError } from '../../../src/core/errors.ts';
import { Lookback } from '../../../src/core/stage/lookback.ts';
import { FingerprintLog } from '../../../src/formats/fingerprint-log.ts';
import { Ledger } from '../../../src/pipeline/accounts/ledger.ts';
import { Positions } from '../../../src/pipeline/accounts/positions.ts';
import { type CheckpointDisk, readCheckpoint } from '../../../src/pipeline/checkpoint/checkpoint-file.ts';
import { Checkpointer } from '../../../src/pipeline/checkpoint/checkpointer.ts';
import { FailingDisk } from '../../helpers/files/failing-disk.ts';
import { FaultySink, Gate, quiet, urlRecord } from '../../helpers/pipelines/stages.ts';

test('a checkpoint says what was done and written when it began, and nothing that came after', async (t) => {
  const gate = new Gate();
  const run = await start(t, new FaultySink({ slow: gate }));
  run.line(0);
  const saved = run.checkpointer.save(false);
  run.line(1);
  await quiet();
  assert.equal(await readCheckpoint(run.path), undefined, 'not before the outputs are on the disk');
  gate.open();
  await saved;
  const state = await readCheckpoint(run.path);
  assert.deepEqual([state?.totals.read, state?.positions.low, state?.outputs.sinks[0]?.length], [1, 1, 1]);
});

test('an output whose fsync fails leaves the checkpoint before, and the failure is told', async (t) => {
  const broken = new StageError('SINK_FAILED', 'links.tsv: the disk failed (EIO).');
  const sink = new FaultySink({ failsAfter: Number.POSITIVE_INFINITY });
  const run = await start(t, sink);
  run.line(0);
  await run.checkpointer.save(false);
  const before = await readCheckpoint(run.path);
  sink.mark = () => Promise.reject(broken);
  run.line(1);
  await assert.rejects(run.checkpointer.save(true), broken);
  assert.deepEqual(await readCheckpoint(run.path), before);
});

test('at intervals, a failure is told once and nothing is saved any more', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const sink = new FaultySink({ failsAfter: Number.POSITIVE_INFINITY });
  sink.mark = () => Promise.reject(new StageError('SINK_FAILED', 'links.tsv: the disk failed (EIO).'));
  const run = await start(t, sink);
  run.line(0);
  run.checkpointer.start();
  t.mock.timers.tick(99);
  await quiet();
  assert.equal(run.errors.length, 0);
  for (let turn = 0; turn < 3; turn += 1) {
    t.mock.timers.tick(100);
    await quiet();
  }
  assert.equal(run.errors.length, 1);
  await run.checkpointer.stop();
});

test('where no line has ended since the last one, nothing is written', async (t) => {
  const sink = new FaultySink({ failsAfter: Number.POSITIVE_INFINITY });
  const run = await start(t, sink);
  for (const isComplete of [false, false, true, true, false]) await run.checkpointer.save(isComplete);
  assert.deepEqual(sink.marks, [0, 0], 'the first one, and the one that says that the run is complete');
  assert.equal((await readCheckpoint(run.path))?.isComplete, true);
  run.line(0);
  await run.checkpointer.save(false);
  assert.equal((await readCheckpoint(run.path))?.isComplete, false);
});

test('one that is asked for while another is under way waits for that one, and both are whole', async (t) => {
  const gate = new Gate();
  const run = await start(t, new FaultySink({ failsAfter: Number.POSITIVE_INFINITY }), {
    open,
    // The first file is there, but not yet in its place: a second writer would empty it.
    rename: async (from, to) => {
      await gate.opened;
      await rename(from, to);
    },
  });
  run.line(0);
  const first = run.checkpointer.save(true);
  await quiet();
  run.line(1);
  const second = run.checkpointer.save(false);
  await quiet();
  gate.open();
  await first;
  const state = await readCheckpoint(run.path);
  assert.deepEqual([state?.totals.read, state?.isComplete], [1, true]);
  await second;
  assert.equal((await readCheckpoint(run.path))?.totals.read, 2);
});

test('one that fails does not keep the next from being tried', async (t) => {
  const sink = new FaultySink({ failsAfter: Number.POSITIVE_INFINITY });
  const run = await start(t, sink);
  const { mark } = sink;
  sink.mark = () => Promise.reject(new StageError('SINK_FAILED', 'links.tsv: the disk failed (EIO).'));
  run.line(0);
  const first = run.checkpointer.save(false);
  sink.mark = mark;
  const second = run.checkpointer.save(false);
  await assert.rejects(first, { code: 'SINK_FAILED' });
  await second;
  assert.equal((await readCheckpoint(run.path))?.totals.read, 1);
});

/** Every call of a checkpoint with a step that has a file of its own, in order. */
const CALLS = [
  ...['open', 'stat', 'truncate', 'write', 'sync', 'close'],
  ...['open', 'write', 'sync', 'close', 'rename', 'open', 'sync', 'close'],
];

test('a checkpoint makes the calls that the crashes are tried at, and no others', async (t) => {
  const disk = new FailingDisk();
  const { saved } = await saveTwice(t, disk);
  await saved;
  assert.deepEqual(disk.calls, CALLS);
});

for (const [index, call] of CALLS.entries()) {
  test(`a crash at "${call}" (call ${index + 1}) leaves a checkpoint that fits the steps' files, also after a power cut`, async (t) => {
    const disk = new FailingDisk(index);
    const { path, saved } = await saveTwice(t, disk);
    await assert.rejects(saved, { code: 'SINK_FAILED' });
    await fitsTogether(path, index <= CALLS.indexOf('rename') ? [2] : [5]);
    await disk.cutPower();
    await fitsTogether(path, [2, 5]);
  });
}

/** Saves two lines, has something written behind them by a run that is killed, and begins to save three more through `disk`. */
async function saveTwice(t: TestContext, disk: FailingDisk) {
  const sink = new FaultySink({ failsAfter: Number.POSITIVE_INFINITY });
  let isReady = false;
  const chosen = () => (isReady ? disk : realDisk);
  const run = await start(t, sink, {
    open: (...given) => chosen().open(...given),
    rename: (...given) => chosen().rename(...given),
  });
  for (const sequence of [0, 1]) run.line(sequence);
  await run.checkpointer.save(false);
  await appendFile(`${run.path}.step`, 'of a killed run');
  isReady = true;
  for (const sequence of [2, 3, 4]) run.line(sequence);
  return { path: run.path, saved: run.checkpointer.save(false) };
}

/** Fails unless the checkpoint has the lines before one of `lows` done, and the step's file those very lines. */
async function fitsTogether(path: string, lows: readonly number[]): Promise<void> {
  const state = (await readCheckpoint(path)) ?? assert.fail('the checkpoint is gone');
  const found: number[] = [];
  await new FingerprintLog(`${path}.step`).load(state.steps[0], (words) =>
    found.push(...words.filter((_, index) => index % 2 === 0)),
  );
  assert.ok(lows.includes(state.positions.low), `low is ${state.positions.low}`);
  assert.deepEqual(
    found,
    Array.from({ length: state.positions.low }, (_, index) => index + 1),
  );
}

const realDisk: CheckpointDisk = { open, rename };

/** The accounts of a run whose lines have one row each, and of which a step keeps a fingerprint in a file of its own. */
async function start(t: TestContext, sink: FaultySink, disk: CheckpointDisk = realDisk) {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-checkpointer-'));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'links.checkpoint');
  const [ledger, positions, errors] = [new Ledger(), new Positions(), [] as unknown[]];
  const outputs = { sinks: [{ writer: sink, columns: [] }] };
  const log = new FingerprintLog(`${path}.step`, disk);
  const lookback = new Lookback<number>(
    (low) => log.append({ low, high: 0 }),
    () => positions.low,
  );
  const stepStates = {
    files: ['step'],
    save: async (low: number) => {
      lookback.settle(low);
      return [await log.save()];
    },
  };
  const noted = { ledger, positions, outputs, stepStates };
  const parts = { path, identity: 'x', inputs: () => [], ...noted, elapsedMs: () => 5 };
  const settings = { intervalMs: 100, saved: undefined, onError: (error: unknown) => errors.push(error), disk };
  const line = (sequence: number) => {
    ledger.read();
    positions.read(urlRecord(sequence).origin, 'line');
    lookback.note(sequence, sequence + 1);
    Promise.resolve(sink.write([['row']])).catch(() => {});
    ledger.page(1, 10);
    positions.done(sequence);
  };
  return { path, errors, line, checkpointer: new Checkpointer(parts, settings) };
}

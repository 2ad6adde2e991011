import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { StageError } from '../../../src/core/errors.ts';
import { readCheckpoint } from '../../../src/pipeline/checkpoint/checkpoint-file.ts';
import { Checkpointer } from '../../../src/pipeline/checkpoint/checkpointer.ts';
import { Ledger } from '../../../src/pipeline/run/ledger.ts';
import { Positions } from '../../../src/pipeline/run/positions.ts';
import { FaultySink, Gate, quiet, urlRecord } from '../../helpers/stages.ts';

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
  assert.deepEqual([state?.totals.read, state?.positions.low, state?.outputs.sink.length], [1, 1, 1]);
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

/** The accounts of a run whose lines have one row each. */
async function start(t: TestContext, sink: FaultySink) {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-checkpointer-'));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'links.checkpoint');
  const [ledger, positions, errors] = [new Ledger(), new Positions(), [] as unknown[]];
  const outputs = { sink: { writer: sink, columns: ['parsed_url'] } };
  const parts = { path, identity: 'x', inputs: [], ledger, positions, outputs, elapsedMs: () => 5 };
  const settings = { intervalMs: 100, saved: undefined, onError: (error: unknown) => errors.push(error) };
  const line = (sequence: number) => {
    ledger.read();
    positions.read(urlRecord(sequence).origin, 'line');
    Promise.resolve(sink.write([['row']])).catch(() => {});
    ledger.page(1, 10);
    positions.done(sequence);
  };
  return { path, errors, line, checkpointer: new Checkpointer(parts, settings) };
}

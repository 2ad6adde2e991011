import assert from 'node:assert/strict';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type TestContext, test } from 'node:test';
import { StageError } from '../../../src/core/errors.ts';
import { workerStream } from '../../../src/pipeline/workers/worker-stream.ts';
import { WorkerThread } from '../../../src/pipeline/workers/worker-thread.ts';
import { RememberedDepartures, urlRecord } from '../../helpers/pipelines/stages.ts';

const ENTRY = new URL('../../fixtures/workers/thread.mjs', import.meta.url);

function startThread(t: TestContext, conduct: string): WorkerThread {
  const start = {
    index: 0,
    count: 1,
    channels: [undefined],
    steps: [],
    baseDirectory: conduct,
    env: {},
    linkColumns: [],
  };
  const thread = new WorkerThread(ENTRY, start);
  t.after(() => thread.close());
  return thread;
}

/** Runs two lines through a thread that behaves so, once it is ready and `until` has resolved. */
async function run(t: TestContext, conduct: string, until: (thread: WorkerThread) => Promise<void> = async () => {}) {
  const thread = startThread(t, conduct);
  await thread.ready;
  await until(thread);
  const departures = new RememberedDepartures();
  let closes = 0;
  const stream = workerStream([thread], departures, async () => {
    closes += 1;
    await thread.close();
  });
  const sink = new Writable({ objectMode: true, write: (_record, _encoding, done) => done() });
  const joined = pipeline(Readable.from([urlRecord(0), urlRecord(1)]), stream, sink);
  const error = await joined.then(
    () => undefined,
    (reason: Error) => reason,
  );
  if (!stream.closed) await new Promise((resolve) => stream.once('close', resolve));
  return { error, departures, closes };
}

test('lines that a thread lets go of are abandoned, and the thread is ended with the stream', async (t) => {
  const { error, departures, closes } = await run(t, 'as it should');
  assert.deepEqual([error, departures.abandons.length, closes], [undefined, 2, 1]);
});

test('a thread that ends in the middle fails the stream', async (t) => {
  const { error, closes } = await run(t, 'ends later');
  assert.deepEqual([error?.message, closes], ['a worker thread has ended with exit code 7', 1]);
});

test('a thread that has ended before its stream was made fails that', async (t) => {
  const ended = (thread: WorkerThread) =>
    new Promise<void>((resolve) => {
      const ignore = () => {};
      thread.listen({ results: ignore, figures: ignore, done: ignore, failed: () => resolve() });
    });
  const { error } = await run(t, 'ends when it is ready', ended);
  assert.equal(error?.message, 'a worker thread has ended with exit code 7');
});

test('a result for a line that the thread was not given fails the stream', async (t) => {
  const { error } = await run(t, 'gives what it has not got');
  assert.match(error?.message ?? '', /a result for line 99, which it does not have/);
});

test('an end without results for all lines fails the stream: none is lost without a word', async (t) => {
  const { error } = await run(t, 'keeps to itself');
  assert.match(error?.message ?? '', /ended without results for 2 lines/);
});

test('a thread that throws at once is never ready, and its error is told', async (t) => {
  await assert.rejects(startThread(t, 'throws at once').ready, { name: 'TypeError', message: 'it throws' });
});

test('a thread that ends at once is never ready', async (t) => {
  await assert.rejects(startThread(t, 'ends at once').ready, /ended with exit code 7/);
});

test('a thread whose steps can not begin says why', async (t) => {
  const { ready } = startThread(t, 'can not begin');
  await assert.rejects(ready, (error) => error instanceof StageError && error.code === 'SOURCE_UNREADABLE');
});

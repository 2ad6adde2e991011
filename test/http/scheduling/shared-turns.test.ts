import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { MessageChannel } from 'node:worker_threads';
import { RecordError } from '../../../src/core/errors.ts';
import { workerOf } from '../../../src/core/worker-share.ts';
import { HostScheduler, type SchedulerOptions } from '../../../src/http/host-scheduler.ts';
import type { HostReport, Lease, Start } from '../../../src/http/scheduling/lease.ts';
import { Refusal } from '../../../src/http/scheduling/refusals.ts';
import { SharedTurns } from '../../../src/http/scheduling/shared-turns.ts';

const ANSWERED: HostReport = { kind: 'answered' };
const HOSTS = Array.from({ length: 20 }, (_, index) => `host-${index}.example`);
/** Hosts of the first thread and of the second. */
const [mine = '', mineToo = ''] = HOSTS.filter((host) => workerOf(host, 2) === 0);
const [yours = '', yoursToo = ''] = HOSTS.filter((host) => workerOf(host, 2) === 1);

/** Two threads' turns, whose clocks began at different times. */
function setUp(t: TestContext, options: Partial<SchedulerOptions> = {}) {
  const { port1, port2 } = new MessageChannel();
  t.after(() => port1.close());
  let elapsedMs = 0;
  const thread = (index: number, beginning: number) => {
    const now = () => beginning + elapsedMs;
    const settings = { concurrency: 8, perHost: 1, delayMs: 0, hostDownAfter: 2, now, limitsOf: () => undefined };
    const scheduler = new HostScheduler({ ...settings, ...options });
    t.after(() => scheduler.close());
    const channels = index === 0 ? [undefined, port1] : [port2, undefined];
    return { scheduler, turns: new SharedTurns(scheduler, { index, count: 2, channels }, now), now };
  };
  const [first, second] = [thread(0, 0), thread(1, 1_000_000)];
  return { first, second, pass: (ms: number) => (elapsedMs += ms) };
}

/** What has become of an acquire once the messages that are under way have arrived. */
function watch(acquired: Promise<Lease>) {
  const outcome: { lease?: Lease; error?: RecordError } = {};
  acquired.then(
    (lease) => (outcome.lease = lease),
    (error: RecordError) => (outcome.error = error),
  );
  return outcome;
}

/** Long enough for a message there and back: each takes a turn or two of the event loop. */
async function messages(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await nextTurn();
}

test('a turn of a host of its own is taken without a word to the other', async (t) => {
  const { first, second } = setUp(t);
  await first.turns.acquire(mine);
  assert.deepEqual([first.scheduler.inFlight, second.scheduler.inFlight], [1, 0]);
});

test("a turn of another thread's host is that thread's to give, and held until it is released", async (t) => {
  const { first, second } = setUp(t);
  const lease = await first.turns.acquire(yours, 'next');
  assert.deepEqual([first.scheduler.inFlight, second.scheduler.inFlight], [0, 1]);
  const other = watch(second.turns.acquire(yours));
  await messages();
  assert.equal(other.lease, undefined, 'one request at a time on a host, over both threads');
  lease.release(ANSWERED);
  lease.release(ANSWERED);
  await messages();
  assert.notEqual(other.lease, undefined);
  assert.equal(second.scheduler.inFlight, 1);
});

test('a host that can not be reached is given up on for all threads', async (t) => {
  const { first, second } = setUp(t);
  for (const { turns } of [first, second]) (await turns.acquire(yours)).release({ kind: 'unreachable' });
  await messages();
  const refused = watch(first.turns.acquire(yours));
  await messages();
  assert.ok(refused.error instanceof Refusal);
  assert.equal(refused.error.code, 'host-down');
  const other = watch(first.turns.acquire(yoursToo));
  await messages();
  assert.notEqual(other.lease, undefined);
});

test('a host that keeps answering 503 refuses with the status', async (t) => {
  const { first, pass } = setUp(t, { maxOverloadMs: 1000 });
  for (let answer = 0; answer < 4; answer += 1) {
    const asked = watch(first.turns.acquire(yours, 'next'));
    await messages();
    asked.lease?.release({ kind: 'overloaded', status: 503, retryAfterMs: 0 });
    await messages();
    pass(5_000);
  }
  const refused = watch(first.turns.acquire(yours, 'next'));
  await messages();
  assert.ok(refused.error instanceof RecordError);
  assert.deepEqual([refused.error.code, refused.error.facts.status], ['http-status', 503]);
});

test('a delay that robots.txt asks for holds for the other threads as well', async (t) => {
  const { first, second, pass } = setUp(t);
  first.turns.keepApart(yours, 10_000, first.now());
  await messages();
  const asked = watch(second.turns.acquire(yours));
  await messages();
  assert.equal(asked.lease, undefined);
  pass(10_000);
  second.scheduler.keepApart(yoursToo, 0, 0);
  const later = watch(second.turns.acquire(yoursToo));
  await messages();
  assert.notEqual(later.lease, undefined);
});

test('a time from which work may go on is the same on both clocks', async (t) => {
  const { first, second } = setUp(t);
  const begun: Start = first.now() + 60_000;
  const asked = watch(first.turns.acquire(yours, begun));
  await messages();
  assert.equal(asked.lease, undefined);
  assert.equal(second.scheduler.waiting, 1);
  assert.equal(watch(second.turns.acquire(yours)).lease, undefined);
  await messages();
  assert.equal(second.scheduler.inFlight, 1, 'new work goes ahead of what has to wait for its time');
});

test('once stopped, attempts under way get their turns, and nothing else does', async (t) => {
  const { first, second } = setUp(t);
  for (const { scheduler } of [first, second]) scheduler.stop();
  assert.equal(first.turns.isStopped, true);
  const [hop, robots] = [watch(first.turns.acquire(yours, 'next')), watch(first.turns.acquire(yoursToo))];
  await messages();
  assert.notEqual(hop.lease, undefined);
  assert.equal(robots.error?.code, 'cancelled');
});

test('a lease says whether another URL of this thread waits for the host', async (t) => {
  const { first, second } = setUp(t);
  const lease = await first.turns.acquire(yours, 'next');
  assert.equal(lease.hasWaiters, false);
  watch(second.turns.acquire(yours));
  await messages();
  assert.equal(lease.hasWaiters, false, 'the other thread has connections of its own');
  const waiting = watch(first.turns.acquire(yours, 'next'));
  assert.equal(lease.hasWaiters, true);
  lease.release(ANSWERED);
  await messages();
  assert.equal(waiting.lease?.hasWaiters, false);
  assert.equal(watch(first.turns.acquire(mineToo)).error, undefined);
});

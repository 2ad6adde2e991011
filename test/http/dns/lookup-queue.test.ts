import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { LookupQueue } from '../../../src/http/dns/lookup-queue.ts';

const timeUp = () => new Error('time is up');
const LIMITS = { active: 2, overdueAfterMs: 60_000, overdue: 10, timeoutMs: 60_000 };

/** A look-up that is ended from outside. */
class LookUp {
  isStarted = false;
  end: () => void = () => {};

  readonly start = (): Promise<string> => {
    this.isStarted = true;
    return new Promise((resolve) => (this.end = () => resolve('answer')));
  };
}

test('as many look-ups are under way as are allowed, and the next starts when one ends', async () => {
  const queue = new LookupQueue(LIMITS, timeUp);
  const lookUps = [new LookUp(), new LookUp(), new LookUp()];
  const ends = lookUps.map(({ start }) => queue.run(start));
  const started = () => lookUps.map(({ isStarted }) => isStarted);
  assert.deepEqual(started(), [true, true, false]);
  lookUps[1]?.end();
  assert.equal(await ends[1], 'answer');
  await new Promise(setImmediate);
  assert.deepEqual(started(), [true, true, true]);
  for (const lookUp of lookUps) lookUp.end();
  await Promise.all(ends);
  assert.equal(queue.pending, 0);
});

test('one that takes long lets the next start, up to the bound', async () => {
  const queue = new LookupQueue({ ...LIMITS, active: 1, overdueAfterMs: 5, overdue: 2 }, timeUp);
  const lookUps = Array.from({ length: 4 }, () => new LookUp());
  const third = new Promise<void>((resolve) => {
    lookUps.forEach(({ start }, index) => {
      queue.run(() => {
        if (index === 2) resolve();
        return start();
      });
    });
  });
  await third;
  assert.equal(queue.pending, 3);
  lookUps[3]?.end();
  assert.equal(lookUps[3]?.isStarted, false);
  for (const lookUp of lookUps.slice(0, 3)) lookUp.end();
  await new Promise(setImmediate);
  assert.equal(lookUps[3]?.isStarted, true);
  lookUps[3]?.end();
});

test('one whose time is up fails, but counts until it ends', async () => {
  const queue = new LookupQueue({ ...LIMITS, timeoutMs: 5 }, timeUp);
  const lookUp = new LookUp();
  await assert.rejects(queue.run(lookUp.start), /time is up/);
  assert.equal(queue.pending, 1);
  lookUp.end();
  await new Promise(setImmediate);
  assert.equal(queue.pending, 0);
});

test('cleared, all are rejected, and those under way end as before', async () => {
  const queue = new LookupQueue({ ...LIMITS, active: 1 }, timeUp);
  const first = new LookUp();
  const end = queue.run(first.start);
  const waiting = queue.run(new LookUp().start);
  queue.clear(new Error('closed'));
  await assert.rejects(waiting, /closed/);
  await assert.rejects(end, /closed/);
  assert.equal(queue.pending, 1);
  first.end();
  await nextTurn();
  assert.equal(queue.pending, 0);
});

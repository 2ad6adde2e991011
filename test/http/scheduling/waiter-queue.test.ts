import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Waiter, WaiterQueue } from '../../../src/http/scheduling/waiter-queue.ts';

test('begun work goes ahead of new work once its time has come, by that time', () => {
  const { queue, takeAll, waiter } = setUp();
  queue.push(waiter('new 1'));
  queue.pushResumed(waiter('begun, due at 20'), 20, 0);
  queue.pushResumed(waiter('begun, due at 10'), 10, 0);
  queue.pushResumed(waiter('begun, due at 99'), 99, 0);
  queue.push(waiter('new 2'));
  assert.deepEqual(takeAll(20), ['begun, due at 10', 'begun, due at 20', 'new 1', 'new 2']);
  assert.equal(queue.size, 1);
});

test('begun work whose time has passed when it comes is ready at once', () => {
  const { queue, waiter } = setUp();
  queue.pushResumed(waiter('begun'), 5, 5);
  assert.equal(queue.hasReady, true);
  assert.equal(queue.readyAtMs, 0);
});

test('the time from which one can be taken is that of the earliest', () => {
  const { queue, waiter } = setUp();
  assert.equal(queue.readyAtMs, Number.POSITIVE_INFINITY);
  queue.pushResumed(waiter('later'), 30, 0);
  queue.pushResumed(waiter('sooner'), 10, 0);
  assert.equal(queue.readyAtMs, 10);
  assert.equal(queue.hasReady, false);
  queue.push(waiter('new'));
  assert.equal(queue.readyAtMs, 0);
});

test('rejectAll rejects those of every kind once, each with an error of its own', () => {
  const { queue, waiter, errors } = setUp();
  queue.push(waiter('new'));
  queue.pushResumed(waiter('ready'), 0, 0);
  queue.pushResumed(waiter('later'), 10, 0);
  queue.rejectAll(() => new Error('over'));
  assert.equal(new Set(errors).size, 3);
  assert.equal(queue.size, 0);
  assert.equal(queue.take(100), undefined);
});

function setUp() {
  const queue = new WaiterQueue<string[]>();
  const errors: Error[] = [];
  /** One that adds its name to what it is given. */
  const waiter = (name: string, isUnderWay = false): Waiter<string[]> => ({
    resolve: (names) => names.push(name),
    reject: (error) => errors.push(error),
    isUnderWay,
  });
  const takeAll = (nowMs: number) => {
    const names: string[] = [];
    for (let next = queue.take(nowMs); next !== undefined; next = queue.take(nowMs)) next.resolve(names);
    return names;
  };
  return { queue, waiter, errors, takeAll };
}

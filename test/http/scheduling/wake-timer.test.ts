import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { WakeTimer } from '../../../src/http/scheduling/wake-timer.ts';

test('it wakes once, when the time has come', (t) => {
  const { timer, wakes } = setUp(t);
  timer.set(50, 0);
  t.mock.timers.tick(49);
  assert.equal(wakes(), 0);
  t.mock.timers.tick(1000);
  assert.equal(wakes(), 1);
});

test('an earlier time takes the place of a later one', (t) => {
  const { timer, wakes } = setUp(t);
  timer.set(50, 0);
  timer.set(20, 0);
  t.mock.timers.tick(20);
  assert.equal(wakes(), 1);
  t.mock.timers.tick(1000);
  assert.equal(wakes(), 1);
});

test('a later time keeps the timer that is set: it may wake too early', (t) => {
  const { timer, wakes } = setUp(t);
  const setTimeoutCalls = t.mock.method(globalThis, 'setTimeout').mock;
  timer.set(20, 0);
  timer.set(50, 0);
  t.mock.timers.tick(20);
  assert.equal(wakes(), 1);
  assert.equal(setTimeoutCalls.callCount(), 1);
});

test('no time turns it off', (t) => {
  const { timer, wakes } = setUp(t);
  timer.set(50, 0);
  timer.set(undefined, 0);
  t.mock.timers.tick(1000);
  assert.equal(wakes(), 0);
});

test('a time beyond the longest timer of Node is reached in several steps, not at once', (t) => {
  const { timer } = setUp(t);
  const setTimeoutCalls = t.mock.method(globalThis, 'setTimeout').mock;
  timer.set(1e12, 0);
  assert.equal(setTimeoutCalls.calls[0]?.arguments[1], 2 ** 31 - 1);
});

function setUp(t: TestContext) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let count = 0;
  const timer = new WakeTimer(() => {
    count += 1;
  });
  t.after(() => timer.set(undefined, 0));
  return { timer, wakes: () => count };
}

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { VirtualClock } from '../../../src/testing/run/virtual-clock.ts';

const START_MS = Date.parse('2026-01-31T12:00:00Z');

test('an hour passes at once, and deadlines come in their order', async (t) => {
  const clock = clockOf(t);
  const startedAtMs = performance.now();
  const order: string[] = [];
  await new Promise<void>((resolve) => {
    clock.after(3_600_000, () => {
      order.push('hour');
      resolve();
    });
    clock.after(60_000, () => order.push('minute'));
  });
  assert.deepEqual(order, ['minute', 'hour']);
  assert.deepEqual([clock.now(), clock.timeOfDay()], [3_600_000, START_MS + 3_600_000]);
  assert.ok(performance.now() - startedAtMs < 3_000);
});

test('it stands still while something is done', async (t) => {
  const clock = clockOf(t);
  let isDue = false;
  const due = new Promise<void>((resolve) => {
    clock.after(1, () => {
      isDue = true;
      resolve();
    });
  });
  // Each step is shorter than the quiet that it waits for.
  for (let step = 0; step < 50; step += 1) {
    clock.now();
    assert.equal(isDue, false);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await due;
});

test('it stands still while it is held, however long that takes', async (t) => {
  const clock = clockOf(t);
  const releases = [clock.hold(), clock.hold()];
  let isDue = false;
  const due = new Promise<void>((resolve) => {
    clock.after(1, () => {
      isDue = true;
      resolve();
    });
  });
  for (const release of releases) {
    await sleep(10);
    assert.equal(isDue, false);
    release();
    // To let go twice is to let go once.
    release();
  }
  await due;
});

test('what is called off does not come', async (t) => {
  const clock = clockOf(t);
  const cancel = clock.after(10, () => assert.fail('it was called off'));
  cancel();
  await new Promise<void>((resolve) => clock.after(20, resolve));
});

test('a tick comes every so often until it is called off', async (t) => {
  const clock = clockOf(t);
  const times: number[] = [];
  const cancel = clock.every(250, () => times.push(clock.now()));
  await new Promise<void>((resolve) => clock.after(1_100, resolve));
  cancel();
  await new Promise<void>((resolve) => clock.after(1_000, resolve));
  assert.deepEqual(times, [250, 500, 750, 1_000]);
});

test('nothing comes once it is closed', async () => {
  const clock = new VirtualClock(START_MS);
  clock.after(1, () => assert.fail('it is closed'));
  clock.close();
  clock.after(1, () => assert.fail('it is closed'));
  await sleep(20);
});

function clockOf(t: TestContext): VirtualClock {
  const clock = new VirtualClock(START_MS);
  t.after(() => clock.close());
  return clock;
}

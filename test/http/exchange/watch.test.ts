import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Watch, type Watched } from '../../../src/http/exchange/watch.ts';

/** The watch keeps no process alive; sockets do, elsewhere. */
const alive = setInterval(() => {}, 1_000);
after(() => clearInterval(alive));

test('what is watched is checked until it is removed, and the time goes on', async () => {
  const watch = new Watch<Watched>(50);
  const times: number[] = [];
  await new Promise<void>((resolve) => {
    const watched = {
      check: (nowMs: number) => {
        times.push(nowMs);
        if (times.length < 5) return;
        watch.remove(watched);
        resolve();
      },
    };
    watch.add(watched);
  });
  assert.deepEqual(
    [...times].sort((a, b) => a - b),
    times,
  );
  assert.ok((times[4] ?? 0) > (times[0] ?? 0));
  assert.deepEqual([...watch.live], []);
});

test('time in which this process was busy counts for two ticks at most', async () => {
  const watch = new Watch<Watched>(50);
  const elapsedMs = await new Promise<number>((resolve) => {
    const watched = {
      check: (nowMs: number) => {
        watch.remove(watched);
        resolve(nowMs);
      },
    };
    watch.add(watched);
    const busyUntil = performance.now() + 100;
    while (performance.now() < busyUntil);
  });
  assert.ok(elapsedMs <= 10, `${elapsedMs} ms`);
});

import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import type { RecordError } from '../../src/core/errors.ts';
import { HostScheduler, type SchedulerOptions } from '../../src/http/host-scheduler.ts';
import type { HostReport, Lease } from '../../src/http/scheduling/lease.ts';

const ANSWERED: HostReport = { kind: 'answered' };
const UNREACHABLE: HostReport = { kind: 'unreachable' };

describe('limits', () => {
  test('no more than concurrency are in flight, over all hosts', async (t) => {
    const { scheduler, acquire, granted } = setUp(t, { concurrency: 2 });
    for (const name of ['a', 'b', 'c', 'd']) acquire(name);
    assert.deepEqual(await granted(), ['a', 'b']);
    assert.equal(scheduler.inFlight, 2);
    assert.equal(scheduler.waiting, 2);
  });

  test('no more than perHost are in flight on one host, and others use the slots', async (t) => {
    const { acquire, granted } = setUp(t, { concurrency: 4, perHost: 2 });
    for (const name of ['a1', 'a2', 'a3', 'a4', 'b1']) acquire(name);
    assert.deepEqual(await granted(), ['a1', 'a2', 'b1']);
  });

  test('a released slot goes to the next that waits', async (t) => {
    const { acquire, granted, release } = setUp(t, { concurrency: 1 });
    acquire('a');
    acquire('b');
    await release('a');
    assert.deepEqual(await granted(), ['a', 'b']);
  });

  test('a second release of a lease does nothing', async (t) => {
    const { scheduler, acquire, release } = setUp(t, { hostDownAfter: 2 });
    acquire('a1');
    acquire('a2');
    await release('a1', UNREACHABLE);
    await release('a1', UNREACHABLE);
    assert.equal(scheduler.inFlight, 1);
    acquire('a3');
    assert.equal(scheduler.inFlight, 2);
  });

  test('an acquire that nothing stands in the way of sets no timer', (t) => {
    const { scheduler, acquire } = setUp(t, { delayMs: 1_000 });
    const { mock } = t.mock.method(globalThis, 'setTimeout');
    acquire('a');
    assert.equal(scheduler.inFlight, 1);
    assert.equal(mock.callCount(), 0);
  });
});

describe('order', () => {
  test('hosts take turns, so that one with many URLs does not hold up the others', async (t) => {
    const { acquire, granted, release } = setUp(t, { concurrency: 1, perHost: 1 });
    for (const name of ['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'c1']) acquire(name);
    for (const name of ['a1', 'b1', 'c1', 'a2', 'b2', 'a3']) await release(name);
    assert.deepEqual(await granted(), ['a1', 'b1', 'c1', 'a2', 'b2', 'a3', 'a4']);
  });

  test('begun work goes ahead of the new URLs of its host', async (t) => {
    const { acquire, granted, release } = setUp(t, { perHost: 1 });
    for (const name of ['a1', 'a2', 'a3']) acquire(name);
    acquire('a-hop', 0);
    await release('a1');
    await release('a-hop');
    assert.deepEqual(await granted(), ['a1', 'a-hop', 'a2']);
  });

  test('a lease says whether another URL of its host waits for its turn', async (t) => {
    const { acquire, lease, release } = setUp(t, { perHost: 1 });
    acquire('a1');
    acquire('b1');
    acquire('a-retry', 5_000);
    assert.equal((await lease('a1')).hasWaiters, false);
    acquire('a2');
    assert.equal((await lease('a1')).hasWaiters, true);
    assert.equal((await lease('b1')).hasWaiters, false);
    await release('a1');
    assert.equal((await lease('a2')).hasWaiters, false);
  });
});

describe('time', () => {
  test('starts on one host are the delay apart, and others go on meanwhile', async (t) => {
    const { acquire, granted, tick } = setUp(t, { perHost: 10, delayMs: 1_000 });
    for (const name of ['a1', 'a2', 'a3', 'b1']) acquire(name);
    await tick(999);
    assert.deepEqual(await granted(), ['a1', 'b1']);
    await tick(101);
    assert.deepEqual(await granted(), ['a1', 'b1', 'a2']);
    await tick(999);
    assert.equal((await granted()).length, 3);
    await tick(101);
    assert.equal((await granted()).length, 4);
  });

  test('the delay holds for a host whose URLs come one at a time', async (t) => {
    const { scheduler, acquire, granted, release, tick } = setUp(t, { delayMs: 1_000 });
    acquire('a1');
    await release('a1');
    acquire('a2');
    await tick(999);
    assert.deepEqual(await granted(), ['a1']);
    assert.equal(scheduler.inFlight, 0);
    await tick(101);
    assert.deepEqual(await granted(), ['a1', 'a2']);
  });

  test('a waiting retry holds no slot, and starts at its time', async (t) => {
    const { acquire, granted, release, tick } = setUp(t, { concurrency: 1 });
    acquire('a-retry', 500);
    acquire('b1');
    acquire('a1');
    await release('b1');
    assert.deepEqual(await granted(), ['b1', 'a1']);
    await release('a1');
    await tick(499);
    assert.equal((await granted()).length, 2);
    await tick(1);
    assert.deepEqual(await granted(), ['b1', 'a1', 'a-retry']);
  });

  test('an overloaded host is deferred by the time that it asked for, while others use its slots', async (t) => {
    const { acquire, granted, release, tick } = setUp(t, { concurrency: 2 });
    for (const name of ['a1', 'a2', 'a3', 'b1', 'b2']) acquire(name);
    await release('a1', { kind: 'overloaded', status: 429, retryAfterMs: 5_000 });
    await release('a2');
    assert.deepEqual(await granted(), ['a1', 'a2', 'b1', 'b2']);
    await release('b1');
    await tick(4_999);
    assert.equal((await granted()).length, 4);
    await tick(1);
    assert.deepEqual(await granted(), ['a1', 'a2', 'b1', 'b2', 'a3']);
  });

  test('a host that is deferred just before its turn does not get it', async (t) => {
    const { acquire, granted, release, tick } = setUp(t, { concurrency: 2 });
    for (const name of ['a1', 'b1', 'a2', 'b2']) acquire(name);
    await release('a1', { kind: 'overloaded', status: 429, retryAfterMs: 5_000 });
    assert.deepEqual(await granted(), ['a1', 'b1', 'b2']);
    await release('b1');
    await tick(5_000);
    assert.deepEqual(await granted(), ['a1', 'b1', 'b2', 'a2']);
  });

  test('a deferral outlasts the moment in which the host has no URL', async (t) => {
    const { acquire, granted, release, tick } = setUp(t);
    acquire('a1');
    await release('a1', { kind: 'overloaded', status: 429, retryAfterMs: 5_000 });
    acquire('a2');
    await tick(4_999);
    assert.deepEqual(await granted(), ['a1']);
    await tick(1);
    assert.deepEqual(await granted(), ['a1', 'a2']);
  });

  test('a retry whose time has come goes first, even where its timer is late', async (t) => {
    let clockMs = 0;
    const { acquire, granted } = setUp(t, { perHost: 1, now: () => clockMs });
    acquire('a-retry', 100);
    clockMs = 150;
    acquire('a1');
    assert.deepEqual(await granted(), ['a-retry']);
  });

  test('a clock that runs behind the timers starts nothing early', async (t) => {
    let clockMs = 0;
    const { acquire, granted, tick } = setUp(t, { now: () => clockMs });
    acquire('a-retry', 100);
    clockMs = 99.5;
    await tick(100);
    assert.deepEqual(await granted(), []);
    clockMs = 100.2;
    await tick(1);
    assert.deepEqual(await granted(), ['a-retry']);
  });
});

describe('down', () => {
  test('a host that is given up on loses all that wait, its retries too, with host-down', async (t) => {
    const { scheduler, acquire, failure, granted, release } = setUp(t, { perHost: 2, hostDownAfter: 2 });
    for (const name of ['a1', 'a2', 'a3', 'a4', 'b1']) acquire(name);
    acquire('a-retry', 5_000);
    await release('a1', UNREACHABLE);
    await release('a2', UNREACHABLE);
    // The first failure let a3 start.
    assert.deepEqual(await granted(), ['a1', 'a2', 'b1', 'a3']);
    for (const name of ['a4', 'a-retry']) {
      const error = await failure(name);
      assert.equal(error.code, 'host-down');
      assert.equal(error.message, 'a: given up on after 2 failures in a row to reach it; next try in 60s');
    }
    assert.equal(scheduler.waiting, 0);
  });

  test('what comes during the cool-down is rejected at once; after it one probe goes at a time', async (t) => {
    const { acquire, failure, granted, release, tick } = setUp(t, { hostDownAfter: 1, hostDownCoolDownMs: 1_000 });
    acquire('a1');
    await release('a1', UNREACHABLE);
    await tick(999);
    acquire('a2');
    assert.equal((await failure('a2')).code, 'host-down');
    await tick(1);
    for (const name of ['a3', 'a4', 'a5']) acquire(name);
    assert.deepEqual(await granted(), ['a1', 'a3']);
    await release('a3', { kind: 'neutral' });
    assert.deepEqual(await granted(), ['a1', 'a3', 'a4']);
    await release('a4', ANSWERED);
    assert.deepEqual(await granted(), ['a1', 'a3', 'a4', 'a5']);
  });

  test('a probe that fails begins another cool-down and rejects those behind it', async (t) => {
    const { acquire, failure, release, tick } = setUp(t, { hostDownAfter: 1, hostDownCoolDownMs: 1_000 });
    acquire('a1');
    await release('a1', UNREACHABLE);
    await tick(1_000);
    acquire('a2');
    acquire('a3');
    await release('a2', UNREACHABLE);
    assert.equal((await failure('a3')).code, 'host-down');
    await tick(999);
    acquire('a4');
    assert.equal((await failure('a4')).code, 'host-down');
  });

  test('a dead host is still known when its next URL comes minutes later', async (t) => {
    const { acquire, failure, release, tick } = setUp(t, { hostDownAfter: 2 });
    acquire('a1');
    await release('a1', UNREACHABLE);
    await tick(240_000);
    acquire('a2');
    await release('a2', UNREACHABLE);
    acquire('a3');
    assert.equal((await failure('a3')).code, 'host-down');
  });
});

describe('close', () => {
  test('rejects all that wait and all that come with cancelled, and turns the timer off', async (t) => {
    const { scheduler, acquire, failure, release } = setUp(t, { perHost: 1 });
    acquire('a1');
    acquire('a2');
    acquire('b-retry', 5_000);
    const { mock } = t.mock.method(globalThis, 'clearTimeout');
    scheduler.close();
    acquire('a3');
    for (const name of ['a2', 'b-retry', 'a3']) assert.equal((await failure(name)).code, 'cancelled');
    assert.equal(mock.callCount(), 1);
    await release('a1');
    assert.deepEqual([scheduler.inFlight, scheduler.waiting, scheduler.hostCount], [0, 0, 0]);
  });

  test('a waiting retry keeps the process alive until then', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
    const before = timers();
    const scheduler = new HostScheduler({ concurrency: 1, perHost: 1, delayMs: 0, hostDownAfter: 0 });
    const retry = scheduler.acquire('a', performance.now() + 60_000);
    assert.equal(timers(), before + 1);
    scheduler.close();
    await assert.rejects(retry, { code: 'cancelled' });
    assert.equal(timers(), before);
  });
});

describe('memory', () => {
  test('200,000 distinct hosts leave no state', async () => {
    const scheduler = new HostScheduler({ concurrency: 64, perHost: 6, delayMs: 0, hostDownAfter: 5 });
    let next = 0;
    let most = 0;
    const runLane = async () => {
      while (next < 200_000) {
        const lease = await scheduler.acquire(`host-${next++}`);
        most = Math.max(most, scheduler.hostCount);
        lease.release(ANSWERED);
      }
    };
    await Promise.all(Array.from({ length: 256 }, runLane));
    assert.ok(most <= 256, `${most}`);
    assert.equal(scheduler.hostCount, 0);
    scheduler.close();
  });

  test('a host is forgotten once its delay is over', async (t) => {
    const { scheduler, acquire, release, tick } = setUp(t, { delayMs: 1_000 });
    for (const name of ['a', 'b', 'c']) {
      acquire(name);
      await release(name);
      await tick(1_100);
    }
    assert.equal(scheduler.hostCount, 1);
  });
});

/** A scheduler on a mocked clock. URLs are named by their host's letter and a suffix: `a1`, `a-retry`. */
describe('a host of its own', () => {
  test('has the limits that are named for it, and the others those for all', async (t) => {
    const limitsOf = (host: string) => (host === 'a' ? { perHost: 1 } : host === 'b' ? { delayMs: 1_000 } : undefined);
    const { acquire, granted, tick } = setUp(t, { limitsOf });
    for (const name of ['a1', 'a2', 'b1', 'b2', 'c1', 'c2', 'c3']) acquire(name);
    assert.deepEqual(await granted(), ['a1', 'b1', 'c1', 'c2']);
    await tick(1_100);
    assert.deepEqual(await granted(), ['a1', 'b1', 'c1', 'c2', 'b2']);
  });

  test('that wants its requests apart gets them so, from the time that was named', async (t) => {
    const { scheduler, acquire, granted, tick } = setUp(t, { perHost: 10 });
    const sinceMs = Date.now();
    scheduler.keepApart('a', 1_000, sinceMs);
    for (const name of ['a1', 'a2', 'b1']) acquire(name);
    await tick(999);
    assert.deepEqual(await granted(), ['b1']);
    await tick(1);
    assert.deepEqual(await granted(), ['b1', 'a1']);
    await tick(999);
    assert.equal((await granted()).length, 2);
    await tick(101);
    assert.deepEqual(await granted(), ['b1', 'a1', 'a2']);
  });

  test('that wants it while its URLs wait gets it for those', async (t) => {
    const { scheduler, acquire, granted, release, tick } = setUp(t, { concurrency: 2 });
    for (const name of ['b1', 'b2', 'a1', 'a2']) acquire(name);
    scheduler.keepApart('a', 1_000, Date.now());
    await release('b1');
    await release('b2');
    assert.deepEqual(await granted(), ['b1', 'b2']);
    await tick(1_000);
    assert.deepEqual(await granted(), ['b1', 'b2', 'a1']);
  });

  test('whose delay is longer already keeps that', async (t) => {
    const { scheduler, acquire, granted, tick } = setUp(t, { delayMs: 2_000 });
    scheduler.keepApart('a', 1_000, Date.now());
    acquire('a1');
    acquire('a2');
    assert.deepEqual(await granted(), ['a1']);
    await tick(1_999);
    assert.equal((await granted()).length, 1);
    await tick(201);
    assert.equal((await granted()).length, 2);
  });

  test('that was asked long ago does not wait again', async (t) => {
    const { scheduler, acquire, granted } = setUp(t);
    scheduler.keepApart('a', 1_000, Date.now() - 1_000);
    acquire('a1');
    assert.deepEqual(await granted(), ['a1']);
  });
});

function setUp(t: TestContext, options: Partial<SchedulerOptions> = {}) {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const defaults = { concurrency: 10, perHost: 2, delayMs: 0, hostDownAfter: 0, now: () => Date.now() };
  const scheduler = new HostScheduler({ ...defaults, ...options });
  t.after(() => scheduler.close());
  const leases = new Map<string, Lease>();
  const failures = new Map<string, RecordError>();
  const lease = async (name: string) => {
    await flush();
    return leases.get(name) ?? assert.fail(`${name} got no lease`);
  };
  return {
    scheduler,
    acquire: (name: string, notBeforeMs?: number) => {
      scheduler.acquire(name.slice(0, 1), notBeforeMs).then(
        (granted) => leases.set(name, granted),
        (error: RecordError) => failures.set(name, error),
      );
    },
    lease,
    /** The names that hold or held a lease, in the order in which they got it. */
    granted: async () => {
      await flush();
      return [...leases.keys()];
    },
    release: async (name: string, report = ANSWERED) => (await lease(name)).release(report),
    failure: async (name: string) => {
      await flush();
      return failures.get(name) ?? assert.fail(`${name} was not rejected`);
    },
    tick: async (ms: number) => {
      t.mock.timers.tick(ms);
      await flush();
    },
  };
}

/** Lets everything that is already settled have its effect. */
function flush(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

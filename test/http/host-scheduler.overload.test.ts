import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import type { RecordError } from '../../src/core/errors.ts';
import { HostScheduler, type SchedulerOptions } from '../../src/http/host-scheduler.ts';
import type { HostReport, Lease, Start } from '../../src/http/scheduling/lease.ts';

const ANSWERED: HostReport = { kind: 'answered' };
/** Of a host that asks for a second each time. */
const BUSY: HostReport = { kind: 'overloaded', status: 429, retryAfterMs: 1_000 };
const MAX_OVERLOAD_MS = 10_000;
const COOL_DOWN_MS = 60_000;

describe('a host that answers nothing but overloads', () => {
  test('is given up on after a time: all that wait fail with its status, and others are left alone', async (t) => {
    const run = setUp(t);
    for (const name of ['a1', 'a2', 'a3', 'b1', 'b2', 'b3']) run.acquire(name);
    await run.overload('a', 10);
    assert.deepEqual(run.failures(), []);
    await run.tick(1_000);
    await run.overload('a', 1);
    assert.deepEqual(run.failures().sort(), ['a1', 'a2', 'a3']);
    const failure = run.failure('a3');
    assert.equal(failure.code, 'http-status');
    assert.equal(failure.facts.status, 429);
    assert.equal(
      failure.message,
      'a: given up on, as it keeps answering 429 (11 times in a row, for 10s); next try in 60s',
    );
    assert.equal(run.scheduler.waiting, 1, 'b3');
    run.acquire('a4');
    await run.tick(0);
    assert.equal(run.failure('a4').facts.status, 429);
  });

  test('gets one probe after the cool-down, and is trusted again when that is answered', async (t) => {
    const run = setUp(t);
    run.acquire('a1');
    await run.overload('a', 11);
    run.acquire('a-refused');
    await run.tick(COOL_DOWN_MS);
    assert.equal(run.failure('a-refused').code, 'http-status');
    for (const name of ['a2', 'a3', 'a4']) run.acquire(name);
    await run.tick(0);
    assert.deepEqual(run.open('a'), ['a2']);
    run.release('a2', ANSWERED);
    await run.tick(0);
    assert.deepEqual(run.open('a'), ['a3']);
  });

  test('whose probe fails is left alone for another cool-down', async (t) => {
    const run = setUp(t);
    run.acquire('a1');
    await run.overload('a', 11);
    await run.tick(COOL_DOWN_MS);
    run.acquire('a2');
    run.acquire('a3');
    await run.tick(0);
    run.release('a2', BUSY);
    await run.tick(0);
    assert.equal(run.failure('a3').facts.status, 429);
    await run.tick(COOL_DOWN_MS - 1_000);
    run.acquire('a4');
    await run.tick(0);
    assert.equal(run.failure('a4').facts.status, 429);
  });

  test('is not given up on while it answers between, nor where that is not wanted', async (t) => {
    const patient = setUp(t, { maxOverloadMs: 0 });
    patient.acquire('a1');
    await patient.overload('a', 100);
    const run = setUp(t);
    run.acquire('a1');
    for (let round = 0; round < 10; round += 1) {
      await run.overload('a', 8);
      run.acquire('a-good');
      await run.tick(1_000);
      for (const name of run.open('a')) run.release(name, ANSWERED);
      run.acquire('a1');
    }
    assert.deepEqual([...patient.failures(), ...run.failures()], []);
  });

  test('is given up on for the third in a row where too many wait for such hosts', async (t) => {
    const run = setUp(t, { maxDeferred: 3 });
    run.acquire('a1');
    await run.overload('a', 2);
    assert.equal(run.scheduler.deferred, 1);
    for (let index = 0; index < 5; index += 1) run.acquire(`a-new${index}`);
    await run.tick(0);
    assert.deepEqual(run.failures(), []);
    await run.tick(1_000);
    await run.overload('a', 1);
    assert.equal(run.failures().length, 6);
    assert.equal(run.scheduler.deferred, 0);
  });

  test('counts those that wait for it as deferred, and tells when they get more', async (t) => {
    const run = setUp(t, { perHost: 1 });
    let told = 0;
    run.scheduler.onDeferred = () => {
      told += 1;
    };
    for (const name of ['a1', 'a2', 'a3', 'b1', 'b2']) run.acquire(name);
    await run.tick(0);
    assert.deepEqual([run.scheduler.deferred, told], [0, 0]);
    run.release('a1', BUSY);
    assert.deepEqual([run.scheduler.deferred, told], [2, 1]);
    run.acquire('a4');
    assert.deepEqual([run.scheduler.deferred, told], [3, 2]);
    await run.tick(1_000);
    assert.equal(run.scheduler.deferred, 2);
    run.release('a2', ANSWERED);
    assert.equal(run.scheduler.deferred, 0);
    assert.equal(told, 2);
  });
});

describe('stopped', () => {
  test('it grants nothing but the next requests of attempts under way', async (t) => {
    const run = setUp(t, { concurrency: 1, perHost: 1 });
    run.acquire('a1');
    for (const name of ['a2', 'b1']) run.acquire(name);
    run.acquire('a-retry', 5_000);
    run.acquire('a-hop', 'next');
    await run.tick(0);
    run.scheduler.stop();
    await run.tick(0);
    assert.deepEqual(run.failures().sort(), ['a-retry', 'a2', 'b1']);
    for (const name of run.failures()) assert.equal(run.failure(name).code, 'cancelled');
    assert.equal(run.scheduler.waiting, 1);
    run.release('a1', ANSWERED);
    run.acquire('c-hop', 'next');
    run.acquire('c1');
    await run.tick(0);
    assert.deepEqual(run.open('a'), ['a-hop']);
    assert.equal(run.failure('c1').code, 'cancelled');
    run.release('a-hop', ANSWERED);
    await run.tick(0);
    assert.deepEqual(run.open('c'), ['c-hop']);
    run.release('c-hop', ANSWERED);
    assert.deepEqual([run.scheduler.inFlight, run.scheduler.waiting, run.scheduler.hostCount], [0, 0, 0]);
  });
});

/** A scheduler on a clock that stands still; hosts are named by the first letter of their URLs' names. */
function setUp(t: TestContext, options: Partial<SchedulerOptions> = {}) {
  let nowMs = 0;
  t.mock.timers.reset();
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const scheduler = new HostScheduler({
    concurrency: 10,
    perHost: 2,
    delayMs: 0,
    hostDownAfter: 0,
    maxOverloadMs: MAX_OVERLOAD_MS,
    hostDownCoolDownMs: COOL_DOWN_MS,
    now: () => nowMs,
    ...options,
  });
  t.after(() => scheduler.close());
  const leases = new Map<string, Lease>();
  const failures = new Map<string, RecordError>();
  const acquire = (name: string, begun?: Start) => {
    scheduler.acquire(name.slice(0, 1), begun).then(
      (granted) => leases.set(name, granted),
      (error: RecordError) => failures.set(name, error),
    );
  };
  const release = (name: string, report: HostReport) => {
    const lease = leases.get(name) ?? assert.fail(`${name} has no lease`);
    leases.delete(name);
    lease.release(report);
  };
  const open = (host: string) => [...leases.keys()].filter((name) => name.startsWith(host));
  const tick = async (ms: number) => {
    nowMs += ms;
    t.mock.timers.tick(ms);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    scheduler,
    acquire,
    release,
    open,
    tick,
    failures: () => [...failures.keys()],
    failure: (name: string) => failures.get(name) ?? assert.fail(`${name} was not rejected`),
    /** So many times: all that the host has in flight is answered with an overload, and tried again as soon as it may be. */
    overload: async (host: string, rounds: number) => {
      await tick(0);
      for (let round = 0; round < rounds; round += 1) {
        if (round > 0) await tick(1_000);
        for (const name of open(host)) {
          release(name, BUSY);
          acquire(name, nowMs);
        }
        await tick(0);
      }
    },
  };
}

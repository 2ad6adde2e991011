import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { RecordError } from '../../src/core/errors.ts';
import { HostScheduler, type SchedulerOptions } from '../../src/http/host-scheduler.ts';
import type { HostReport, Lease } from '../../src/http/scheduling/lease.ts';

const ANSWERED: HostReport = { kind: 'answered' };
const DELAY_MS = 100;
/** A grant is seen at the end of its step, so the delay is checked to within one. */
const STEP_MS = 10;

const reports: readonly HostReport[] = [
  ANSWERED,
  ANSWERED,
  { kind: 'unreachable' },
  { kind: 'neutral' },
  { kind: 'overloaded', status: 429 },
  { kind: 'overloaded', status: 429, retryAfterMs: 300 },
];
const operations = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('acquire' as const), host: fc.nat(4) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('retry' as const), host: fc.nat(4), afterMs: fc.nat(400) }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('release' as const),
        pick: fc.nat(),
        report: fc.constantFrom(...reports),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('tick' as const), ms: fc.nat(1_500) }) },
  ),
  { maxLength: 80, size: 'max' },
);
const bounds = fc.record({
  concurrency: fc.integer({ min: 1, max: 5 }),
  perHost: fc.integer({ min: 1, max: 3 }),
  delayMs: fc.constantFrom(0, DELAY_MS),
  hostDownAfter: fc.nat(3),
  maxOverloadMs: fc.constantFrom(0, 500),
  maxDeferred: fc.constantFrom(2, 1_000),
});

test('whatever comes: limits and delays hold, a host serves in order, all settle, nothing is left', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  await fc.assert(
    fc.asyncProperty(bounds, operations, fc.constantFrom('go on', 'stop', 'close'), async (options, list, end) => {
      const scheduler = new HostScheduler({ ...options, hostDownCoolDownMs: 1_000, now: Date.now });
      const run = new Run(scheduler, options);
      for (const operation of list) {
        if (operation.kind === 'acquire') run.acquire(`h${operation.host}`);
        else if (operation.kind === 'retry') run.acquire(`h${operation.host}`, Date.now() + operation.afterMs);
        else if (operation.kind === 'release') run.release(operation.pick, operation.report);
        else await pass(t, operation.ms);
        await flush();
        run.check();
      }
      if (end === 'close') scheduler.close();
      if (end === 'stop') scheduler.stop();
      for (let passedMs = 0; run.open.length > 0 || scheduler.waiting > 0; passedMs += 500) {
        assert.ok(passedMs < 200_000, `${scheduler.waiting} still wait`);
        while (run.open.length > 0) run.release(0, ANSWERED);
        await pass(t, 500);
        run.check();
      }
      await flush();
      assert.equal(run.settled, run.acquired);
      assert.deepEqual([scheduler.inFlight, scheduler.deferred], [0, 0]);
      scheduler.close();
      assert.equal(scheduler.hostCount, 0);
    }),
    // The time limit is for the search of a smaller counterexample: each failing run waits long.
    { numRuns: 300, interruptAfterTimeLimit: 10_000 },
  );
});

test('no slot is idle that a waiting URL could have', async () => {
  const steps = fc.array(fc.option(fc.nat(4), { nil: undefined }), { maxLength: 100, size: 'max' });
  await fc.assert(
    fc.asyncProperty(bounds, steps, async ({ concurrency, perHost }, list) => {
      const scheduler = new HostScheduler({ concurrency, perHost, delayMs: 0, hostDownAfter: 0 });
      const run = new Run(scheduler, { concurrency, perHost, delayMs: 0, hostDownAfter: 0 });
      const unfinished = new Map<string, number>();
      for (const [index, host] of list.entries()) {
        const name = host === undefined ? run.release(index, ANSWERED) : run.acquire(`h${host}`);
        if (name !== undefined) unfinished.set(name, (unfinished.get(name) ?? 0) + (host === undefined ? -1 : 1));
        await flush();
        const able = [...unfinished.values()].reduce((sum, count) => sum + Math.min(count, perHost), 0);
        assert.equal(scheduler.inFlight, Math.min(concurrency, able));
      }
      scheduler.close();
      await flush();
    }),
  );
});

interface Grant {
  readonly host: string;
  readonly id: number;
  readonly notBeforeMs: number | undefined;
  readonly atMs: number;
  readonly lease: Lease;
}

/** Drives a scheduler and checks, grant by grant, what must hold whatever comes. */
class Run {
  readonly open: Grant[] = [];
  acquired = 0;
  settled = 0;
  readonly #scheduler: HostScheduler;
  readonly #options: SchedulerOptions;
  readonly #lastStarts = new Map<string, Grant>();
  readonly #lastFresh = new Map<string, number>();
  /** What did not hold, kept for `check`: a promise's handler is no place to fail a test from. */
  readonly #broken: unknown[] = [];

  constructor(scheduler: HostScheduler, options: Omit<SchedulerOptions, 'now'>) {
    this.#scheduler = scheduler;
    this.#options = options;
  }

  acquire(host: string, notBeforeMs?: number): string {
    const id = this.acquired++;
    this.#scheduler
      .acquire(host, notBeforeMs)
      .finally(() => {
        this.settled += 1;
      })
      .then((lease) => this.#onGrant({ host, id, notBeforeMs, atMs: Date.now(), lease }))
      .catch((error: unknown) => {
        const isOurs = error instanceof RecordError && ['host-down', 'http-status', 'cancelled'].includes(error.code);
        if (!isOurs) this.#broken.push(error);
      });
    return host;
  }

  /** Releases one of the open leases, and gives its host. */
  release(pick: number, report: HostReport): string | undefined {
    const [grant] = this.open.splice(pick % Math.max(1, this.open.length), 1);
    grant?.lease.release(report);
    return grant?.host;
  }

  check(): void {
    assert.deepEqual(this.#broken, []);
    assert.equal(this.#scheduler.inFlight, this.open.length);
    assert.equal(this.#scheduler.waiting, this.acquired - this.settled);
    assert.ok(this.#scheduler.deferred >= 0 && this.#scheduler.deferred <= this.#scheduler.waiting);
    assert.ok(this.open.length <= this.#options.concurrency);
    for (const host of new Set(this.open.map((grant) => grant.host))) {
      assert.ok(this.open.filter((grant) => grant.host === host).length <= this.#options.perHost);
    }
  }

  #onGrant(grant: Grant): void {
    assert.ok(grant.atMs >= (grant.notBeforeMs ?? 0));
    const last = this.#lastStarts.get(grant.host);
    if (last !== undefined) assert.ok(grant.atMs - last.atMs > this.#options.delayMs - STEP_MS);
    this.#lastStarts.set(grant.host, grant);
    if (grant.notBeforeMs === undefined) {
      assert.ok(grant.id > (this.#lastFresh.get(grant.host) ?? -1));
      this.#lastFresh.set(grant.host, grant.id);
    }
    this.open.push(grant);
  }
}

/** Lets time pass in steps shorter than the delay, so that each grant is seen at about its time. */
async function pass(t: TestContext, ms: number): Promise<void> {
  for (let leftMs = ms; leftMs > 0; leftMs -= STEP_MS) {
    t.mock.timers.tick(Math.min(leftMs, STEP_MS));
    await flush();
  }
}

/** Lets everything that is already settled have its effect. */
function flush(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type HostSettings, HostState } from '../../../src/http/scheduling/host-state.ts';

describe('delay', () => {
  test('the next start is the delay away, and at most a tenth more', () => {
    for (let repeat = 0; repeat < 100; repeat += 1) {
      const host = makeHost({ delayMs: 1_000 });
      host.start(5_000);
      assert.ok(host.notBeforeMs >= 6_000 && host.notBeforeMs <= 6_100, `${host.notBeforeMs}`);
    }
  });
});

describe('overload', () => {
  test('the time that the host asked for is kept to', () => {
    const host = makeHost();
    host.overloaded(host.start(0), { status: 429, retryAfterMs: 7_000 }, 500);
    assert.equal(host.notBeforeMs, 7_500);
  });

  test('a shorter time does not end a longer deferral', () => {
    const host = makeHost();
    const [first, second] = [host.start(0), host.start(0)];
    host.overloaded(first, { status: 429, retryAfterMs: 7_000 }, 0);
    host.overloaded(second, { status: 429, retryAfterMs: 1_000 }, 0);
    assert.equal(host.notBeforeMs, 7_000);
  });

  for (const retryAfterMs of [undefined, 0, -5, Number.NaN]) {
    test(`a Retry-After of ${retryAfterMs} gets the back-off`, () => {
      const host = makeHost();
      host.overloaded(host.start(0), { status: 429, ...(retryAfterMs !== undefined && { retryAfterMs }) }, 0);
      assert.ok(host.notBeforeMs >= 1_000 && host.notBeforeMs <= 1_250, `${host.notBeforeMs}`);
    });
  }

  test('the back-off doubles from 1 s to 60 s', () => {
    const host = makeHost();
    for (const leastMs of [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]) {
      // A difference of two times: what is beyond a thousandth of a millisecond is rounding.
      const pauseMs = Math.round(overloadOnce(host) * 1_000) / 1_000;
      assert.ok(pauseMs >= leastMs && pauseMs <= Math.min(60_000, leastMs * 1.25), `${pauseMs}`);
    }
  });

  test('an answer resets the back-off', () => {
    const host = makeHost();
    overloadOnce(host);
    overloadOnce(host);
    host.answered(host.start(0));
    assert.ok(overloadOnce(host) <= 1_250);
  });

  test('requests in flight together that are all refused count as one overload', () => {
    const host = makeHost({ perHost: 8 });
    const starts = [host.start(0), host.start(0), host.start(0), host.start(0)];
    for (const start of starts) host.overloaded(start, { status: 429 }, 0);
    assert.ok(host.notBeforeMs <= 1_250, `${host.notBeforeMs}`);
    assert.equal(limitOf(host), 4);
  });

  test('an answer to what started before the overload does not reset the back-off', () => {
    const host = makeHost();
    const [early, late] = [host.start(0), host.start(0)];
    host.overloaded(late, { status: 429 }, 0);
    host.answered(early);
    assert.ok(overloadOnce(host) >= 2_000);
  });
});

describe('limit', () => {
  test('each overload halves it, down to 1', () => {
    const host = makeHost({ perHost: 6 });
    const limits = [6, 3, 1, 1].map((limit) => {
      const found = limitOf(host);
      overloadOnce(host);
      return [limit, found];
    });
    for (const [expected, found] of limits) assert.equal(found, expected);
  });

  test('eight answers raise it by one, up to perHost', () => {
    const host = makeHost({ perHost: 3 });
    overloadOnce(host);
    const limits = Array.from({ length: 24 }, () => {
      answerOnce(host);
      return limitOf(host);
    });
    assert.deepEqual([limits[6], limits[7], limits[14], limits[15], limits[23]], [1, 2, 2, 3, 3]);
  });

  test('one failure to reach the host leaves it, the second in a row halves it', () => {
    const host = makeHost({ perHost: 4, hostDownAfter: 0 });
    failOnce(host);
    assert.equal(limitOf(host), 4);
    failOnce(host);
    assert.equal(limitOf(host), 2);
  });
});

describe('down', () => {
  test('the given number of failures in a row brings it down, for the cool-down', () => {
    const host = makeHost({ hostDownAfter: 3 });
    assert.deepEqual([failOnce(host), failOnce(host), failOnce(host)], [false, false, true]);
    assert.equal(host.coolDownLeftMs(0), 60_000);
    assert.equal(host.coolDownLeftMs(60_000), 0);
  });

  test('an answer or an overload starts the count anew', () => {
    for (const interrupt of [answerOnce, overloadOnce]) {
      const host = makeHost({ hostDownAfter: 2 });
      failOnce(host);
      interrupt(host);
      assert.equal(failOnce(host), false);
    }
  });

  test('with 0 it never goes down', () => {
    const host = makeHost({ hostDownAfter: 0 });
    assert.ok(Array.from({ length: 1_000 }, () => failOnce(host)).every((isGivenUp) => !isGivenUp));
  });

  test('it gets one probe at a time', () => {
    const host = makeHost({ hostDownAfter: 1, perHost: 4 });
    failOnce(host);
    assert.equal(limitOf(host), 1);
  });

  test('an answer brings it back', () => {
    const host = makeHost({ hostDownAfter: 1, perHost: 4 });
    failOnce(host);
    host.answered(host.start(60_000));
    assert.equal(host.coolDownLeftMs(0), 0);
    assert.equal(host.failuresInRow, 0);
  });

  test('a failure of what started before it went down does not prolong the cool-down; that of a probe does', () => {
    const host = makeHost({ hostDownAfter: 1 });
    const [first, second] = [host.start(0), host.start(0)];
    assert.equal(host.unreachable(first, 1_000), true);
    assert.equal(host.unreachable(second, 30_000), false);
    assert.equal(host.coolDownLeftMs(61_000), 0);
    assert.equal(host.unreachable(host.start(61_000), 62_000), true);
    assert.equal(host.coolDownLeftMs(62_000), 60_000);
  });
});

function makeHost(settings: Partial<HostSettings> = {}): HostState {
  const defaults = { perHost: 4, delayMs: 0, hostDownAfter: 5, maxOverloadMs: 60_000, hostDownCoolDownMs: 60_000 };
  return new HostState('host.example', { ...defaults, ...settings });
}

/** One request at the end of the deferral, answered as overloaded without a time; gives the deferral that follows. */
function overloadOnce(host: HostState): number {
  const nowMs = host.notBeforeMs;
  host.overloaded(host.start(nowMs), { status: 429 }, nowMs);
  host.inFlight -= 1;
  return host.notBeforeMs - nowMs;
}

function answerOnce(host: HostState): void {
  host.answered(host.start(0));
  host.inFlight -= 1;
}

function failOnce(host: HostState): boolean {
  const isGivenUp = host.unreachable(host.start(0), 0);
  host.inFlight -= 1;
  return isGivenUp;
}

/** How many requests it may have in flight. */
function limitOf(host: HostState): number {
  const { inFlight } = host;
  host.inFlight = 0;
  while (host.hasRoom) host.inFlight += 1;
  const limit = host.inFlight;
  host.inFlight = inFlight;
  return limit;
}

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Stopwatch } from '../../../src/http/exchange/stopwatch.ts';

const limits = { connectTimeoutMs: 10, headersTimeoutMs: 20, idleTimeoutMs: 15 };

function started(budgetMs = 1_000): Stopwatch {
  return new Stopwatch(limits, budgetMs, 100);
}

describe('each phase has its limit, which is still allowed', () => {
  test('connecting', () => {
    assert.equal(started().overrun(110, false), undefined);
    assert.equal(started().overrun(111, false)?.code, 'connect-timeout');
  });

  test('waiting for the header, from the request on', () => {
    const stopwatch = started();
    stopwatch.enter('waiting', 108);
    assert.equal(stopwatch.overrun(128, false), undefined);
    assert.equal(stopwatch.overrun(129, false)?.code, 'headers-timeout');
  });

  test('reading, from the last piece on, unless it is us who hold it up', () => {
    const stopwatch = started();
    stopwatch.enter('reading', 110);
    stopwatch.touch(120);
    assert.equal(stopwatch.overrun(135, false), undefined);
    assert.equal(stopwatch.overrun(136, false)?.code, 'idle-timeout');
    assert.equal(stopwatch.overrun(136, true), undefined);
  });
});

test('the budget is for all phases, and none is used while it is stopped', () => {
  const stopwatch = started(30);
  stopwatch.enter('waiting', 105);
  stopwatch.stop(120);
  assert.equal(stopwatch.leftMs, 10);
  assert.equal(stopwatch.overrun(1_000_000, false), undefined);
  assert.equal(stopwatch.stoppedMs(150), 30);
  stopwatch.enter('reading', 1_000);
  assert.equal(stopwatch.stoppedMs(1_001), 0);
  assert.equal(stopwatch.overrun(1_010, false), undefined);
  assert.equal(stopwatch.overrun(1_011, true)?.code, 'deadline');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RecordError } from '../../../src/core/errors.ts';
import type { FailureCode } from '../../../src/core/failure-codes.ts';
import { hostReport } from '../../../src/http/exchange/host-report.ts';

const MAX_RETRY_AFTER_MS = 60_000;

function reportOfFailure(code: FailureCode, cause?: Error) {
  return hostReport(undefined, new RecordError(code, 'http://a.test/: failed', { cause }), MAX_RETRY_AFTER_MS);
}

function reportOfAnswer(status: number, retryAfter?: string) {
  return hostReport({ status, headers: { 'retry-after': retryAfter } }, undefined, MAX_RETRY_AFTER_MS);
}

test('a host that gives no answer in time is unreachable, at whatever stage', () => {
  for (const code of ['connect-refused', 'connect-timeout', 'headers-timeout', 'deadline'] as const) {
    assert.deepEqual(reportOfFailure(code), { kind: 'unreachable' }, code);
  }
});

test('a connection that found no file descriptor says nothing of its host', () => {
  const cause = Object.assign(new Error('connect EMFILE'), { code: 'EMFILE' });
  assert.deepEqual(reportOfFailure('connect-refused', cause), { kind: 'neutral' });
});

test('a failure before the answer that is none of its speed says nothing of the host', () => {
  for (const code of ['tls', 'reset', 'protocol', 'cancelled'] as const) {
    assert.deepEqual(reportOfFailure(code), { kind: 'neutral' }, code);
  }
});

test('a body that breaks off comes from a host that answers', () => {
  const broken = new RecordError('reset', 'http://a.test/: failed');
  assert.deepEqual(hostReport({ status: 200, headers: {} }, broken, MAX_RETRY_AFTER_MS), { kind: 'answered' });
});

test('only 429 and 503 are answers of an overloaded host', () => {
  for (const status of [200, 304, 404, 500, 502]) assert.deepEqual(reportOfAnswer(status), { kind: 'answered' });
  for (const status of [429, 503]) assert.deepEqual(reportOfAnswer(status), { kind: 'overloaded', status });
});

test('a Retry-After is passed on up to the bound', () => {
  assert.deepEqual(reportOfAnswer(429, '7'), { kind: 'overloaded', status: 429, retryAfterMs: 7_000 });
  assert.deepEqual(reportOfAnswer(503, '3600'), { kind: 'overloaded', status: 503, retryAfterMs: MAX_RETRY_AFTER_MS });
});

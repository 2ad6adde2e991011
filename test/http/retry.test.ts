import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { RecordError } from '../../src/core/errors.ts';
import { type FailureCode, failureCodes } from '../../src/core/failure-codes.ts';
import { backOffMs, isWorthRetrying, retriedCodes, retryAfterMs, retryNote } from '../../src/http/retry.ts';

const NOW = Date.UTC(2026, 0, 1);

test('the reference says of each code whether it is tried again', () => {
  const { again = '', never = '' } = Object.fromEntries(retryNote.rows);
  for (const code of Object.keys(failureCodes) as FailureCode[]) {
    const isAgain = retriedCodes.has(code) || code === 'http-status';
    const names = (isAgain ? again : never).replaceAll(/ \([^)]*\)/g, '').split(', ');
    assert.ok(names.includes(code), code);
  }
  assert.match(again, /http-status \(408, 425, 429, 500, 502, 503, 504\)/);
});

describe('what is worth another attempt', () => {
  test('connections, time-outs and breaks are; all other codes are not', () => {
    const retried = (Object.keys(failureCodes) as FailureCode[]).filter((code) =>
      isWorthRetrying(new RecordError(code, '')),
    );
    assert.deepEqual(retried, ['connect-refused', 'connect-timeout', 'headers-timeout', 'idle-timeout', 'reset']);
  });

  test('of the statuses, those that say that it is for now', () => {
    const retried = Array.from({ length: 600 }, (_, status) => status).filter((status) =>
      isWorthRetrying(new RecordError('http-status', '', { facts: { status } })),
    );
    assert.deepEqual(retried, [408, 425, 429, 500, 502, 503, 504]);
  });

  test('a name server in trouble is, a name that does not exist is not', () => {
    const dns = (code: string) => new RecordError('dns', '', { cause: Object.assign(new Error(), { code }) });
    assert.equal(isWorthRetrying(dns('ETIMEOUT')), true);
    assert.equal(isWorthRetrying(dns('EAI_AGAIN')), true);
    assert.equal(isWorthRetrying(dns('ENOTFOUND')), false);
    assert.equal(isWorthRetrying(dns('ENODATA')), false);
  });
});

describe('back-off', () => {
  test('its range doubles from half a second and ends at half a minute', () => {
    const longest = [1, 2, 3, 6, 7, 8, 1_000].map((attempts) => backOffMs(attempts, () => 1));
    assert.deepEqual(longest, [500, 1_000, 2_000, 16_000, 30_000, 30_000, 30_000]);
    assert.equal(
      backOffMs(5, () => 0),
      0,
    );
  });
});

describe('Retry-After', () => {
  test('is read as seconds or as a date', () => {
    assert.equal(retryAfterMs('120', NOW), 120_000);
    assert.equal(retryAfterMs(' 0 ', NOW), 0);
    assert.equal(retryAfterMs('Thu, 01 Jan 2026 00:00:30 GMT', NOW), 30_000);
    assert.equal(retryAfterMs('Thursday, 01-Jan-26 00:00:30 GMT', NOW), 30_000);
  });

  test('of a date that has passed is no wait', () => {
    assert.equal(retryAfterMs('Wed, 31 Dec 2025 23:00:00 GMT', NOW), 0);
  });

  test('that is unreadable, or not there, is none; of several the first counts', () => {
    for (const field of ['', 'soon', '-5', '1.5', '2026', '5 minutes', undefined]) {
      assert.equal(retryAfterMs(field, NOW), field === '2026' ? 2_026_000 : undefined, field);
    }
    assert.equal(retryAfterMs(['1', '2'], NOW), 1_000);
  });

  test('is a wait or none, whatever it says', () => {
    fc.assert(
      fc.property(fc.string(), (field) => {
        const waitMs = retryAfterMs(field, NOW);
        assert.ok(waitMs === undefined || waitMs >= 0);
      }),
    );
  });
});

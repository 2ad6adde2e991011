import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RecordError } from '../../../src/core/errors.ts';
import type { FailureCode } from '../../../src/core/failure-codes.ts';
import { RobotsGate } from '../../../src/http/robots/robots-gate.ts';

const HOUR = 3_600_000;
const FILE = 'User-agent: *\nDisallow: /x\nCrawl-delay: 2';
const ALLOWED = new URL('http://a.example/y');
const DISALLOWED = new URL('http://a.example/x');

/** A gate over a file that is given as text, or as the error of its download. */
function setUp(answer: string | Error = FILE, maxCrawlDelayMs = 30_000) {
  const state = { nowMs: 0, answer };
  const downloads: string[] = [];
  const apart: unknown[] = [];
  const gate = new RobotsGate({
    token: 'sluice',
    maxCrawlDelayMs,
    download: (origin) => {
      downloads.push(origin);
      return typeof state.answer === 'string'
        ? Promise.resolve(Buffer.from(state.answer))
        : Promise.reject(state.answer);
    },
    keepApart: (...asked) => apart.push(asked),
    now: () => state.nowMs,
  });
  /** The code that a URL is refused with. */
  const refusal = async (url: URL) => {
    try {
      await gate.permit(url);
      return undefined;
    } catch (error) {
      return error instanceof RecordError ? error.code : error;
    }
  };
  return { state, downloads, apart, gate, refusal };
}

function failure(code: FailureCode, status?: number): RecordError {
  return new RecordError(code, 'test', status === undefined ? {} : { facts: { status } });
}

describe('the file of an origin', () => {
  test('is got once by all that come meanwhile, and then at hand', async () => {
    const { downloads, gate, refusal } = setUp();
    const codes = await Promise.all([ALLOWED, DISALLOWED, ALLOWED].map(refusal));
    assert.deepEqual(codes, [undefined, 'robots', undefined]);
    assert.equal(gate.permit(ALLOWED), undefined);
    assert.throws(() => gate.permit(DISALLOWED), { code: 'robots' });
    assert.deepEqual(downloads, ['http://a.example']);
  });

  test('is got anew after 24 hours', async () => {
    const { state, downloads, refusal } = setUp();
    await refusal(ALLOWED);
    state.nowMs = 24 * HOUR - 1;
    await refusal(ALLOWED);
    assert.equal(downloads.length, 1);
    state.nowMs = 24 * HOUR;
    state.answer = '';
    assert.equal(await refusal(DISALLOWED), undefined);
    assert.equal(downloads.length, 2);
  });

  test('holds for its scheme and port alone', async () => {
    const { downloads, refusal } = setUp();
    for (const url of ['http://a.example/', 'https://a.example/', 'http://a.example:8080/', 'http://b.example/']) {
      await refusal(new URL(url));
    }
    assert.deepEqual(downloads, ['http://a.example', 'https://a.example', 'http://a.example:8080', 'http://b.example']);
  });

  test('is not asked for a robots.txt, which always may be fetched', async () => {
    const { downloads, refusal } = setUp('User-agent: *\nDisallow: /');
    assert.equal(await refusal(new URL('http://a.example/robots.txt')), undefined);
    assert.deepEqual(downloads, []);
  });
});

describe('a file that could not be had', () => {
  for (const error of [
    ...[400, 401, 403, 404, 410, 499].map((status) => failure('http-status', status)),
    ...(['too-many-redirects', 'redirect-loop', 'bad-redirect', 'unsupported-scheme'] as const).map((code) =>
      failure(code),
    ),
  ]) {
    test(`for ${error.facts.status ?? error.code} allows everything for 24 hours`, async () => {
      const { state, downloads, refusal } = setUp(error);
      assert.equal(await refusal(DISALLOWED), undefined);
      state.nowMs = 24 * HOUR - 1;
      assert.equal(await refusal(DISALLOWED), undefined);
      assert.equal(downloads.length, 1);
    });
  }

  for (const status of [429, 500, 503, 599]) {
    test(`for ${status} allows nothing for ten minutes, and is then asked for again`, async () => {
      const { state, downloads, refusal } = setUp(failure('http-status', status));
      assert.equal(await refusal(ALLOWED), 'robots');
      state.nowMs = HOUR / 6 - 1;
      assert.equal(await refusal(ALLOWED), 'robots');
      assert.equal(downloads.length, 1);
      state.nowMs = HOUR / 6;
      state.answer = FILE;
      assert.equal(await refusal(ALLOWED), undefined);
    });
  }

  for (const code of ['dns', 'connect-refused', 'tls', 'deadline', 'reset', 'protocol', 'blocked-address'] as const) {
    test(`for ${code} fails the URLs with that for ten minutes`, async () => {
      const { state, downloads, refusal } = setUp(failure(code));
      assert.deepEqual(await Promise.all([ALLOWED, DISALLOWED].map(refusal)), [code, code]);
      assert.equal(downloads.length, 1);
      state.nowMs = HOUR / 6;
      assert.equal(await refusal(ALLOWED), code);
      assert.equal(downloads.length, 2);
    });
  }

  for (const code of ['cancelled', 'host-down'] as const) {
    test(`for ${code} fails those that wait, and nothing is remembered`, async () => {
      const { state, refusal } = setUp(failure(code));
      assert.deepEqual(await Promise.all([ALLOWED, DISALLOWED].map(refusal)), [code, code]);
      state.answer = FILE;
      assert.equal(await refusal(ALLOWED), undefined);
    });
  }

  test('since its host was given up on fails those that wait, and nothing is remembered', async () => {
    const facts = { status: 429, attempts: 0 };
    const { state, refusal } = setUp(new RecordError('http-status', 'given up on', { facts }));
    assert.equal(await refusal(ALLOWED), 'http-status');
    state.answer = FILE;
    assert.equal(await refusal(ALLOWED), undefined);
  });

  test('for a bug throws that', async () => {
    const bug = new Error('a bug');
    assert.equal(await setUp(bug).refusal(ALLOWED), bug);
  });
});

describe('the crawl-delay', () => {
  test('is told before each request, from when the file had come', async () => {
    const { state, apart, refusal } = setUp();
    state.nowMs = 5;
    await refusal(ALLOWED);
    state.nowMs = 9;
    await refusal(ALLOWED);
    assert.deepEqual(apart, Array(2).fill(['a.example', 2_000, 5]));
  });

  test('is told as the longest allowed at most', async () => {
    const { apart, refusal } = setUp(FILE, 1_500);
    await refusal(ALLOWED);
    assert.deepEqual(apart, [['a.example', 1_500, 0]]);
  });

  test('is not told of where there is none, nor for what is not fetched', async () => {
    const { state, apart, refusal } = setUp();
    await refusal(DISALLOWED);
    state.answer = '';
    await refusal(new URL('http://b.example/'));
    assert.deepEqual(apart, []);
  });
});

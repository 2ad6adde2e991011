import assert from 'node:assert/strict';
import { test } from 'node:test';
import { acceptedCodings } from '../../../src/http/headers/acceptance.ts';

const page = { types: ['html'], maxBytes: 1_000, truncate: false } as const;

function codingsOf(
  status: number,
  headers: Record<string, string>,
  accepted: Parameters<typeof acceptedCodings>[2] = page,
) {
  return acceptedCodings({ status, headers }, 'http://a.example/', accepted);
}

test('an answer that is taken gives its codings, the last applied first', () => {
  assert.deepEqual(codingsOf(200, { 'content-encoding': 'gzip, br' }), ['br', 'gzip']);
  assert.deepEqual(codingsOf(299, {}), []);
});

for (const [code, status, headers] of [
  ['http-status', 199, {}],
  ['http-status', 300, {}],
  ['http-status', 503, { 'content-type': 'image/png' }],
  ['not-html', 200, { 'content-type': 'text/plain' }],
  ['decode', 200, { 'content-encoding': 'compress' }],
  ['too-large', 200, { 'content-length': '1001' }],
] as const) {
  test(`${status} with ${JSON.stringify(headers)} is ${code}`, () => {
    assert.throws(() => codingsOf(status, headers), { code });
  });
}

test('what is no coding changes nothing', () => {
  for (const field of ['utf-8', 'none', 'binary, identity', '']) {
    assert.deepEqual(codingsOf(200, { 'content-encoding': field }), [], field);
  }
  assert.deepEqual(codingsOf(200, { 'content-encoding': 'gzip, UTF-8' }), ['gzip']);
});

test('an answer without content is taken whatever its header says', () => {
  const headers = { 'content-type': 'image/png', 'content-encoding': 'rot13', 'content-length': '9999' };
  for (const status of [204, 205]) assert.deepEqual(codingsOf(status, headers), []);
});

test('each type of page is taken where it is asked for', () => {
  const accepted = { ...page, types: ['xml', 'text'] } as const;
  for (const type of ['text/plain', 'application/rss+xml; x=y', 'text/XML']) {
    assert.deepEqual(codingsOf(200, { 'content-type': type }, accepted), []);
  }
  for (const headers of [{}, { 'content-type': 'text/html' }]) {
    assert.throws(() => codingsOf(200, headers, accepted), { code: 'not-html', message: /not XML or text but/ });
  }
});

test('a gzip file is decoded as one where XML is taken, and once where its Content-Encoding says it too', () => {
  const accepted = { ...page, types: ['xml'] } as const;
  const headers = { 'content-type': 'application/x-gzip' };
  assert.deepEqual(codingsOf(200, headers, accepted), ['gzip']);
  assert.deepEqual(codingsOf(200, { ...headers, 'content-encoding': 'br' }, accepted), ['br']);
  assert.throws(() => codingsOf(200, headers), { code: 'not-html' });
  assert.deepEqual(codingsOf(200, headers, { ...page, types: 'any' }), []);
});

test('any type is taken where that is asked for, and any length where the rest is cut off', () => {
  const headers = { 'content-type': 'text/plain', 'content-length': '1001' };
  assert.deepEqual(codingsOf(200, headers, { types: 'any', maxBytes: 1_000, truncate: true }), []);
});

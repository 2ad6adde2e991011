import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseUrl } from '../../../src/core/urls/parse-url.ts';

test('a host with a Latin-1 character parses however often it is asked', () => {
  // Some versions of Node reject it once their parser has been optimised, which takes some thousand calls.
  for (let count = 0; count < 20_000; count += 1) {
    assert.equal(parseUrl('http://ä.example/')?.href, 'http://xn--4ca.example/');
  }
});

test('a relative URL is resolved against the base', () => {
  assert.equal(parseUrl('../b?c', 'http://a.example/x/y')?.href, 'http://a.example/b?c');
});

test('what is no URL gives undefined', () => {
  assert.equal(parseUrl('http://[1'), undefined);
});

test('a host longer than any name is refused before it is parsed', () => {
  const startedAt = performance.now();
  assert.equal(parseUrl(`http://${'ä'.repeat(100_000)}/`), undefined);
  assert.equal(parseUrl(`//${'a'.repeat(256)}/`, 'http://a.example/'), undefined);
  // Parsing the first takes some ten seconds.
  assert.equal(performance.now() - startedAt < 2_000, true);
});

test('a long path is no long host', () => {
  assert.equal(parseUrl(`http://a.example/${'b'.repeat(2_000)}`)?.pathname.length, 2_001);
});

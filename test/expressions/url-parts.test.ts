import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseUrl } from '../../src/core/urls/parse-url.ts';
import { UrlParts } from '../../src/expressions/url-parts.ts';

test('the host of a URL is the one that the standard gives it, however it is written', () => {
  const label = fc.oneof(
    fc.stringMatching(/^[a-z0-9-]{1,4}$/),
    fc.constantFrom('xn--', 'xn--bcher-kva', '1', '0x7f', 'a'.repeat(120), 'Ab', 'é', '%61', 'a_b', ''),
  );
  const host = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.'));
  const parts = [
    fc.constantFrom('http:', 'https:', 'HTTPS:', 'ftp:', 'mailto:', ' http:'),
    fc.constantFrom('//', '/', '\\\\'),
    fc.constantFrom('', 'user@', 'a:b@'),
    host,
    fc.constantFrom('', ':80', ':99999', ':'),
    fc.constantFrom('/', '?q', '#f', '', '/a@b', '\\'),
  ] as const;
  const property = fc.property(fc.tuple(...parts), (texts) => {
    const text = texts.join('');
    assert.equal(new UrlParts().host(text), parseUrl(text)?.hostname ?? '', text);
  });
  fc.assert(property, { numRuns: 3000 });
});

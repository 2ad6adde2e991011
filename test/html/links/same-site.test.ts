import assert from 'node:assert/strict';
import { it } from 'node:test';
import { isSameSite } from '../../../src/html/links/same-site.ts';

const cases: readonly (readonly [url: string, other: string, isSame: boolean])[] = [
  ['https://a.example.co.uk/x', 'http://example.co.uk:8080/', true],
  ['https://example.co.uk/', 'https://other.co.uk/', false],
  ['https://a.github.io/', 'https://b.github.io/', false],
  ['https://x.a.github.io/', 'https://a.github.io/', true],
  ['https://www.xn--bcher-kva.de/', 'https://xn--bcher-kva.de/', true],
  ['http://127.0.0.1:1/', 'http://127.0.0.1:2/', true],
  ['http://127.0.0.1/', 'http://127.0.0.2/', false],
  ['http://[::1]:8080/x', 'http://[::1]/', true],
  ['http://[::1]/', 'http://[::2]/', false],
  ['http://localhost:1/', 'http://localhost/', true],
  ['http://a.localhost/', 'http://b.localhost/', false],
  ['http://user:pass@a.example.com/', 'http://example.com/', true],
  ['ftp://ftp.example.com/', 'https://example.com/', true],
  ['mailto:a@example.com', 'https://example.com/', false],
  ['javascript:open("http://example.com/")', 'http://example.com/', false],
  ['data:,http://example.com', 'data:,http://example.com', false],
  ['x://example.com?a/b', 'http://example.com/', true],
];
for (const [url, other, isSame] of cases) {
  it(`${url} is ${isSame ? '' : 'not '}of the site of ${other}`, () => {
    assert.equal(isSameSite(url, other), isSame);
    assert.equal(isSameSite(other, url), isSame);
  });
}

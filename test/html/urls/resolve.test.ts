import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { baseUrl, resolveUrl, serialize } from '../../../src/html/urls/resolve.ts';

const BASE = 'http://user:pw@base.test:81/d/e?q#f';
const stars = (query: string) => query.replace(/[^\0-\x7f]/g, '*');
const resolve = (raw: string, base = BASE, encode?: (query: string) => string) => {
  const url = resolveUrl(raw, base, encode);
  return url === undefined ? undefined : serialize(url);
};

function parsed(raw: string): string | undefined {
  try {
    return new URL(raw, BASE).href;
  } catch {
    return undefined;
  }
}

describe('resolveUrl', () => {
  it("gives what the platform's parser gives, but for circumflexes", () => {
    const parts = fc.constantFrom(
      'http:',
      'x:',
      '//',
      '/',
      '\\',
      '?',
      '#',
      '..',
      '.',
      'a',
      'ä',
      ' ',
      '\t',
      '%',
      '@',
      ':',
      '[',
      '80',
      '\0',
      '&',
      '=',
      '|',
      '"',
    );
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 12 }), (pieces) => {
        const raw = pieces.join('');
        assert.equal(resolve(raw), parsed(raw));
        // With an encoder that changes nothing, nothing changes.
        assert.equal(
          resolve(raw, BASE, (query) => query),
          resolve(raw),
        );
      }),
      { numRuns: 1000 },
    );
  });

  const queries: readonly (readonly [title: string, raw: string, url: string])[] = [
    ['only the query is written in the encoding', 'ä?ä#ä', 'http://user:pw@base.test:81/d/%C3%A4?*#%C3%A4'],
    ['a question mark in the fragment begins no query', 'a#ä?ä', 'http://user:pw@base.test:81/d/a#%C3%A4?%C3%A4'],
    ['the first question mark begins it', '?ä?ä', 'http://user:pw@base.test:81/d/e?*?*'],
    ['line ends and spaces around are dropped first', ' ?ä\nb \r', 'http://user:pw@base.test:81/d/e?*b'],
    ['web sockets are UTF-8', 'ws://h.test/?ä', 'ws://h.test/?%C3%A4'],
    ['schemes that are not special are UTF-8', 'x://h.test/?ä', 'x://h.test/?%C3%A4'],
    ['opaque paths are UTF-8', 'mailto:a?ä', 'mailto:a?%C3%A4'],
    ['https, ftp and file are written in the encoding', 'https://h.test?ä', 'https://h.test/?*'],
  ];
  for (const [title, raw, url] of queries) {
    it(`${title} (https://url.spec.whatwg.org/#query-state)`, () => assert.equal(resolve(raw, BASE, stars), url));
  }

  it('hosts beyond ASCII are read the ten thousandth time too', () => {
    // Node's URL.canParse says no to them once it is optimised.
    for (let count = 0; count < 10_000; count += 1) assert.equal(resolve(`//ä${count}/`)?.slice(0, 11), 'http://xn--');
  });

  it('a host of more than 255 characters is none', () => {
    const host = (length: number) => 'ä'.repeat(length);
    assert.ok(resolve(`http://${host(255)}/`));
    for (const raw of [`http://${host(256)}/`, `//${host(256)}`, ` ht\ntp:${host(256)}`, `\\/u@${host(256)}:80?x`]) {
      assert.equal(resolve(raw), undefined, raw.slice(0, 12));
    }
  });

  it('long paths, queries, names of users and other schemes are no hosts', () => {
    const long = 'a'.repeat(300);
    for (const raw of [
      long,
      `/${long}`,
      `?${long}`,
      `//${long}@h.test/`,
      `http://h.test/${long}`,
      `javascript:${long}`,
      `data:,${long}`,
    ]) {
      assert.ok(resolve(raw), raw.slice(0, 16));
    }
  });
});

describe('serialize (https://url.spec.whatwg.org/#path-percent-encode-set)', () => {
  const cases: readonly (readonly [raw: string, url: string])[] = [
    ['http://h.test/a^b/^', 'http://h.test/a%5Eb/%5E'],
    ['http://h.test/a?^', 'http://h.test/a?^'],
    ['http://h.test/a#^', 'http://h.test/a#^'],
    ['http://h.test/^?^#^', 'http://h.test/%5E?^#^'],
    ['http://h.test/^?', 'http://h.test/%5E?'],
    ['x://h/a^', 'x://h/a%5E'],
    ['x:a^b', 'x:a^b'],
    ['http://h.test/|', 'http://h.test/|'],
  ];
  for (const [raw, url] of cases) it(`${raw} is ${url}`, () => assert.equal(serialize(new URL(raw)), url));
});

describe('baseUrl (https://html.spec.whatwg.org/#set-the-frozen-base-url)', () => {
  const cases: readonly (readonly [raw: string, base: string])[] = [
    ['/x', 'http://user:pw@base.test:81/x'],
    ['', 'http://user:pw@base.test:81/d/e?q'],
    ['//h.test', 'http://h.test/'],
    ['http://[', BASE],
    ['data:,x', BASE],
    ['JavaScript:x', BASE],
    ['about:blank', 'about:blank'],
  ];
  for (const [raw, base] of cases) it(`${raw} gives ${base}`, () => assert.equal(baseUrl(raw, BASE), base));
});

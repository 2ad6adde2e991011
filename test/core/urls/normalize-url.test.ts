import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type UrlChanges, urlNormalizer } from '../../../src/core/urls/normalize-url.ts';

const off: UrlChanges = {
  stripFragment: false,
  stripTracking: false,
  stripParameters: [],
  sortQuery: false,
  stripEmptyQuery: false,
  stripWww: false,
  stripIndex: false,
  stripTrailingSlash: false,
  lowerCasePath: false,
  https: false,
};

const cases: readonly (readonly [Partial<UrlChanges>, string, string])[] = [
  [{ stripFragment: true }, 'https://a.example/x?y#z?q', 'https://a.example/x?y'],
  [{ stripTracking: true }, 'https://a.example/?utm_source=x&id=1&GCLID=2', 'https://a.example/?id=1'],
  [{ stripTracking: true }, 'https://a.example/?utm_source=x#top', 'https://a.example/#top'],
  [{ stripTracking: true }, 'https://a.example/?id=%C3%A4&&a=b+c', 'https://a.example/?id=%C3%A4&&a=b+c'],
  [{ stripParameters: ['Session', 'ref_*'] }, 'http://a.example/?session=1&ref_x&refx=2', 'http://a.example/?refx=2'],
  [{ sortQuery: true }, 'https://a.example/?b=2&a=2&b=1&a', 'https://a.example/?a=2&a&b=2&b=1'],
  [{ stripEmptyQuery: true }, 'https://a.example/?', 'https://a.example/'],
  [{ stripEmptyQuery: true }, 'https://a.example/?#', 'https://a.example/#'],
  [{ stripWww: true }, 'https://u:p@www.a.example:8443/', 'https://u:p@a.example:8443/'],
  [{ stripWww: true }, 'https://www.www.a.example/', 'https://a.example/'],
  [{ stripTrailingSlash: true }, 'https://a.example/x//', 'https://a.example/x'],
  [{ stripIndex: true, stripTrailingSlash: true }, 'https://a.example/index.html/index.html', 'https://a.example/'],
  [{ stripWww: true }, 'https://www.example/', 'https://www.example/'],
  [{ stripIndex: true }, 'https://a.example/x/INDEX.html?a', 'https://a.example/x/?a'],
  [{ stripIndex: true, stripTrailingSlash: true }, 'https://a.example/x/index.php', 'https://a.example/x'],
  [{ stripTrailingSlash: true }, 'https://a.example/', 'https://a.example/'],
  [{ lowerCasePath: true }, 'https://a.example/A/%C3?Q=A', 'https://a.example/a/%c3?Q=A'],
  [{ https: true }, 'http://a.example/', 'https://a.example/'],
  [{ https: true }, 'http://a.example:8080/', 'http://a.example:8080/'],
  [{ https: true, stripFragment: true }, 'mailto:me@a.example?utm_source=x#y', 'mailto:me@a.example?utm_source=x#y'],
];

for (const [changes, from, to] of cases) {
  test(`${JSON.stringify(changes)} makes ${to} of ${from}`, () => {
    assert.equal(urlNormalizer({ ...off, ...changes })(from), to);
  });
}

const urls = fc
  .webUrl({ withFragments: true, withQueryParameters: true, authoritySettings: { withPort: true, withUserInfo: true } })
  .map((url) => new URL(url).href);
const anyChanges = fc.record({
  stripFragment: fc.boolean(),
  stripTracking: fc.boolean(),
  stripParameters: fc.array(fc.constantFrom('a', 'b*', '*')),
  sortQuery: fc.boolean(),
  stripEmptyQuery: fc.boolean(),
  stripWww: fc.boolean(),
  stripIndex: fc.boolean(),
  stripTrailingSlash: fc.boolean(),
  lowerCasePath: fc.boolean(),
  https: fc.boolean(),
});

test('with nothing to change every URL stays as it is', () => {
  fc.assert(fc.property(urls, (url) => urlNormalizer(off)(url) === url));
});

test('twice is as once, and the result is a URL in its serialised form', () => {
  fc.assert(
    fc.property(urls, anyChanges, (url, changes) => {
      const normalize = urlNormalizer(changes);
      const once = normalize(url);
      assert.equal(normalize(once), once);
      assert.equal(new URL(once).href, once);
    }),
  );
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { refreshUrl, srcsetUrls, tokenUrls } from '../../../src/html/urls/url-lists.ts';

describe('srcsetUrls (https://html.spec.whatwg.org/#parse-a-srcset-attribute)', () => {
  const cases: readonly (readonly [value: string, urls: readonly string[]])[] = [
    ['', []],
    [' , ,', []],
    ['a', ['a']],
    ['a 1x, b 2x', ['a', 'b']],
    ['a 1x,b 2x', ['a', 'b']],
    ['a, b', ['a', 'b']],
    ['a,b', ['a,b']],
    ['a,, b', ['a', 'b']],
    ['data:image/gif;base64,R0lG 1x, b', ['data:image/gif;base64,R0lG', 'b']],
    ['a (1,2) 1x, b', ['a', 'b']],
    ['a (1,2', ['a']],
    ['\n a\t100w ,\f b', ['a', 'b']],
    ['a 1x 2w 3h what, b', ['a', 'b']],
  ];
  for (const [value, urls] of cases) {
    it(`${JSON.stringify(value)} has ${JSON.stringify(urls)}`, () => assert.deepEqual(srcsetUrls(value), urls));
  }

  it('candidates that are joined come apart again', () => {
    const url = fc.stringMatching(/^[a-z/.:?=][a-z/.:?=,]{0,8}[a-z/.:?=]$/);
    const descriptor = fc.constantFrom('', ' 1x', ' 2.5x', ' 100w', ' 10w 20h');
    fc.assert(
      fc.property(fc.array(fc.tuple(url, descriptor)), fc.constantFrom(', ', ' , ', ',\n'), (candidates, comma) => {
        const value = candidates.map((parts) => parts.join('')).join(comma);
        assert.deepEqual(
          srcsetUrls(value),
          candidates.map(([first]) => first),
        );
      }),
    );
  });
});

describe('tokenUrls', () => {
  it('ASCII white space separates, nothing else', () => {
    assert.deepEqual(tokenUrls(' a\tb\n\fc,d\u00a0e\r'), ['a', 'b', 'c,d\u00a0e']);
    assert.deepEqual(tokenUrls(' '), []);
  });
});

describe('refreshUrl (https://html.spec.whatwg.org/#shared-declarative-refresh-steps)', () => {
  const cases: readonly (readonly [value: string, url: string | undefined])[] = [
    ['0;url=x', 'x'],
    [' 0 ; URL = x y ', 'x y '],
    ['0;x', 'x'],
    ['0,x', 'x'],
    ['0 x', 'x'],
    ['0.5; url="x"y', 'x'],
    ['0;url=\'x"', 'x"'],
    ['.;url=x', 'x'],
    ['0;"x"y', 'x'],
    ['0;ur=x', 'ur=x'],
    ['0;url', 'url'],
    ['0;url x', 'url x'],
    ['0;url=', ''],
    ['0', undefined],
    ['0;', undefined],
    ['', undefined],
    ['url=x', undefined],
    ['x;url=y', undefined],
    ['0x;url=y', undefined],
    ['-1;url=y', undefined],
  ];
  for (const [value, url] of cases) {
    it(`${JSON.stringify(value)} has ${JSON.stringify(url)}`, () => assert.equal(refreshUrl(value), url));
  }
});

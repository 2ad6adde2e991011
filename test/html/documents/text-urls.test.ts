import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { textUrls } from '../../../src/html/documents/text-urls.ts';

describe('textUrls', () => {
  const cases: readonly (readonly [text: string, urls: readonly string[]])[] = [
    ['see https://a.test/x.', ['https://a.test/x']],
    ['(http://a.test/x) [http://b.test]', ['http://a.test/x', 'http://b.test']],
    ['http://en.test/wiki/A_(b) and (http://en.test/A_(b)).', ['http://en.test/wiki/A_(b)', 'http://en.test/A_(b)']],
    ['"http://a.test/?q=1&r=2", <http://b.test/>', ['http://a.test/?q=1&r=2', 'http://b.test/']],
    ['http://a.test/a,b;c!', ['http://a.test/a,b;c']],
    ['http://a.test/,http://b.test/;https://c.test', ['http://a.test/', 'http://b.test/', 'https://c.test']],
    ['http://web.test/2020/http://a.test/', ['http://web.test/2020/http://a.test/']],
    ['[text](http://a.test/x) **http://b.test/**', ['http://a.test/x', 'http://b.test/']],
    ['url=http://a.test/', ['http://a.test/']],
    ['ftp://a.test/ git+ssh://b.test/', ['ftp://a.test/', 'git+ssh://b.test/']],
    ['http://[::1]:80/x', ['http://[::1]:80/x']],
    ['見http://a.test/é。次', ['http://a.test/é']],
    ['“http://a.test/”…', ['http://a.test/']],
    ['http:// http://. ://x', []],
    ['a.test www.b.test mailto:x@y.test', []],
    ['http://a.test/\u00a0x', ['http://a.test/']],
    ['', []],
  ];
  for (const [text, urls] of cases) {
    it(`${JSON.stringify(text)} has ${urls.length}`, () => assert.deepEqual(textUrls(text), urls));
  }

  it('URLs that end in a letter are found between words', () => {
    const url = fc.stringMatching(/^https?:\/\/[a-z0-9.-]{1,10}(?:\/[a-z0-9/?=&#%.-]{0,10}[a-z0-9])$/);
    const between = fc.constantFrom(' ', '\n', '. ', ', ', ' (', ') ', '> <', '" "', '; x, ');
    fc.assert(
      fc.property(fc.array(fc.tuple(url, between)), (parts) => {
        assert.deepEqual(
          textUrls(parts.flat().join('')),
          parts.map(([found]) => found),
        );
      }),
    );
  });

  it('any text is read in linear time', () => {
    for (const unit of ['://', 'a://', 'a', 'http://a)', ')', 'http://((', ',a', ',a://', 'http://a,', '.']) {
      const start = performance.now();
      textUrls(`http://x/${unit.repeat(100_000)}`);
      assert.ok(performance.now() - start < 2_000, unit);
    }
  });
});

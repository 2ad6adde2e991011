import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RecordError } from '../../../src/core/errors.ts';
import { DEFAULT_MAX_LINKS, type LinkOptions, linkExtraction } from '../../../src/html/link-extractor.ts';

function read(html: string, options: LinkOptions): number {
  const reader = linkExtraction(options).open({
    finalUrl: 'http://site.test/',
    contentType: 'text/html;charset=utf-8',
  });
  const bytes = Buffer.from(html);
  for (let start = 0; start < bytes.length; start += 65_536) reader.write(bytes.subarray(start, start + 65_536));
  return reader.end().length;
}

const isTooLarge = (error: unknown) => error instanceof RecordError && error.code === 'too-large';

describe('maxLinks', () => {
  it('a page may have so many distinct URLs and no more', () => {
    const page = '<a href=1><a href=2><a href=1><a href=./2><a href=2>';
    assert.equal(read(page, { maxLinks: 3 }), 2);
    assert.throws(() => read(page, { maxLinks: 2 }), isTooLarge);
  });

  it('with all occurrences, each of them counts', () => {
    const page = '<a href=1>'.repeat(3);
    assert.equal(read(page, { maxLinks: 3, allOccurrences: true }), 3);
    assert.throws(() => read(page, { maxLinks: 2, allOccurrences: true }), isTooLarge);
  });

  it('by default a page may have 100,000', () => {
    const page = (count: number) => Array.from({ length: count }, (_, index) => `<a href=${index}>`).join('');
    assert.equal(read(page(DEFAULT_MAX_LINKS), {}), 100_000);
    assert.throws(() => read(page(DEFAULT_MAX_LINKS + 1), {}), isTooLarge);
  });

  it('a long base does not make much of little', () => {
    const page = (base: number) => `<base href="/${'x'.repeat(base)}/"><a href=1><a href=2><a href=3><a href=4>`;
    assert.equal(read(page(400), { maxLinks: 4 }), 4);
    assert.throws(() => read(page(600), { maxLinks: 4 }), isTooLarge);
    assert.throws(() => read(page(600), { maxLinks: 4, allOccurrences: true }), isTooLarge);
  });
});

describe('details', () => {
  it('each new link keeps its own where known ones stand between', () => {
    const reader = linkExtraction({ columns: ['title'] }).open({ finalUrl: 'http://site.test/', contentType: null });
    reader.write(Buffer.from('<a href=1 title=one>'.padEnd(2000)));
    reader.write(Buffer.from('<a href=1 title=x><a href=2 title=two><a href=1 title=x><a href=2 title=x><a href=3>'));
    assert.deepEqual(
      reader.end().map(({ details }) => details?.title),
      ['one', 'two', null],
    );
  });
});

describe('framesets', () => {
  it('what stands before the body twice does not keep what stands in it', () => {
    const page = '<link href=1><link href=1><div><a href=0></a></div><frameset><frame src=2>';
    assert.equal(read(page, { select: 'all' }), 2);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type LinkOptions, linkExtraction } from '../../../src/html/link-extractor.ts';

const options: LinkOptions = { select: 'all', allOccurrences: true, srcdoc: true };
const extraction = linkExtraction(options);
const withText = linkExtraction({ ...options, columns: ['text'] });

/** In a body, which is where the handler takes the short way. */
const BODY = '<!doctype html><body><p>x';

const TAGS = [
  '<a href=1>',
  '<a href=2 ping="3 4">',
  '</a>',
  '<area href=5>',
  '<link href=6>',
  '<image src=7>',
  '<img src=8 alt=x>',
  '<base href=/9/>',
  '<meta http-equiv=refresh content="0;url=10">',
  '<meta content="0;url=11">',
  '<form action=12>',
  '</form>',
  '<svg>',
  '</svg>',
  '<template>',
  '</template>',
  '<frame src=13>',
  '<head profile=14>',
  '<body background=15>',
  '<iframe srcdoc="<a href=16><a href=17>"></iframe>',
  '<font color=red>',
];

describe('LinkHandler', () => {
  it('a tag comes to the same whether one of its name stands before it or another one', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...TAGS), { maxLength: 12 }), fc.boolean(), (tags, hasText) => {
        const used = hasText ? withText : extraction;
        assert.deepEqual(read(BODY + tags.join(''), used), read(BODY + tags.join('<source>'), used));
      }),
      { numRuns: 1500 },
    );
  });

  it('a refresh is a link also where the encoding is known', () => {
    const html = '<meta content="0;url=1" http-equiv=refresh><meta charset=koi8-r><a href="2?é">';
    assert.deepEqual(read(html, extraction), ['http://site.test/1', 'http://site.test/2?%C3%A9']);
  });

  it('each meta may declare the encoding until one has', () => {
    const html = '<meta name=x><meta charset=koi8-r><meta charset=utf-8>'.padStart(1_200);
    const bytes = Buffer.concat([Buffer.from(`${html}<a href="`), Uint8Array.of(0xc1), Buffer.from('">')]);
    assert.deepEqual(read(bytes, linkExtraction(), null), ['http://site.test/%D0%B0']);
  });
});

function read(
  html: string | Uint8Array,
  { open }: typeof extraction,
  contentType: string | null = 'text/html;charset=utf-8',
): string[] {
  const reader = open({ finalUrl: 'http://site.test/', contentType });
  reader.write(typeof html === 'string' ? Buffer.from(html) : html);
  return reader.end().map(({ url }) => url);
}

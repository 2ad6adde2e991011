import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type LinkOptions, linkExtraction } from '../../../src/html/link-extractor.ts';
import { MAX_TEXT_LENGTH } from '../../../src/html/links/anchor-text.ts';

const scanners = ['bytes', 'bytes-js', 'htmlparser2'] as const;

function find(html: string | readonly Uint8Array[], options: LinkOptions) {
  const reader = linkExtraction(options).open({
    finalUrl: 'http://site.test/',
    contentType: 'text/html;charset=utf-8',
  });
  for (const chunk of typeof html === 'string' ? [Buffer.from(html)] : html) reader.write(chunk);
  return reader.end();
}

function textsOf(html: string | readonly Uint8Array[], options: LinkOptions = {}): (string | null | undefined)[] {
  return find(html, { columns: ['text'], ...options }).map(({ details }) => details?.text);
}

describe('text', () => {
  const cases: readonly (readonly [title: string, html: string, texts: readonly (string | null)[]])[] = [
    ['that of an anchor', '<a href=1>one</a> x <a href=2>two</a>', ['one', 'two']],
    ['white space is collapsed', '<a href=1>\n  one\t<b> two </b>&nbsp;\u00a0 three </a>', ['one two three']],
    ['elements within a line do not separate', '<a href=1>o<b>n</b>e<wbr>s</a>', ['ones']],
    ['blocks and line ends do', '<a href=1><div>one</div><div>two</div>x<br>y</a>', ['one two x y']],
    ['references are decoded', '<a href=1>a &amp; b &lt;c&gt; &copy1 &notit; &#x1F600;</a>', ['a & b <c> ©1 ¬it; 😀']],
    ['a reference does not go across a tag', '<a href=1>&am<b>p;</b></a>', ['&amp;']],
    ['a less-than sign that begins no tag is text', '<a href=1>a < b <<i>c</i> 1<2</a>', ['a < b <c 1<2']],
    ['the beginning of a tag that the document does not end is none', '<a href=1>a<x', ['a']],
    ['the same with a slash', '<a href=1>a<x/', ['a']],
    ['a less-than sign at the very end is text', '<a href=1>a<', ['a<']],
    ['images count by their alt', '<a href=1><img src=x alt="the &amp; logo">text</a>', ['the & logo text']],
    ['an alt is not decoded twice', '<a href=1><img alt="&amp;lt;"></a>', ['&lt;']],
    ['images without alt do not', '<a href=1>a <img src=x> b</a><a href=2><img></a>', ['a b', '']],
    ['comments do not', '<a href=1>a<!-- <b>no</b> -->b</a>', ['ab']],
    [
      'scripts, styles and titles do not',
      '<a href=1>a<script>no</script><style>no</style><title>no</title>b</a>',
      ['a b'],
    ],
    ['an anchor ends where the next one begins', '<a href=1>one<a href=2>two<a name=x>no</a>', ['one', 'two']],
    ['or with its table cell', '<table><td><a href=1>one<td>no</table>', ['one']],
    ['or with its row', '<table><tr><td><a href=1>one</tr><tr><td>no', ['one']],
    [
      'but not with one within',
      '<a href=1><table><tr><td>one</td><td>two</td></tr></table>three</a>no',
      ['one two three'],
    ],
    ['or with the body', '<body><a href=1>one</body>no', ['one']],
    ['or with the document', '<a href=1>one', ['one']],
    ['an area has its alt', '<map><area href=1 alt=" the  area "><area href=2></map>', ['the area', null]],
    ['a link has none', '<link href=1>text', [null]],
    ['links in SVG have theirs', '<svg><a href=1><text>one</text></a><a href=2 />no</svg>', ['one', '']],
    ['templates within do not count', '<a href=1>a<template><a href=0>x</a></template>b</a>', ['ab']],
    ['NUL is dropped', '<a href=1>a\0b</a>', ['ab']],
    ['an unclosed reference at the end is decoded', '<a href=1>x &copy</a>', ['x ©']],
  ];
  for (const [title, html, texts] of cases) {
    it(title, () => {
      for (const scanner of scanners) {
        assert.deepEqual(textsOf(html, { scanner }), texts, scanner);
        const bytes = Array.from(Buffer.from(html), (byte) => Uint8Array.of(byte));
        assert.deepEqual(textsOf(bytes, { scanner }), texts, `${scanner}, byte by byte`);
      }
    });
  }

  it('the first of several equal links counts', () => {
    assert.deepEqual(textsOf('<a href=1>one</a><a href=1>two</a>'), ['one']);
    assert.deepEqual(textsOf('<a href=1>one</a><a href=1>two</a>', { allOccurrences: true }), ['one', 'two']);
  });

  it('an image that is a link has its alt', () => {
    assert.deepEqual(textsOf('<img src=1 alt=one><a href=2><img src=3 alt=three></a>', { select: 'all' }), [
      'one',
      'three',
      'three',
    ]);
  });

  it(`it is cut at ${MAX_TEXT_LENGTH} characters, and between two`, () => {
    const emoji = '😀'.repeat(MAX_TEXT_LENGTH);
    assert.deepEqual(textsOf(`<a href=1>${'x'.repeat(600)}</a><a href=2>x${emoji}</a>`), [
      'x'.repeat(MAX_TEXT_LENGTH),
      `x${emoji.slice(0, MAX_TEXT_LENGTH - 2)}`,
    ]);
  });

  it('it does not depend on how the document is cut, nor on the scanner', () => {
    const pieces = [
      '<a href=',
      '1>',
      '</a>',
      ' ',
      '\n',
      '&am',
      'p;',
      '&lt',
      '<b>',
      '</b>',
      '<td>',
      '<!--',
      '-->',
      'é',
      'x',
    ];
    const more = [
      '<img alt="',
      '">',
      '<table>',
      '</table>',
      '<',
      '\0',
      '<script>',
      '</script>',
      '<p>',
      '<svg>',
      '</svg>',
    ];
    const parts = fc.array(fc.constantFrom('<a href=1>', ...pieces, ...more), { maxLength: 30 });
    fc.assert(
      fc.property(parts, fc.array(fc.nat(300), { maxLength: 20 }), (markup, cuts) => {
        const bytes = Buffer.from(markup.join(''));
        const edges = [0, ...cuts.map((edge) => edge % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
        const chunks = edges.slice(1).map((end, index) => Buffer.from(bytes.subarray(edges[index], end)));
        const options: LinkOptions = { allOccurrences: true };
        const whole = textsOf([bytes], options);
        assert.deepEqual(textsOf(chunks, options), whole);
        assert.deepEqual(textsOf(chunks, { ...options, scanner: 'htmlparser2' }), whole);
      }),
      { numRuns: 500 },
    );
  });
});

describe('details', () => {
  const html = '<link rel="a  b" href=1 TYPE=text/css media=print hreflang=de title="&lt;T"><a ping="2 3" href=4>x</a>';
  const none = { rel: null, title: null, hreflang: null, type: null, media: null, text: null };

  it('there are none unless columns need them', () => {
    assert.deepEqual(find('<a rel=x href=1>', { columns: ['source_url', 'parsed_url', 'internal'] }), [
      { url: 'http://site.test/1', element: 'a', attribute: 'href' },
    ]);
  });

  it('attributes are those of the element, references decoded, white space collapsed', () => {
    const columns = ['rel', 'type', 'media', 'hreflang', 'title'];
    const [link] = find(html, { columns });
    assert.deepEqual(link?.details, {
      ...none,
      ...{ rel: 'a b', type: 'text/css', media: 'print', hreflang: 'de', title: '<T' },
    });
  });

  it('what no column needs is left out', () => {
    assert.deepEqual(find(html, { columns: ['nofollow'] })[0]?.details, { ...none, rel: 'a b' });
    assert.equal(find(html, { columns: ['position'] })[0]?.details, undefined);
  });

  it('the links of one element share them, and each has its position', () => {
    const links = find(html, { columns: ['position', 'text', 'rel'], select: 'all' });
    assert.deepEqual(
      links.map(({ url, position, details }) => [url.slice(-1), position, details?.text]),
      [
        ['1', 1, null],
        ['2', 2, 'x'],
        ['3', 3, 'x'],
        ['4', 4, 'x'],
      ],
    );
  });

  it('an attribute that is selected as well is both', () => {
    const [link] = find('<a title=/1>', { select: ['a@title'], columns: ['title'] });
    assert.equal(link?.url, 'http://site.test/1');
    assert.equal(link.details?.title, '/1');
  });

  it('they stay with their links when a frameset drops others', () => {
    const links = find('<link title=0 href=0><p><a title=1 href=1></a></p><frameset><frame title=2 src=2>', {
      select: 'all',
      columns: ['title'],
    });
    assert.deepEqual(
      links.map(({ url, details }) => [url.slice(-1), details?.title]),
      [
        ['0', '0'],
        ['2', '2'],
      ],
    );
  });
});

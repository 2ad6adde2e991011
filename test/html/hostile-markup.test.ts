import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type LinkOptions, linkExtraction } from '../../src/html/link-extractor.ts';

const CHUNK = 65_536;
const MEGABYTE = 1_000_000;
/** What a single document may take. It is some fifty times what is needed, and a tenth of what quadratic work would take. */
const MAX_MS = 8_000;

describe('memory', () => {
  const filling: readonly (readonly [title: string, opening: string, filler: string])[] = [
    ['an unclosed comment', '<!--', 'x<a href=1>-'],
    ['an unclosed bogus comment', '<!x', 'x<a href=1 '],
    ['an unclosed CDATA section', '<svg><![CDATA[', '<a href=1>]]'],
    ['an unclosed script', '<script>', '<!--<script>"<a href=1>"'],
    ['an unclosed title', '<title>', '<a href=1>&amp;</titl'],
    ['an endless tag name', '<', 'abcdefgh'],
    ['an endless attribute name', '<a ', 'abcdefgh'],
    ['an endless wanted value', '<a href="', 'x&amp;y<>'],
    ['an endless unwanted value', '<a title="', 'x&amp;y<>'],
    ['an endless unquoted value', '<a href=', 'x&amp;y<'],
    ['endless attributes', '<a ', 'href=x title=y '],
    ['endless text', '', 'x < y & z; '],
    ['one link over and over', '', '<a href="/some/link/of/the/page">x</a>'],
  ];
  for (const [title, opening, filler] of filling) {
    it(`${title} of 4 MB leaves less than 1 MB behind`, () => {
      const reader = linkExtraction().open({ finalUrl: 'http://site.test/', contentType: 'text/html;charset=utf-8' });
      const chunk = Buffer.from(filler.repeat(CHUNK / filler.length));
      reader.write(Buffer.from(opening));
      reader.write(chunk);
      const before = heapUsed();
      for (let sent = 0; sent < 4 * MEGABYTE; sent += chunk.length) reader.write(Buffer.from(chunk));
      const kept = heapUsed() - before;
      assert.ok(kept < MEGABYTE, `${kept} bytes kept`);
      assert.ok(reader.end().length <= 1);
    });
  }

  it('links do not keep the text that they stood in alive', () => {
    const reader = linkExtraction().open({ finalUrl: 'http://site.test/', contentType: 'text/html;charset=utf-8' });
    const before = heapUsed();
    for (let index = 0; index < 120; index += 1) {
      reader.write(Buffer.from(`<a href="/a/rather/long/link/to/page/${index}">`.padEnd(CHUNK, 'text ')));
    }
    const kept = heapUsed() - before;
    assert.ok(kept < MEGABYTE, `${kept} bytes kept`);
    assert.equal(reader.end().length, 120);
  });

  it('nor do those of XML, with their details', () => {
    const page = { finalUrl: 'http://site.test/', contentType: 'text/xml;charset=utf-8', type: 'xml' } as const;
    const reader = linkExtraction({ columns: ['title'], select: ['*@href'] }).open(page);
    const before = heapUsed();
    for (let index = 0; index < 120; index += 1) {
      const link = `<an-element-of-some-name title="the-title-of-number-${index}" href="/a/rather/long/link/to/page/${index}"/>`;
      reader.write(Buffer.from(link.padEnd(CHUNK, 'text ')));
    }
    const kept = heapUsed() - before;
    assert.ok(kept < MEGABYTE, `${kept} bytes kept`);
    assert.equal(reader.end().length, 120);
  });

  it('nor do known links, and details, that stand beside them', () => {
    const options = { columns: ['title', 'text'] };
    const reader = linkExtraction(options).open({
      finalUrl: 'http://site.test/',
      contentType: 'text/html;charset=utf-8',
    });
    const known = '<a href="/some/link/over/and/over/again">x</a>';
    reader.write(Buffer.from(known.repeat(1000)));
    const before = heapUsed();
    for (let index = 0; index < 120; index += 1) {
      const link = `<a title="the title of ${index}" href="/a/rather/long/link/to/page/${index}">the text of ${index}</a>`;
      reader.write(Buffer.from(link + known.repeat((CHUNK - link.length) / known.length)));
    }
    const kept = heapUsed() - before;
    assert.ok(kept < MEGABYTE, `${kept} bytes kept`);
    assert.equal(reader.end().length, 121);
  });
});

describe('time', () => {
  const documents: readonly (readonly [title: string, document: () => string, options?: LinkOptions])[] = [
    ['200,000 nested elements', () => '<b>'.repeat(200_000) + '</b>'.repeat(200_000)],
    ['100,000 nested elements of SVG', () => '<svg>'.repeat(100_000) + '</g></desc>'.repeat(100_000)],
    ['200,000 nested templates', () => '<template>'.repeat(200_000) + '</template>'.repeat(200_000)],
    ['100,000 scripts', () => '<script></script>'.repeat(100_000)],
    ['200,000 CDATA sections', () => '<![CDATA['.repeat(200_000)],
    [
      '100,000 links that do not parse',
      () => Array.from({ length: 100_000 }, (_, n) => `<a href=http://[${n}>`).join(''),
    ],
    [
      'a tag of 200,000 attributes',
      () => `<a ${Array.from({ length: 200_000 }, (_, n) => `a${n}=1 `).join('')}href=1>`,
    ],
    ['values of 60,000 ampersands', () => `<a href="${'&'.repeat(60_000)}">`.repeat(20)],
    [
      'a srcset of 60,000 commas',
      () => `<img srcset="${'a ('.repeat(20_000)}"><img srcset="${',x'.repeat(30_000)}">`.repeat(5),
      { select: 'all' },
    ],
    ['host names of 60,000 characters', () => `<a href="//${wideName(60_000)}/">`.repeat(20)],
    [
      '30,000 documents in frames that drop their body',
      () =>
        Array.from({ length: 30_000 }, (_, n) => `<a href=${n}><iframe srcdoc="<a href=x><frameset>"></iframe>`).join(
          '',
        ),
      { srcdoc: true },
    ],
    ['500,000 escape characters', () => '\x1b'.repeat(500_000)],
  ];
  for (const [title, document, options] of documents) {
    it(`${title} are read in linear time`, () => {
      const bytes = Buffer.from(document());
      const reader = linkExtraction(options).open({ finalUrl: 'http://site.test/', contentType: null });
      const start = performance.now();
      for (let position = 0; position < bytes.length; position += CHUNK) {
        reader.write(bytes.subarray(position, position + CHUNK));
      }
      reader.end();
      assert.ok(performance.now() - start < MAX_MS);
    });
  }
});

describe('values', () => {
  it('a URL of 65,536 characters is read, a longer one is left out', () => {
    for (const [length, found] of [
      [65_536, 1],
      [65_537, 0],
    ] as const) {
      const reader = linkExtraction().open({ finalUrl: 'http://site.test/', contentType: null });
      reader.write(Buffer.from(`<a href="/${'x'.repeat(length - 1)}">`));
      assert.equal(reader.end().length, found);
    }
  });

  it('a base that is too long counts as one that does not parse', () => {
    const reader = linkExtraction().open({ finalUrl: 'http://site.test/', contentType: null });
    reader.write(Buffer.from(`<base href="/${'x'.repeat(70_000)}/"><base href=/b/><a href=1>`));
    assert.equal(reader.end()[0]?.url, 'http://site.test/1');
  });
});

/** A name of different characters beyond ASCII, the worst that Punycode can be given. */
function wideName(length: number): string {
  return Array.from({ length }, (_, index) => String.fromCodePoint(0x4e00 + (index % 20_000))).join('');
}

function heapUsed(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

/** The engine's own call, since the tests run without the flag for it. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

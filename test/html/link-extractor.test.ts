import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type LinkOptions, linkExtraction } from '../../src/html/link-extractor.ts';
import { DOCUMENT, markupCases } from '../fixtures/html/markup-cases.ts';

const CONTENT_TYPE = 'text/html; charset=utf-8';

for (const [topic, cases] of Object.entries(markupCases)) {
  describe(topic, () => {
    for (const { title, clause, html, links, options } of cases) {
      it(`${title} (${clause})`, () => {
        const expected = links.map((link) => new URL(link, DOCUMENT).href.replace(/\^(?=[^?]*\?)/, '%5E'));
        assert.deepEqual(find(options, [Buffer.from(html)]), expected);
        assert.deepEqual(find(options, bytesOf(html)), expected, 'byte by byte');
      });
    }
  });
}

describe('chunks', () => {
  const documents = Object.values(markupCases).flatMap((cases) => cases.map(({ html }) => html));

  it('the links do not depend on how the document is cut', () => {
    const options: LinkOptions = { select: 'all', schemes: 'any', allOccurrences: true };
    const extraction = linkExtraction(options);
    const read = (chunks: readonly Uint8Array[]) => {
      const reader = extraction.open({ finalUrl: DOCUMENT, contentType: CONTENT_TYPE });
      for (const chunk of chunks) reader.write(chunk);
      return reader.end();
    };
    const pieces = fc.array(fc.oneof(fc.constantFrom(...documents), fc.constantFrom(...MARKS)), { maxLength: 12 });
    const cuts = fc.array(fc.nat(2000), { maxLength: 20 });
    fc.assert(
      fc.property(pieces, cuts, fc.nat(500), (parts, positions, dropped) => {
        const text = parts.join('');
        const bytes = Buffer.from(
          text.slice(0, dropped % (text.length + 1)) + text.slice((dropped % (text.length + 1)) + 1),
        );
        assert.deepEqual(read(cut(bytes, positions)), read([bytes]));
      }),
      { numRuns: 400 },
    );
  });

  it("a chunk's memory is not used after write has returned", () => {
    const reader = linkExtraction().open({ finalUrl: DOCUMENT, contentType: null });
    const memory = Buffer.alloc(7);
    const document = Buffer.from('<meta charset=utf-8><a href=é1><a href=ü2><script>x</script><a href=3>');
    for (let start = 0; start < document.length; start += memory.length) {
      const length = document.copy(memory, 0, start);
      reader.write(memory.subarray(0, length));
      memory.fill('?');
    }
    assert.deepEqual(
      reader.end().map(({ url }) => url),
      ['http://site.test/dir/%C3%A91', 'http://site.test/dir/%C3%BC2', 'http://site.test/dir/3'],
    );
  });
});

describe('links', () => {
  it('a link names its element and attribute in lower case', () => {
    const html = '<IMG SRCSET="1 1x"><image src=2><svg><A xlink:HREF=3>';
    const reader = linkExtraction({ select: 'all' }).open({ finalUrl: 'http://h.test/', contentType: null });
    reader.write(Buffer.from(html));
    assert.deepEqual(reader.end(), [
      { url: 'http://h.test/1', element: 'img', attribute: 'srcset' },
      { url: 'http://h.test/2', element: 'img', attribute: 'src' },
      { url: 'http://h.test/3', element: 'a', attribute: 'xlink:href' },
    ]);
  });

  it('in XHTML a slash ends any element, and none has raw text (RFC 3236, XML 1.0, 3.1)', () => {
    const html =
      '<?xml version="1.0"?><html><head><script src="x.js"/><title/><style>/*<![CDATA[*/ <a href="0"> /*]]>*/</style></head>' +
      '<body><iframe src="/"/><textarea/><a href="1"/>text<a href="2">two</a></body></html>';
    for (const scanner of ['bytes', 'bytes-js', 'htmlparser2'] as const) {
      const page = { finalUrl: 'http://h.test/', contentType: 'application/xhtml+xml; charset=utf-8' };
      for (const chunks of [[Buffer.from(html)], bytesOf(html)]) {
        const reader = linkExtraction({ scanner, columns: ['text'] }).open(page);
        for (const chunk of chunks) reader.write(chunk);
        assert.deepEqual(
          reader.end().map(({ url, details }) => [url, details?.text]),
          [
            ['http://h.test/1', ''],
            ['http://h.test/2', 'two'],
          ],
          scanner,
        );
      }
    }
  });

  it('an empty document has no links', () => {
    assert.deepEqual(find({}, []), []);
  });

  it('pages of one extraction do not know of each other', () => {
    const extraction = linkExtraction();
    const first = extraction.open({ finalUrl: 'http://a.test/', contentType: null });
    const second = extraction.open({ finalUrl: 'http://b.test/', contentType: null });
    first.write(Buffer.from('<template><base href=/x/><a hre'));
    second.write(Buffer.from('<a href="1'));
    first.write(Buffer.from('f=0></template><a href=2>'));
    second.write(Buffer.from('">'));
    assert.deepEqual(
      [...first.end(), ...second.end()].map(({ url }) => url),
      ['http://a.test/2', 'http://b.test/1'],
    );
  });
});

/** What splits badly. */
const MARKS = [
  '<',
  '>',
  '"',
  "'",
  '<!--',
  '-->',
  '<![CDATA[',
  ']]>',
  '<script>',
  '</script>',
  '<svg>',
  '</svg>',
  '&',
  '=',
  ' ',
  '\0',
  '</template>',
  '<frameset>',
  '<title>',
  'é',
];

function find(options: LinkOptions | undefined, chunks: readonly Uint8Array[]): string[] {
  const reader = linkExtraction(options).open({ finalUrl: DOCUMENT, contentType: CONTENT_TYPE });
  for (const chunk of chunks) reader.write(chunk);
  return reader.end().map(({ url }) => url);
}

function bytesOf(text: string): Uint8Array[] {
  return Array.from(Buffer.from(text), (byte) => Uint8Array.of(byte));
}

function cut(bytes: Uint8Array, positions: readonly number[]): Uint8Array[] {
  const edges = [0, ...positions.map((position) => position % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return edges.slice(1).map((end, index) => bytes.subarray(edges[index], end));
}

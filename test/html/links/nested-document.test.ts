import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Link } from '../../../src/core/record.ts';
import { type LinkExtraction, linkExtraction } from '../../../src/html/link-extractor.ts';
import type { LinkReader } from '../../../src/html/page-head.ts';
import type { ScannerKind } from '../../../src/html/scanner/scanners.ts';

/** Chunks of such a length are read by WebAssembly, whose memory holds one at a time. */
const FILLER = '<p>some text</p>'.repeat(20);

/** A page of three anchors. Behind the first one stands a frame. */
function pageOf(name: string, frame: string): string {
  return `<body>${FILLER}<a href=${name}1>one</a>${frame}${FILLER}<a href=${name}2>two</a>${FILLER}<a href=${name}3>three</a>`;
}

/** A frame whose document stands in its attribute; the quote is one that the document does not have. */
function frameOf(html: string, quote: string): string {
  return `${FILLER}<iframe class=x srcdoc=${quote}${html}${quote} src=/></iframe>`;
}

const inner = pageOf('inner', '');
const middle = pageOf('middle', frameOf(inner, "'"));
const outer = pageOf('outer', frameOf(middle, '"'));

/** What the page has, and in what order. */
const EXPECTED = 'outer1 middle1 inner1 inner2 inner3 middle2 middle3 outer2 outer3'.split(' ');

const kinds: readonly ScannerKind[] = ['bytes', 'bytes-js', 'htmlparser2'];

for (const scanner of kinds) {
  describe(`a document in a document, read by ${scanner}`, () => {
    const extraction = linkExtraction({ select: 'anchors', srcdoc: true, allOccurrences: true, scanner });

    for (const length of [outer.length, 4096, 1000, 257, 1]) {
      it(`the outer ones go on where it ends, in chunks of ${length} bytes`, () => {
        const reader = open(extraction);
        for (const chunk of chunksOf(outer, length)) reader.write(chunk);
        assert.deepEqual(namesOf(reader.end()), EXPECTED);
      });
    }

    it('its text is no part of that of the link around it', () => {
      const reader = open(linkExtraction({ select: 'anchors', srcdoc: true, columns: ['text'], scanner }));
      reader.write(Buffer.from(`<a href=1>be<iframe srcdoc="${inner}"></iframe>fore</a>${FILLER}`));
      const texts = reader.end().map(({ details }) => details?.text);
      assert.deepEqual(texts, ['be fore', 'one', 'two', 'three']);
    });

    it('two pages of one extraction that come in turn have each their own', () => {
      const other = pageOf('other', frameOf(pageOf('between', ''), '"'));
      const readers = [open(extraction), open(extraction)];
      const chunks = [chunksOf(outer, 700), chunksOf(other, 700)];
      for (let index = 0; index < Math.max(...chunks.map(({ length }) => length)); index += 1) {
        for (const [page, reader] of readers.entries()) {
          const chunk = chunks[page]?.[index];
          if (chunk !== undefined) reader.write(chunk);
        }
      }
      assert.deepEqual(
        readers.map((reader) => namesOf(reader.end())),
        [EXPECTED, 'other1 between1 between2 between3 other2 other3'.split(' ')],
      );
    });
  });
}

function open(extraction: LinkExtraction): LinkReader {
  return extraction.open({ finalUrl: 'http://site.test/', contentType: 'text/html;charset=utf-8' });
}

function chunksOf(text: string, length: number): Buffer[] {
  const bytes = Buffer.from(text);
  const count = Math.ceil(bytes.length / length);
  return Array.from({ length: count }, (_, index) => bytes.subarray(index * length, (index + 1) * length));
}

function namesOf(links: readonly Link[]): string[] {
  return links.map(({ url }) => url.slice('http://site.test/'.length));
}

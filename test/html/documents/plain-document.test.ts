import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type LinkOptions, linkExtraction } from '../../../src/html/link-extractor.ts';
import { DOCUMENT, type DocumentCase, documentCases } from '../../fixtures/html/document-cases.ts';

for (const [topic, cases] of Object.entries(documentCases)) {
  describe(topic, () => {
    for (const documentCase of cases) {
      const { title, clause, body, links } = documentCase;
      it(`${title} (${clause})`, () => {
        assert.deepEqual(find(documentCase, [Buffer.from(body)]), links);
        const bytes = Array.from(Buffer.from(body), (byte) => Uint8Array.of(byte));
        assert.deepEqual(find(documentCase, bytes), links, 'byte by byte');
        for (let edge = 1; edge < bytes.length; edge += 1) {
          const whole = Buffer.from(body);
          assert.deepEqual(
            find(documentCase, [whole.subarray(0, edge), whole.subarray(edge)]),
            links,
            `cut at ${edge}`,
          );
        }
      });
    }
  });
}

describe('chunks', () => {
  const marks = [
    '<',
    '>',
    '"',
    "'",
    '<!--',
    '-->',
    '<![CDATA[',
    ']]>',
    '<?',
    '?>',
    '<!',
    '&',
    'é',
    '\0',
    ' ',
    '://',
    '/',
  ];
  const bodies = Object.values(documentCases).flatMap((cases) => cases.map(({ body }) => body));
  const texts = bodies.filter((body) => typeof body === 'string');

  for (const type of ['xml', 'text'] as const) {
    it(`the links of ${type} do not depend on how it is cut`, () => {
      const extraction = linkExtraction({ select: 'all', schemes: 'any', allOccurrences: true, columns: ['title'] });
      const read = (chunks: readonly Uint8Array[]) => {
        const reader = extraction.open({ finalUrl: DOCUMENT, contentType: null, type });
        for (const chunk of chunks) reader.write(chunk);
        return reader.end();
      };
      const parts = fc.array(fc.oneof(fc.constantFrom(...texts), fc.constantFrom(...marks)), { maxLength: 10 });
      fc.assert(
        fc.property(parts, fc.array(fc.nat(2000), { maxLength: 20 }), fc.nat(), (pieces, cuts, dropped) => {
          const text = pieces.join('');
          const at = dropped % (text.length + 1);
          const bytes = Buffer.from(text.slice(0, at) + text.slice(at + 1));
          const edges = [0, ...cuts.map((edge) => edge % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
          const chunks = edges.slice(1).map((end, index) => Buffer.from(bytes.subarray(edges[index], end)));
          assert.deepEqual(read(chunks), read([bytes]));
        }),
      );
    });
  }
});

describe('details', () => {
  it('XML elements say what HTML ones do', () => {
    const columns = ['rel', 'hreflang', 'type', 'title', 'position', 'text'];
    const body = '<x><loc>/1</loc><link rel="a  b" hreflang="de" type="t" title="&lt;T" href="/2"/></x>';
    const reader = linkExtraction({ columns }).open({ finalUrl: DOCUMENT, contentType: null, type: 'xml' });
    reader.write(Buffer.from(body));
    const none = { rel: null, title: null, hreflang: null, type: null, media: null, text: null };
    assert.deepEqual(
      reader.end().map(({ position, details }) => [position, details]),
      [
        [1, none],
        [2, { ...none, ...{ rel: 'a b', hreflang: 'de', type: 't', title: '<T' } }],
      ],
    );
  });
});

describe('bounds', () => {
  it('a word that is too long to be a URL is passed over to its end', () => {
    const text = `http://a.test/${'x'.repeat(66_000)}=http://b.test/ http://c.test/`;
    const found = find(
      { title: '', clause: '', type: 'text', body: '', links: [] },
      [text.slice(0, 66_000), text.slice(66_000)].map((part) => Buffer.from(part)),
    );
    assert.deepEqual(found, ['#document@#text http://c.test/']);
  });

  it('an element text or a tag that is too long to be a URL is passed over', () => {
    const long = 'x'.repeat(65_537);
    const xml = `<loc>${long}</loc><link href="/${long}"/><loc>/1</loc>`;
    const found = find({ title: '', clause: '', type: 'xml', body: '', links: [] }, [Buffer.from(xml)]);
    assert.deepEqual(found, ['loc@#text /1']);
  });

  const documents: readonly (readonly [title: string, type: 'xml' | 'text', opening: string, filler: string])[] = [
    ['an endless tag', 'xml', '<a ', 'x="1" '],
    ['an endless value', 'xml', '<link href="', 'xxxx'],
    ['endless quotes', 'xml', '<a ', '"\''],
    ['tags that do not end', 'xml', '', '<a '],
    ['an endless comment', 'xml', '<!--', '-- '],
    ['endless CDATA in a link', 'xml', '<link><![CDATA[', ']]&'],
    ['an endless link', 'xml', '<link>', '&amp;x'],
    ['less-than signs', 'xml', '', '<'],
    ['an endless word', 'text', 'http://a.test/', 'xxxx'],
    ['colons and slashes', 'text', 'a', '://'],
  ];
  for (const [title, type, opening, filler] of documents) {
    it(`${title} of 2 MB in small pieces takes linear time and finds nothing`, () => {
      const reader = linkExtraction().open({ finalUrl: DOCUMENT, contentType: null, type });
      const chunk = Buffer.from(filler.repeat(30));
      const start = performance.now();
      reader.write(Buffer.from(opening));
      for (let sent = 0; sent < 2_000_000; sent += chunk.length) reader.write(chunk);
      assert.deepEqual(reader.end(), []);
      assert.ok(performance.now() - start < 5_000);
    });
  }
});

function find({ type, contentType, options = {} }: DocumentCase, chunks: readonly Uint8Array[]): string[] {
  const extraction = linkExtraction(options satisfies LinkOptions);
  const reader = extraction.open({ finalUrl: DOCUMENT, contentType: contentType ?? null, type });
  for (const chunk of chunks) reader.write(chunk);
  const { origin } = new URL(DOCUMENT);
  return reader.end().map(({ url, element, attribute }) => {
    const shown = url.startsWith(`${origin}/`) ? url.slice(origin.length) : url;
    return `${element}@${attribute} ${shown}`;
  });
}

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { DocumentText } from '../../../src/html/encoding/document-text.ts';
import { linkExtraction } from '../../../src/html/link-extractor.ts';

const latin = (text: string) => Buffer.from(text, 'latin1');
const utf16 = (text: string) => Buffer.from(text, 'utf16le');

describe('encoding', () => {
  const cases: readonly (readonly [
    title: string,
    contentType: string | null,
    bytes: Buffer,
    encoding: string,
    text: string,
  ])[] = [
    ['a byte order mark beats Content-Type', 'text/html; charset=koi8-r', Buffer.from('\ufeffé'), 'utf-8', 'é'],
    ['UTF-16 is known by its mark, little-endian', null, utf16('\ufeff<é'), 'utf-16le', '<é'],
    ['UTF-16 is known by its mark, big-endian', null, utf16('\ufeff<é').swap16(), 'utf-16be', '<é'],
    ['only one byte order mark is taken off', null, Buffer.from('\ufeff\ufeffé'), 'utf-8', '\ufeffé'],
    [
      'Content-Type beats a declaration',
      'text/html;charset="KOI8-R"',
      latin('<meta charset=utf-8>\xc1'),
      'koi8-r',
      '<meta charset=utf-8>а',
    ],
    [
      'Content-Type names it without regard to case',
      'Text/HTML; x=y; CHARSET=cp1251 ; z',
      latin('\xe0'),
      'windows-1251',
      'а',
    ],
    [
      'an unknown charset in Content-Type says nothing',
      'text/html; charset=none',
      latin('<meta charset=koi8-r>\xc1'),
      'koi8-r',
      '<meta charset=koi8-r>а',
    ],
    ['Content-Type may say UTF-16', 'text/html; charset=utf-16', utf16('<é'), 'utf-16le', '<é'],
    [
      'windows-1252 is the windows one, in every spelling',
      'text/html; charset=latin1',
      latin('\x80\x9f'),
      'windows-1252',
      '€Ÿ',
    ],
    ['without declaration valid UTF-8 is UTF-8', null, Buffer.from('x€'), 'utf-8', 'x€'],
    ['without declaration anything else is windows-1252', null, latin('x\x80 é'), 'windows-1252', 'x€ é'],
    ['the first character beyond ASCII decides', null, latin('é \xc3\xa9'), 'windows-1252', 'é Ã©'],
    ['a character cut off by the end is no UTF-8', null, latin('x\xe2\x82'), 'windows-1252', 'xâ‚'],
    ['ASCII alone is UTF-8', null, latin('abc\x1b'), 'utf-8', 'abc\x1b'],
    ['nothing at all is UTF-8', null, latin(''), 'utf-8', ''],
    [
      'x-user-defined has its own characters',
      'a/b; charset=x-user-defined',
      latin('a\x80\xff'),
      'x-user-defined',
      'a\uf780\uf7ff',
    ],
    ['ISO-8859-16 is known', 'a/b; charset=iso-8859-16', latin('a\x80\xa4\xfe'), 'iso-8859-16', 'a\x80€ț'],
    ['KOI8-U has the letter of Belarusian', 'a/b; charset=koi8-u', latin('\xae\xbe\xc1'), 'koi8-u', 'ўЎа'],
    ['windows-1255 has all points of Hebrew', 'a/b; charset=cp1255', latin('\xca\xe0'), 'windows-1255', '\u05baא'],
    ['GBK is read as GB 18030', 'a/b; charset=gb2312', latin('\xa8\xbc\x81\x30\x81\x30'), 'gbk', 'ḿ\u0080'],
    ['replacement encodings are not decoded', 'a/b; charset=iso-2022-kr', latin('<a href=x>'), 'replacement', ''],
    ['broken UTF-8 becomes U+FFFD', 'a/b; charset=utf-8', latin('a\xe2\x82b\xff\xe2'), 'utf-8', 'a\ufffdb\ufffd\ufffd'],
  ];
  for (const [title, contentType, bytes, encoding, text] of cases) {
    it(title, () => {
      assert.deepEqual(decode(contentType, [bytes]), { encoding, text });
      assert.deepEqual(
        decode(
          contentType,
          Array.from(bytes, (byte) => Uint8Array.of(byte)),
        ),
        { encoding, text },
        'byte by byte',
      );
    });
  }

  it('UTF-8 is decoded as the Encoding standard says, wherever it is cut', () => {
    const bytes = fc.array(
      fc.oneof(fc.constantFrom(0xc3, 0xe2, 0xf0, 0xa9, 0x82, 0x9f, 0x80, 0xed, 0xf5), fc.nat(255)),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(bytes, fc.array(fc.nat(40), { maxLength: 5 }), (values, cuts) => {
        const edges = [0, ...cuts.map((cut) => cut % (values.length + 1)).sort((a, b) => a - b), values.length];
        const chunks = edges.slice(1).map((end, index) => Uint8Array.from(values.slice(edges[index], end)));
        const { text } = decode('text/html; charset=utf-8', [latin('abc'), ...chunks]);
        assert.equal(text, `abc${new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(values))}`);
      }),
      { numRuns: 500 },
    );
  });
});

describe('meta', () => {
  const late = ' '.repeat(1100);

  it('a meta behind the first 1024 bytes counts while all is ASCII', () => {
    assert.deepEqual(links(null, latin(`${late}<meta charset=koi8-r><a href="?\xc1">`)), ['http://site.test/?%C1']);
  });

  it('a meta behind other characters does not count', () => {
    assert.deepEqual(links(null, latin(`${late}\xe9<meta charset=koi8-r><a href="?\xc1">`)), ['http://site.test/?%C1']);
    assert.deepEqual(links(null, latin(`${late}\xe9<meta charset=koi8-r><a href="\xc1">`)), [
      'http://site.test/%C3%81',
    ]);
  });

  it('an unknown label says nothing', () => {
    assert.deepEqual(links(null, latin(`${late}<meta charset=none><meta charset=koi8-r><a href="\xc1">`)), [
      'http://site.test/%D0%B0',
    ]);
  });

  it('the older form counts, and needs its http-equiv', () => {
    const content = 'content="text/html; charset=koi8-r"';
    const html = (pragma: string) => latin(`${late}<meta ${content} ${pragma}><a href="\xc1">`);
    assert.deepEqual(links(null, html('http-equiv=Content-Type')), ['http://site.test/%D0%B0']);
    assert.deepEqual(links(null, html('')), ['http://site.test/%C3%81']);
  });

  it('ISO-2022-JP begins behind its meta', () => {
    const html = latin(`${late}<meta charset=iso-2022-jp><a href="\x1b$BF|\x1b(B">`);
    assert.deepEqual(links(null, html), ['http://site.test/%E6%97%A5']);
  });

  it('a meta that says UTF-16 means UTF-8, one that says x-user-defined means windows-1252', () => {
    assert.deepEqual(links(null, latin(`${late}<meta charset=utf-16><a href="\xe9">`)), ['http://site.test/%EF%BF%BD']);
    assert.deepEqual(links(null, latin(`${late}<meta charset=x-user-defined><a href="\x80">`)), [
      'http://site.test/%E2%82%AC',
    ]);
  });
});

describe('queries', () => {
  it('are written in the encoding of the document, paths and fragments in UTF-8', () => {
    const html = Buffer.from('<a href="é?é#é">', 'latin1');
    assert.deepEqual(links('text/html; charset=latin1', html), ['http://site.test/%C3%A9?%E9#%C3%A9']);
  });

  it('of links before the character that decides are written in the encoding decided', () => {
    assert.deepEqual(links(null, latin('<a href="?&eacute;">\xe9')), ['http://site.test/?%E9']);
  });

  it('of a base are written in the encoding of the document', () => {
    const html = latin('<base href="?\xe9"><a href="#x">');
    assert.deepEqual(links('text/html; charset=latin1', html), ['http://site.test/?%E9#x']);
  });

  it('of a UTF-16 document are UTF-8', () => {
    assert.deepEqual(links('text/html', utf16('\ufeff<a href="?é">')), ['http://site.test/?%C3%A9']);
  });
});

function decode(contentType: string | null, chunks: readonly Uint8Array[]): { encoding: string; text: string } {
  let text = '';
  const decoder = new DocumentText(contentType, (piece) => (text += piece));
  for (const chunk of chunks) {
    const memory = Buffer.from(chunk);
    decoder.write(memory);
    memory.fill('?');
  }
  decoder.end();
  return { encoding: decoder.encoding, text };
}

/** The links, found at once; byte by byte must give the same. */
function links(contentType: string | null, html: Uint8Array): string[] {
  const page = { finalUrl: 'http://site.test/', contentType };
  const whole = linkExtraction().open(page);
  whole.write(html);
  const bytewise = linkExtraction().open(page);
  for (const byte of html) bytewise.write(Uint8Array.of(byte));
  const found = whole.end();
  assert.deepEqual(bytewise.end(), found, 'byte by byte');
  return found.map(({ url }) => url);
}

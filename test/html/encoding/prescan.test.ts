import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { prescan } from '../../../src/html/encoding/prescan.ts';

const cases: readonly (readonly [title: string, html: string, encoding: string | undefined])[] = [
  ['a meta charset is found', '<meta charset="koi8-r">', 'koi8-r'],
  ['names and values are matched without regard to case', '<META CHARSET=KOI8-R>', 'koi8-r'],
  ['white space around a label is dropped', '<meta charset=" koi8-r\n">', 'koi8-r'],
  ['a slash can stand in front of an attribute', '<meta/charset=koi8-r>', 'koi8-r'],
  ['the older form is found', '<meta http-equiv="Content-Type" content="text/html; charset=koi8-r">', 'koi8-r'],
  ['the older form is found in either order', `<meta content='a; charset="koi8-r"' http-equiv=content-type>`, 'koi8-r'],
  ['the older form needs its http-equiv', '<meta content="text/html; charset=koi8-r">', undefined],
  ['charset beats content', '<meta http-equiv=content-type content="charset=koi8-r" charset=big5>', 'big5'],
  ['of two attributes the first counts', '<meta charset=koi8-r charset=big5>', 'koi8-r'],
  ['an unknown label says nothing', '<meta charset=none><meta charset=koi8-r>', 'koi8-r'],
  ['UTF-16 means UTF-8', '<meta charset=utf-16>', 'utf-8'],
  ['x-user-defined means windows-1252', '<meta charset=x-user-defined>', 'windows-1252'],
  ['comments are passed over', '<!-- <meta charset=big5> --><meta charset=koi8-r>', 'koi8-r'],
  ['the dashes that open a comment can close it', '<!--><meta charset=koi8-r>', 'koi8-r'],
  ['an unclosed comment hides the rest', '<!-- <meta charset=koi8-r>', undefined],
  [
    'values of other tags are passed over',
    '<a title="<meta charset=big5>"></b c=\'<meta charset=big5>\'><meta charset=koi8-r>',
    'koi8-r',
  ],
  [
    'declarations end at the next greater-than sign',
    '<!x <meta charset=big5><?<meta charset=big5></ <meta charset=big5><meta charset=koi8-r>',
    'koi8-r',
  ],
  ['a tag whose name only begins with meta is another', '<metax charset=big5><meta charset=koi8-r>', 'koi8-r'],
  ['what the end cuts off says nothing', '<meta charset=koi8-r', undefined],
  ['a quote that the end cuts off says nothing', '<meta charset="koi8-r>', undefined],
  ['scripts are not known here', '<script>"<meta charset=koi8-r>"</script>', 'koi8-r'],
  ['white space may stand around an equals sign', '<meta charset \n=\t koi8-r>', 'koi8-r'],
  ['attributes may have no value', '<meta a charset b=koi8-r>', undefined],
  ['an attribute name may begin with an equals sign', '<meta =charset=big5 charset=koi8-r>', 'koi8-r'],
  ['an XML declaration is found', `<?xml version="1.0" encoding='koi8-r'?><p>`, 'koi8-r'],
  ['a meta beats an XML declaration', '<?xml encoding="big5"?><meta charset=koi8-r>', 'koi8-r'],
  ['an XML declaration must stand first', ' <?xml encoding="big5"?>', undefined],
  ['an XML label with white space says nothing', '<?xml encoding=" big5"?>', undefined],
  ['an XML declaration in UTF-16 is known by its bytes', '<\0?\0x\0', 'utf-16le'],
  ['and big-endian too', '\0<\0?\0x', 'utf-16be'],
  ['nothing says nothing', '', undefined],
];
for (const [title, html, encoding] of cases) {
  it(`${title} (https://html.spec.whatwg.org/#prescan-a-byte-stream-to-determine-its-encoding)`, () => {
    assert.equal(prescan(Buffer.from(html, 'latin1')), encoding);
  });
}

it('any bytes are scanned to an end', () => {
  const parts = fc.constantFrom(
    '<',
    '>',
    '<meta',
    ' ',
    '/',
    '=',
    '"',
    "'",
    'charset',
    'content',
    'koi8-r',
    '<!--',
    '-->',
    '<?xml',
    'encoding',
    '\0',
  );
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 40 }), (pieces) => {
      const encoding = prescan(Buffer.from(pieces.join(''), 'latin1'));
      assert.ok(encoding === undefined || typeof encoding === 'string');
    }),
  );
});

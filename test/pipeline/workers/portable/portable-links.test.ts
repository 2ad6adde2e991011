import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Link } from '../../../../src/core/record.ts';
import { linksFrom, portableLinks } from '../../../../src/pipeline/workers/portable/portable-links.ts';

const text = fc.string({ maxLength: 8 });
const said = fc.option(text);
const details = fc.record(
  { rel: said, title: said, hreflang: said, type: said, media: said, text: said },
  { noNullPrototype: true },
);
const value = fc.oneof(text, fc.integer(), fc.double({ noNaN: true }), fc.boolean(), fc.constant(null));
const link: fc.Arbitrary<Link> = fc.record(
  {
    url: fc.webUrl({ withFragments: true, withQueryParameters: true }).map((url) => new URL(url).href),
    element: fc.constantFrom('a', 'link', 'area', 'a b'),
    attribute: fc.constantFrom('href', 'src', '#text'),
    position: fc.nat(),
    details,
    fields: fc.dictionary(text, value, { noNullPrototype: true }),
  },
  { requiredKeys: ['url', 'element', 'attribute'], noNullPrototype: true },
);

test('the links of a page are the same on the other side, whatever they carry', () => {
  const isProperty = fc.property(fc.array(link, { maxLength: 20 }), (links) => {
    assert.deepEqual(linksFrom(structuredClone(portableLinks(links))), links);
  });
  fc.assert(isProperty);
});

test('links that stand in one place carry nothing but their URLs', () => {
  const links = ['https://example.com/a', 'https://example.com/b'].map((url) => {
    return { url, element: 'a', attribute: 'href' };
  });
  assert.deepEqual(
    Object.entries(portableLinks(links)).filter(([, part]) => part !== undefined),
    [
      ['count', 2],
      ['urls', 'https://example.com/a\nhttps://example.com/b'],
      ['places', [['a', 'href']]],
    ],
  );
});

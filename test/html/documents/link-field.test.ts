import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseLinkField } from '../../../src/html/documents/link-field.ts';

describe('parseLinkField (RFC 8288, B.2)', () => {
  const cases: readonly (readonly [field: string, links: readonly (readonly [string, Record<string, string>])[]])[] = [
    ['', []],
    ['</a>', [['/a', {}]]],
    ['< /a >;rel=next', [['/a', { rel: 'next' }]]],
    ['</a>; REL="next prev"; title="a, b; \\"c\\""', [['/a', { rel: 'next prev', title: 'a, b; "c"' }]]],
    [
      '</a,b;c>; rel=x , </d>;rel=y',
      [
        ['/a,b;c', { rel: 'x' }],
        ['/d', { rel: 'y' }],
      ],
    ],
    ['</a>;rel=1;rel=2', [['/a', { rel: '1' }]]],
    ['</a>; crossorigin; rel = x', [['/a', { crossorigin: '', rel: 'x' }]]],
    ['</a>;; ;=x;rel=x', [['/a', { rel: 'x' }]]],
    ['nonsense, </a>', [['/a', {}]]],
    [
      '</a> nonsense;rel=x, </b>',
      [
        ['/a', {}],
        ['/b', {}],
      ],
    ],
    [',,</a>,', [['/a', {}]]],
    ['</a', []],
    ['</a>; rel="unclosed, </b>', [['/a', { rel: 'unclosed, </b>' }]]],
    ["</a>; title*=UTF-8''x", [['/a', { 'title*': "UTF-8''x" }]]],
    ['<>', [['', {}]]],
  ];
  for (const [field, links] of cases) {
    it(`${JSON.stringify(field)} has ${links.length}`, () => {
      const found = parseLinkField(field).map(({ target, parameters }) => [target, Object.fromEntries(parameters)]);
      assert.deepEqual(found, links);
    });
  }

  it('links that are joined come apart again', () => {
    const target = fc.stringMatching(/^[a-z/;,.]{1,8}$/);
    const value = fc.string({ maxLength: 6 });
    fc.assert(
      fc.property(fc.array(fc.tuple(target, value)), (links) => {
        const field = links.map(([url, title]) => `<${url}>; title="${title.replace(/["\\]/g, '\\$&')}"`).join(', ');
        assert.deepEqual(
          parseLinkField(field).map(({ target: url, parameters }) => [url, parameters.get('title')]),
          links,
        );
      }),
    );
  });

  it('any text is read, in linear time', () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom(...'<>;,="\\ ar') }), (text) => void parseLinkField(text)));
    for (const unit of ['<', '<>', ';', '<a>;', '"', '<a>;a="', ' ', '<a>; ', ',', '\\']) {
      const start = performance.now();
      parseLinkField(unit.repeat(200_000));
      assert.ok(performance.now() - start < 2_000, unit);
    }
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { linkTable, parseSelection } from '../../../src/html/links/link-table.ts';

describe('parseSelection', () => {
  const cases: readonly (readonly [value: string | readonly string[], selection: unknown])[] = [
    ['all', 'all'],
    ['a@href', ['a@href']],
    [' A@HREF , *@data-src,svg:a@xlink:href', ['a@href', '*@data-src', 'svg:a@xlink:href']],
    [['x-card@to'], ['x-card@to']],
    ['', undefined],
    [[], undefined],
    ['a', undefined],
    ['a@href,', undefined],
    ['anchors,img@src', undefined],
    ['@href', undefined],
    ['a@', undefined],
    ['a b@href', undefined],
    ['1@href', undefined],
    ['math:a@href', undefined],
  ];
  for (const [value, selection] of cases) {
    it(`${JSON.stringify(value)} is ${JSON.stringify(selection)}`, () => {
      assert.deepEqual(parseSelection(value), selection);
    });
  }
});

describe('linkTable', () => {
  it('a pair means the element in HTML and in SVG', () => {
    const table = linkTable(['a@href']);
    assert.deepEqual(table.rulesOf('html', 'a')?.get('href'), { element: 'a', attribute: 'href', form: 'hyperlink' });
    assert.ok(table.rulesOf('svg', 'a')?.has('href'));
    assert.equal(table.rulesOf('html', 'area'), undefined);
  });

  it('a pair with svg: means the element in SVG alone', () => {
    const table = linkTable(['svg:image@href']);
    assert.equal(table.rulesOf('html', 'image'), undefined);
    assert.ok(table.rulesOf('svg', 'image')?.has('href'));
  });

  it('a star means every element, named ones too', () => {
    const table = linkTable(['img@src', '*@data-src']);
    assert.deepEqual([...(table.rulesOf('html', 'img')?.keys() ?? [])].sort(), ['data-src', 'src']);
    assert.deepEqual(table.rulesOf('svg', 'g')?.get('data-src'), {
      element: 'g',
      attribute: 'data-src',
      form: 'resource',
    });
  });

  it('an attribute is read by its own grammar on whatever element', () => {
    const table = linkTable(['a@ping', 'x-y@srcset', 'meta@content', '*@formaction', 'link@href']);
    const form = (element: string, attribute: string) => table.rulesOf('html', element)?.get(attribute)?.form;
    assert.deepEqual(
      [
        form('a', 'ping'),
        form('x-y', 'srcset'),
        form('meta', 'content'),
        form('b', 'formaction'),
        form('link', 'href'),
      ],
      ['tokens', 'srcset', 'refresh', 'action', 'resource'],
    );
  });

  it('what is no pair is an error', () => {
    assert.throws(() => linkTable(['a href']), RangeError);
  });

  it('names of Object.prototype are names like others', () => {
    const table = linkTable(['a@constructor', 'constructor@href']);
    assert.equal(table.rulesOf('html', 'a')?.get('constructor')?.form, 'resource');
    assert.equal(table.rulesOf('html', 'toString'), undefined);
  });
});

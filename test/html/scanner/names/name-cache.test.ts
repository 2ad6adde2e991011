import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ATTRIBUTE_NAME_CODES } from '../../../../src/html/scanner/bytes.ts';
import { type Name, NameCache, type NamesOfInterest } from '../../../../src/html/scanner/names/name-cache.ts';

describe('NameCache', () => {
  it('a name has one object, whatever its case', () => {
    const names = cacheOf(new Set(['href']));
    const name = find(names, 'hReF');
    assert.equal(name, find(names, 'href'));
    assert.deepEqual([name?.text, name?.matters], ['href', true]);
  });

  it('names that push each other out keep their texts', () => {
    const names = cacheOf(new Set());
    const name = fc.stringMatching(/^[a-z=][a-z0-9:-]{0,5}$/);
    fc.assert(
      fc.property(fc.array(name, { minLength: 500, maxLength: 5000 }), (texts) => {
        for (const text of [...texts, ...texts]) assert.equal(find(names, text)?.text, text);
      }),
      { numRuns: 20 },
    );
  });

  it('an element may be raw without being of interest', () => {
    const names = new NameCache(ATTRIBUTE_NAME_CODES, new Set(['a']), new Set(['style']));
    const { matters, mayBeRaw } = find(names, 'STYLE') ?? assert.fail();
    assert.deepEqual([matters, mayBeRaw, mayMatter(names, 'Style')], [false, true, true]);
  });

  it('no name that matters is taken for one that does not', () => {
    const name = fc.stringMatching(/^[a-zé_0-9][a-z0-9:é-]{0,40}$/);
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 8 }), (texts) => {
        const names = cacheOf(new Set(texts));
        for (const text of texts) {
          assert.ok(mayMatter(names, text), text);
          assert.ok(
            mayMatter(
              names,
              text.replace(/[a-z]+/g, (letters) => letters.toUpperCase()),
            ),
            text,
          );
        }
      }),
    );
    assert.ok(mayMatter(cacheOf('any'), 'x'));
  });

  it('most names that do not matter need not be looked up', () => {
    const names = cacheOf(new Set(['a', 'link', 'base']));
    assert.deepEqual(
      ['div', 'li', 'span', 'p', 'td', 'area', 'link'].filter((text) => mayMatter(names, text)),
      ['link'],
    );
  });

  it('a name of more than 64 characters is none of ours, and one beyond ASCII is left to be decoded', () => {
    const names = cacheOf('any');
    assert.equal(find(names, 'x'.repeat(65))?.text, '');
    assert.equal(find(names, 'x\xe9'), undefined);
    assert.equal(find(names, 'x\0'), undefined);
    assert.equal(names.nameOf('\u212aX\0').text, '\u212ax\ufffd');
  });
});

function cacheOf(names: NamesOfInterest): NameCache {
  return new NameCache(ATTRIBUTE_NAME_CODES, names);
}

function find(names: NameCache, text: string): Name | undefined {
  const bytes = Buffer.from(`<${text}>`, 'latin1');
  return names.find(bytes, 1, bytes.length - 1);
}

function mayMatter(names: NameCache, text: string): boolean {
  const bytes = Buffer.from(`<${text}>`);
  return names.mayMatter(bytes, 1, bytes.length - 1);
}

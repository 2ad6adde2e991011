import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ATTRIBUTE_NAME_CODES } from '../../../src/html/scanner/bytes.ts';
import { addToHash, type Name, NameCache } from '../../../src/html/scanner/name-cache.ts';

describe('NameCache', () => {
  it('a name has one object, whatever its case', () => {
    const names = new NameCache((name) => name === 'href');
    const name = find(names, 'hReF');
    assert.equal(name, find(names, 'href'));
    assert.deepEqual([name?.text, name?.matters], ['href', true]);
  });

  it('names that push each other out keep their texts', () => {
    const names = new NameCache(() => false);
    const name = fc.stringMatching(/^[a-z=][a-z0-9:-]{0,5}$/);
    fc.assert(
      fc.property(fc.array(name, { minLength: 500, maxLength: 5000 }), (texts) => {
        for (const text of [...texts, ...texts]) assert.equal(find(names, text)?.text, text);
      }),
      { numRuns: 20 },
    );
  });

  it('each name is asked for once while it is kept', () => {
    const asked: string[] = [];
    const names = new NameCache((name) => asked.push(name) > 0);
    for (let count = 0; count < 3; count += 1) for (const text of ['a', 'div', 'a']) find(names, text);
    assert.deepEqual(asked, ['a', 'div']);
  });

  it('a name of more than 64 characters is none of ours, and one beyond ASCII is left to be decoded', () => {
    const names = new NameCache(() => true);
    assert.equal(find(names, 'x'.repeat(65))?.text, '');
    assert.equal(find(names, 'x\xe9'), undefined);
    assert.equal(find(names, 'x\0'), undefined);
    assert.equal(names.nameOf('\u212aX\0').text, '\u212ax\ufffd');
  });
});

function find(names: NameCache, text: string): Name | undefined {
  const bytes = Buffer.from(`<${text}>`, 'latin1');
  let hash = 0;
  for (const byte of bytes.subarray(1, -1)) hash = addToHash(hash, ATTRIBUTE_NAME_CODES[byte] ?? 0);
  return names.find(bytes, 1, bytes.length - 1, hash, ATTRIBUTE_NAME_CODES);
}

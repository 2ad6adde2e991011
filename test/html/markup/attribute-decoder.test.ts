import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { AttributeDecoder } from '../../../src/html/markup/attribute-decoder.ts';

const decoder = new AttributeDecoder();

describe('AttributeDecoder', () => {
  it('values that need no tokenizer come to the same as with one', () => {
    const pieces = fc.constantFrom(
      '&',
      'amp',
      '&amp;',
      '&copy',
      '&not',
      'it',
      ';',
      '=',
      '1',
      '#',
      'x',
      '&lt',
      ' ',
      '"',
      "'",
      '\0',
      'é',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 10 }), (parts) => {
        const value = parts.join('');
        // A value with both stood without quotes, where much of this can't be.
        fc.pre(!(value.includes('"') && value.includes("'")));
        // The reference behind it leaves no other way.
        assert.equal(`${decoder.decode(value)}!`, decoder.decode(`${value}&#33;`));
      }),
      { numRuns: 3000 },
    );
  });

  it('an ampersand before a name and an equals sign is text (https://html.spec.whatwg.org/#named-character-reference-state)', () => {
    assert.equal(decoder.decode('?a=1&copy=2&amp;lt=3&amp=4'), '?a=1&copy=2&lt=3&amp=4');
  });

  it('a decoded reference begins no other one', () => {
    assert.equal(decoder.decode('&amp;amp;&amp;copy;'), '&amp;&copy;');
  });
});

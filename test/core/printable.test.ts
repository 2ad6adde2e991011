import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { printable } from '../../src/core/printable.ts';

test('a text without control characters stays as it is', () => {
  assert.equal(printable('Grüße, 世界 👋 \\x1B'), 'Grüße, 世界 👋 \\x1B');
});

test('C0, DEL and C1 controls become two hexadecimal digits', () => {
  assert.equal(printable('\u0000a\n\t\u001b[31m\u007f\u009b'), '\\x00a\\x0A\\x09\\x1B[31m\\x7F\\x9B');
});

test('separators of lines, controls of direction and lone surrogates become code points', () => {
  assert.equal(
    printable('\u2028\u2029\u202e\u2066\u061c\ud800'),
    '\\u{2028}\\u{2029}\\u{202E}\\u{2066}\\u{061C}\\u{D800}',
  );
});

test('a text that is too long ends with an ellipsis within the length', () => {
  assert.equal(printable('abcdef', 6), 'abcdef');
  assert.equal(printable('abcdefg', 6), 'abcde…');
});

test('neither an escape nor a surrogate pair is cut in two', () => {
  assert.equal(printable('abc\u001bdef', 7), 'abc…');
  assert.equal(printable('\u001b\u001b', 7), '\\x1B…');
  assert.equal(printable('ab👋cd', 4), 'ab…');
});

test('the result is never longer than asked for and never holds a control character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 40 }), (text, maxLength) => {
      const shown = printable(text, maxLength);
      assert.equal(shown.length <= maxLength, true);
      assert.doesNotMatch(shown, /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Cs}]/u);
    }),
  );
});

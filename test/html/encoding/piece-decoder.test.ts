import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pieceDecoder } from '../../../src/html/encoding/piece-decoder.ts';

/** Bytes and the characters of their index (https://encoding.spec.whatwg.org/#indexes), in many of which Node's tables differ. */
const CHARACTERS: readonly (readonly [encoding: string, bytes: string, text: string])[] = [
  ['euc-kr', '8141 c652 b0a1 a2e6', '갂힣가€'],
  ['big5', '8740 8862 8866 a440', '䏰Ê̄Ê一'],
  ['gbk', '80 8140 fe50', '€丂⺁'],
  ['gb18030', '8140 81308130 a2e3', '丂\u0080€'],
  ['shift_jis', '889f 8740 fa4a a1', '亜①Ⅰ｡'],
  ['euc-jp', 'b0a1 ada1 8ea1 8fb0a1', '亜①｡丂'],
  ['iso-2022-jp', '1b2442 3021 1b2842 41', '亜A'],
  ['koi8-u', 'ae be a4', 'ўЎє'],
  ['windows-874', 'a1 db ff', 'ก\ufffd\ufffd'],
  ['windows-1252', '80 81 e9', '€\u0081é'],
  ['windows-1253', 'aa e1', '\ufffdα'],
  ['windows-1255', 'ca e0', '\u05baא'],
  ['iso-8859-16', 'a4 a5 aa', '€„Ș'],
  ['x-user-defined', '80 ff', '\uf780\uf7ff'],
  ['utf-16le', '4100 3dd8 00de', 'A😀'],
  ['replacement', '41 42', ''],
];

describe('pieceDecoder', () => {
  for (const [encoding, hex, text] of CHARACTERS) {
    const bytes = Buffer.from(hex.replaceAll(' ', ''), 'hex');
    it(`${encoding}: ${hex} is ${JSON.stringify(text)}, also byte by byte`, () => {
      const whole = pieceDecoder(encoding);
      assert.equal(whole.decode(bytes) + whole.end(), text);
      const cut = pieceDecoder(encoding);
      const pieces = Array.from(bytes, (byte) => cut.decode(Buffer.of(byte)));
      assert.equal(pieces.join('') + cut.end(), text);
    });
  }

  it('a broken sequence is a replacement character, and what follows is read', () => {
    for (const [encoding, hex, text] of [
      ['euc-kr', 'ff b0a1 81', '\ufffd가\ufffd'],
      ['shift_jis', 'a0 889f 81', '\ufffd亜\ufffd'],
      ['gb18030', 'ff 8140 8130', '\ufffd丂\ufffd'],
    ] as const) {
      const decoder = pieceDecoder(encoding);
      assert.equal(decoder.decode(Buffer.from(hex.replaceAll(' ', ''), 'hex')) + decoder.end(), text, encoding);
    }
  });
});

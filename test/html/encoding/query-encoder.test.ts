import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pieceDecoder } from '../../../src/html/encoding/piece-decoder.ts';
import { QueryEncoders, queryEncoder } from '../../../src/html/encoding/query-encoder.ts';

describe('queryEncoder', () => {
  const cases: readonly (readonly [encoding: string, query: string, written: string])[] = [
    ['windows-1252', 'a=é€&b', 'a=%E9%80&b'],
    ['windows-1252', '☃😀', '%26%239731%3B%26%23128512%3B'],
    ['windows-1251', 'Привет', '%CF%F0%E8%E2%E5%F2'],
    ['iso-8859-16', 'ț€', '%FE%A4'],
    ['x-user-defined', '\uf780\uf7ffé', '%80%FF%26%23233%3B'],
    ['gbk', '中文€', '%D6%D0%CE%C4%80'],
    ['gbk', '😀', '%26%23128512%3B'],
    ['gb18030', '中文€😀ﬀ', '%D6%D0%CE%C4%A2%E3%949%FC6%840%B22'],
    ['big5', '中文', '%A4%A4%A4%E5'],
    // The last of several sequences for these, the first for all others.
    ['big5', '十卅═', '%A4Q%A4%CA%F9%F9'],
    ['euc-kr', '한국어', '%C7%D1%B1%B9%BE%EE'],
    ['euc-jp', '日本語ｱ', '%C6%FC%CB%DC%B8%EC%8E%B1'],
    ['euc-jp', '¥‾−', '\\~%A1%DD'],
    ['shift_jis', '日本語ｱ', '%93%FA%96{%8C%EA%B1'],
    ['shift_jis', 'ソ表\u0080', '%83\\%95\\%80'],
    ['shift_jis', '纊', '%FA\\'],
    ['iso-2022-jp', 'a日本b', 'a%1B$BF|K\\%1B(Bb'],
    ['iso-2022-jp', 'ｱﾞ', '%1B$B%%22!+%1B(B'],
    ['iso-2022-jp', '¥a~', '%1B(J\\a%1B(B~'],
    ['iso-2022-jp', '日☃\x1b', '%1B$BF|%1B(B%26%239731%3B%26%2365533%3B'],
  ];
  for (const [encoding, query, written] of cases) {
    it(`${JSON.stringify(query)} in ${encoding} is ${written}`, () => {
      assert.equal(queryEncoder(encoding)(query), written);
    });
  }

  it('ASCII is left to the URL parser', () => {
    const ascii = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code)).join('');
    assert.equal(queryEncoder('windows-1252')(ascii), ascii);
    assert.equal(queryEncoder('gbk')(ascii), ascii);
  });

  it('what is written decodes to what was meant', () => {
    // Those that the encoders write as another character's bytes.
    const substituted = new Set(['¥', '‾', '−', '\u0080']);
    for (const encoding of ['windows-1252', 'koi8-u', 'gbk', 'gb18030', 'big5', 'euc-kr', 'euc-jp', 'shift_jis']) {
      const encode = queryEncoder(encoding);
      const decoder = pieceDecoder(encoding);
      const wrong: string[] = [];
      let count = 0;
      for (let codePoint = 0x80; codePoint < 0x10000; codePoint += 7) {
        const character = String.fromCodePoint(codePoint);
        const written = encode(character);
        if (written.startsWith('%26%23') || substituted.has(character)) continue;
        count += 1;
        if (decoder.decode(percentDecode(written)) !== character) wrong.push(character);
      }
      assert.deepEqual(wrong, [], encoding);
      assert.ok(count >= 15, `${encoding} has ${count} characters`);
    }
  });
});

describe('QueryEncoders', () => {
  it('UTF-8, UTF-16 and replacement have none', () => {
    const encoders = new QueryEncoders();
    for (const encoding of ['utf-8', 'utf-16le', 'utf-16be', 'replacement']) {
      assert.equal(encoders.encoderOf(encoding), undefined);
    }
  });

  it('an encoder is made once', () => {
    const encoders = new QueryEncoders();
    assert.equal(encoders.encoderOf('big5'), encoders.encoderOf('big5'));
    assert.notEqual(encoders.encoderOf('big5'), encoders.encoderOf('gbk'));
  });
});

function percentDecode(text: string): Uint8Array {
  const binary = text.replace(/%([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(binary, 'latin1');
}

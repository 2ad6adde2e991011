import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { withoutContinue } from '../../../src/http/connection/interim.ts';

const CONTINUE = 'HTTP/1.1 100 Continue\r\nX-A: b\r\n\r\n';
const ANSWER = 'HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 100 in a body\r\n\r\n';

function rest(text: string): string | null {
  return withoutContinue(Buffer.from(text))?.toString() ?? null;
}

describe('the beginning of an answer', () => {
  test('loses every 100 in front, and nothing else', () => {
    assert.equal(rest(ANSWER), ANSWER);
    assert.equal(rest(CONTINUE + CONTINUE + ANSWER), ANSWER);
    assert.equal(rest(`HTTP/1.0 100\r\n\r\n${ANSWER}`), ANSWER);
    for (const text of ['HTTP/1.1 103 Early\r\n\r\n', 'HTTP/1.1 10', 'HTTP/2 100', 'SSH', '\0']) {
      assert.equal(rest(text), text === 'HTTP/1.1 10' ? null : text);
    }
  });

  test('that is too short to tell waits for more, up to a bound', () => {
    assert.equal(rest('HTTP/1.1 100 Continue\r\nX'), null);
    assert.equal(rest(CONTINUE), null);
    const flood = `HTTP/1.1 100 ${'x'.repeat(9_000)}`;
    assert.equal(rest(flood), flood);
  });

  test('gives the same in whatever pieces it comes', () => {
    const text = Buffer.from(CONTINUE + CONTINUE + ANSWER);
    fc.assert(
      fc.property(fc.array(fc.nat(text.length), { maxLength: 8 }), (cuts) => {
        const ends = [...cuts, text.length].sort((a, b) => a - b);
        const given = ends.map((end) => withoutContinue(text.subarray(0, end))).find((piece) => piece !== null);
        assert.ok(ANSWER.startsWith(String(given)) && String(given).length > 0);
      }),
    );
  });
});

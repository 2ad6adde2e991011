import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { withoutInterim } from '../../../../src/http/connection/protocols/interim.ts';

const CONTINUE = 'HTTP/1.1 100 Continue\r\nX-A: b\r\n\r\n';
const HINTS = 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n';
const ANSWER = 'HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 100 in a body\r\n\r\n';

function beginning(text: string): { rest: string; isAnswer: boolean } {
  const { rest, isAnswer } = withoutInterim(Buffer.from(text));
  return { rest: rest.toString(), isAnswer };
}

describe('the beginning of an answer', () => {
  test('loses every interim answer in front, in whatever order, and nothing else', () => {
    for (const interim of ['', CONTINUE + CONTINUE, HINTS + CONTINUE, CONTINUE + HINTS, 'HTTP/1.0 100\r\n\r\n']) {
      assert.deepEqual(beginning(interim + ANSWER), { rest: ANSWER, isAnswer: true });
    }
    for (const text of ['HTTP/1.1 101 Switching\r\n\r\n', 'HTTP/1.1 200', 'HTTP/1.1 1x', 'HTTP/2 100', 'SSH', '\0']) {
      assert.deepEqual(beginning(text), { rest: text, isAnswer: true });
    }
  });

  test('that is too short to tell waits for more, up to a bound', () => {
    for (const text of ['', 'HTTP/1.1 1', 'HTTP/1.1 10', 'HTTP/1.1 100 Continue\r\nX']) {
      assert.deepEqual(beginning(text), { rest: text, isAnswer: false });
    }
    const flood = `HTTP/1.1 100 ${'x'.repeat(9_000)}`;
    assert.deepEqual(beginning(flood), { rest: flood, isAnswer: true });
  });

  test('keeps nothing of what was taken off, so that a flood of interim answers is gone through once', () => {
    assert.deepEqual(beginning(CONTINUE.repeat(1_000)), { rest: '', isAnswer: false });
    assert.deepEqual(beginning(`${CONTINUE.repeat(1_000)}HTTP`), { rest: 'HTTP', isAnswer: false });
  });

  test('gives the same in whatever pieces it comes', () => {
    const text = Buffer.from(CONTINUE + HINTS + CONTINUE + ANSWER);
    fc.assert(
      fc.property(fc.array(fc.nat(text.length), { maxLength: 8 }), (cuts) => {
        const ends = [...cuts, text.length].sort((a, b) => a - b);
        const pieces = ends.map((end, index) => text.subarray(ends[index - 1] ?? 0, end));
        let held = Buffer.alloc(0);
        let answer = '';
        for (const piece of pieces) {
          if (answer !== '') {
            answer += piece.toString();
            continue;
          }
          const { rest, isAnswer } = withoutInterim(Buffer.concat([held, piece]));
          if (isAnswer) answer = rest.toString();
          else held = Buffer.from(rest);
        }
        assert.equal(answer, ANSWER);
      }),
    );
  });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { lineHash } from '../../../src/core/hashes/line-hash.ts';
import type { Origin } from '../../../src/core/record.ts';
import { Positions, type PositionsState } from '../../../src/pipeline/accounts/positions.ts';

const origin = (sequence: number): Origin => ({ sequence, input: 'list', line: sequence + 1, offset: sequence * 10 });

function readAll(positions: Positions, from: number, to: number): void {
  for (let sequence = from; sequence < to; sequence += 1) positions.read(origin(sequence), `line ${sequence}`);
}

test('lines done out of order are kept as ranges above the low-water mark', () => {
  const positions = new Positions();
  readAll(positions, 0, 10);
  for (const sequence of [0, 1, 4, 3, 7]) positions.done(sequence);
  assert.deepEqual(positions.state(), {
    low: 2,
    above: [
      [3, 4],
      [7, 7],
    ],
    last: { origin: origin(1), lineHash: lineHash('line 1') },
    furthest: { origin: origin(7), lineHash: lineHash('line 7') },
  });
});

test('a stored state that is taken up passes over what is done above the mark once it is read', () => {
  const positions = new Positions({
    low: 2,
    above: [[2, 4]],
    last: { origin: origin(1), lineHash: lineHash('line 1') },
    furthest: { origin: origin(4), lineHash: lineHash('line 4') },
  });
  readAll(positions, 1, 4);
  assert.equal(positions.state().low, 4);
  readAll(positions, 4, 6);
  const last = { origin: origin(4), lineHash: lineHash('line 4') };
  assert.deepEqual(positions.state(), { low: 5, above: [], last, furthest: null });
});

test('a line that is done and to be seen again is done, and holds up the mark until it has been seen', () => {
  const positions = new Positions({
    low: 2,
    above: [[3, 4]],
    last: { origin: origin(1), lineHash: lineHash('line 1') },
    furthest: { origin: origin(4), lineHash: lineHash('line 4') },
  });
  for (const sequence of [1, 2, 3, 4, 5]) positions.read(origin(sequence), `line ${sequence}`, true);
  positions.done(2);
  assert.deepEqual(
    [3, 4, 5].map((sequence) => positions.isDone(sequence)),
    [true, true, false],
  );
  const { low, above } = positions.state();
  assert.deepEqual({ low, above }, { low: 3, above: [[3, 4]] });
  for (const sequence of [1, 3, 4, 5]) positions.seen(sequence);
  const last = { origin: origin(4), lineHash: lineHash('line 4') };
  assert.deepEqual(positions.state(), { low: 5, above: [], last, furthest: null });
});

test('whatever the order and wherever it is stored and taken up, exactly the lines said to be done are done', () => {
  const lines = 40;
  fc.assert(
    fc.property(
      fc.shuffledSubarray(Array.from({ length: lines }, (_, index) => index)),
      fc.nat(lines),
      (order, cut) => {
        const done = new Set<number>();
        let positions = new Positions();
        readAll(positions, 0, lines);
        for (const [index, sequence] of order.entries()) {
          if (index === cut) positions = takenUp(positions.state(), lines);
          positions.done(sequence);
          done.add(sequence);
        }
        positions = takenUp(positions.state(), lines);
        for (let sequence = 0; sequence < lines; sequence += 1) {
          assert.equal(positions.isDone(sequence), done.has(sequence));
        }
        const { low, last, furthest } = positions.state();
        assert.equal(
          low,
          Array.from({ length: lines + 1 }, (_, index) => index).find((index) => !done.has(index)),
        );
        assert.equal(last?.origin.sequence ?? -1, low - 1);
        const highest = Math.max(-1, ...done);
        const expected = highest < low ? null : { origin: origin(highest), lineHash: lineHash(`line ${highest}`) };
        assert.deepEqual(furthest, expected);
      },
    ),
  );
});

test('what is held is bounded by the lines in work, however many are done behind one that is not', () => {
  const positions = new Positions();
  const inWork: number[] = [];
  readAll(positions, 0, 1);
  for (let sequence = 1; sequence < 20_000; sequence += 1) {
    readAll(positions, sequence, sequence + 1);
    inWork.push(sequence);
    if (inWork.length < 8) continue;
    for (const done of inWork.splice(0, 4).reverse()) positions.done(done);
    // The ranges of what is done lie between lines that are not.
    assert.ok(positions.held <= 2 * 9, `${positions.held} are held at line ${sequence}`);
  }
  for (const sequence of [...inWork, 0]) positions.done(sequence);
  const { low, above, last } = positions.state();
  assert.deepEqual([low, above, last?.origin.line, positions.held], [20_000, [], 20_000, 0]);
});

/** As a run does it: the state goes through a file, and reading starts at the last line below the mark. */
function takenUp(state: PositionsState, lines: number): Positions {
  const stored = JSON.parse(JSON.stringify(state)) as PositionsState;
  const positions = new Positions(stored);
  readAll(positions, Math.max(0, stored.low - 1), lines);
  return positions;
}

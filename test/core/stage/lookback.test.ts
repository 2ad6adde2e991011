import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Lookback } from '../../../src/core/stage/lookback.ts';

test('the state is that of the lines before the mark, whatever was noted behind it', () => {
  const lines = fc.array(fc.record({ isNoted: fc.boolean(), advance: fc.nat(3) }), { maxLength: 100 });
  fc.assert(
    fc.property(lines, (given) => {
      let low = 0;
      const noted: number[] = [];
      const applied: number[] = [];
      const lookback = new Lookback<number>(
        (change) => applied.push(change),
        () => low,
      );
      for (const [sequence, { isNoted, advance }] of given.entries()) {
        if (isNoted) {
          lookback.note(sequence, sequence);
          noted.push(sequence);
        }
        low = Math.min(sequence + 1, low + advance);
        lookback.settle(low);
        assert.deepEqual(
          applied,
          noted.filter((earlier) => earlier < low),
        );
      }
    }),
  );
});

test('what is done does not pile up between two checkpoints', () => {
  let low = 0;
  let applied = 0;
  const lookback = new Lookback<number>(
    () => (applied += 1),
    () => low,
  );
  for (let sequence = 0; sequence < 100_000; sequence += 1) {
    lookback.note(sequence, sequence);
    low = Math.max(0, sequence - 2_000);
    assert.ok(sequence - applied < 6_000, `${sequence - applied} wait at line ${sequence}`);
  }
});

test('while no line is done, nothing is applied and nothing lost', () => {
  const applied: number[] = [];
  const lookback = new Lookback<number>(
    (change) => applied.push(change),
    () => 0,
  );
  for (let sequence = 0; sequence < 5_000; sequence += 1) lookback.note(sequence, sequence);
  assert.deepEqual(applied, []);
  lookback.settle(5_000);
  assert.deepEqual(
    applied,
    Array.from({ length: 5_000 }, (_, index) => index),
  );
});

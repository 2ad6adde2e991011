import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { compareRows, type DiffLine } from '../../../src/testing/compare/row-match.ts';

const columns = ['a', 'b'];
const exact = { isUnordered: false, isPart: false };
const anyOrder = { isUnordered: true, isPart: false };
const letters = fc.array(fc.constantFrom('x', 'y', 'z'), { maxLength: 12 });

describe('rows in order', () => {
  it('are what a diff turns one into the other with, each line once', () => {
    fc.assert(
      fc.property(letters, letters, (wanted, found) => {
        const lines = compare(wanted, found);
        const without = (kind: DiffLine['kind']) =>
          lines.filter((line) => line.kind !== kind).map(({ text }) => /"(.)"/.exec(text)?.[1]);
        assert.deepEqual(without('extra'), wanted);
        assert.deepEqual(without('missing'), found);
      }),
    );
  });

  it('differ by no line where they are the same', () => {
    fc.assert(fc.property(letters, (rows) => assert.ok(compare(rows, rows).every(({ kind }) => kind === 'same'))));
  });

  it('are compared in the columns that are named', () => {
    const table = { columns, rows: [['x', 1]] };
    assert.deepEqual(compareRows([{ b: 1 }], table, exact), [{ kind: 'same', text: '{ b: 1 }' }]);
    assert.deepEqual(compareRows([['x', 1]], table, exact), [{ kind: 'same', text: '{ a: "x", b: 1 }' }]);
  });

  it('differ where a number is expected and a text is there', () => {
    const kinds = compareRows([{ b: 1 }], { columns, rows: [['x', '1']] }, exact).map(({ kind }) => kind);
    assert.deepEqual(kinds, ['missing', 'extra']);
  });
});

describe('rows in any order', () => {
  it('are the same in each', () => {
    fc.assert(
      fc.property(letters, (rows) => {
        const table = { columns: ['a'], rows: rows.toReversed().map((one) => [one]) };
        const lines = compareRows(
          rows.map((one) => [one]),
          table,
          anyOrder,
        );
        assert.ok(lines.every(({ kind }) => kind === 'same'));
      }),
    );
  });

  it('are each taken once, by the row that names most', () => {
    const table = {
      columns,
      rows: [
        ['x', 1],
        ['x', 2],
      ],
    };
    const lines = compareRows([{ a: 'x' }, { a: 'x', b: 1 }], table, anyOrder);
    assert.deepEqual(
      lines.map(({ kind }) => kind),
      ['same', 'same'],
    );
  });
});

describe('rows among others', () => {
  it('are missing where none is like them, and the others are not told of', () => {
    const table = {
      columns,
      rows: [
        ['x', 1],
        ['y', 2],
      ],
    };
    const lines = compareRows([{ a: 'y' }, { a: 'z' }], table, { isUnordered: false, isPart: true });
    assert.deepEqual(
      lines.map(({ kind }) => kind),
      ['same', 'missing'],
    );
  });
});

function compare(wanted: readonly string[], found: readonly string[]): readonly DiffLine[] {
  return compareRows(
    wanted.map((one) => [one]),
    { columns: ['a'], rows: found.map((one) => [one]) },
    exact,
  );
}

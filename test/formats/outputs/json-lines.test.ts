import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { jsonLinesFormat } from '../../../src/formats/outputs/json-lines.ts';

it('each row is an object on a line of its own, its keys the columns in their order', () => {
  const { head, encode } = jsonLinesFormat(['source_url', 'status']);
  assert.equal(head, '');
  assert.equal(
    encode([
      ['https://example.com/"', 200],
      ['b', null],
    ]),
    '{"source_url":"https://example.com/\\"","status":200}\n{"source_url":"b","status":null}\n',
  );
});

it('a value that is not there is null', () => {
  assert.equal(jsonLinesFormat(['a', 'b']).encode([['x']]), '{"a":"x","b":null}\n');
});

it('any rows are read back as they were, numbers and booleans too', () => {
  const value = fc.oneof(fc.string({ unit: 'binary' }), fc.integer(), fc.boolean(), fc.constant(null));
  const names = fc.uniqueArray(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 4 });
  const table = names.chain((columns) => {
    const row = fc.array(value, { minLength: columns.length, maxLength: columns.length });
    return fc.record({ columns: fc.constant(columns), rows: fc.array(row) });
  });
  fc.assert(
    fc.property(table, ({ columns, rows }) => {
      const lines = jsonLinesFormat(columns).encode(rows).split('\n');
      assert.equal(lines.pop(), '');
      const read = lines.map((line) => JSON.parse(line));
      assert.deepEqual(
        read.map((object) => columns.map((column) => object[column])),
        rows,
      );
    }),
  );
});

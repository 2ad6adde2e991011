import type { Row } from '../../../src/core/stage/sink-writer.ts';
import type { SqliteTable } from '../../../src/formats/typed/sqlite-table.ts';

/** A table with a column of each type. */
export const SQLITE_TABLE: SqliteTable = {
  name: 'links',
  columns: [
    { name: 'parsed_url', type: 'string' },
    { name: 'status', type: 'int' },
    { name: 'ratio', type: 'double' },
    { name: 'nofollow', type: 'bool' },
    { name: 'input.a "b"', type: 'any' },
  ],
};

/** The row of that number, from 1. */
export function numberedRow(number: number): Row {
  return [
    `https://example.org/${number}`,
    number,
    number / 4,
    number % 2 === 0,
    number % 3 === 0 ? null : `x${number}`,
  ];
}

import type { Value } from '../../core/record.ts';
import { judgeCase } from '../compare/judge-case.ts';
import { requestRows } from '../compare/request-table.ts';
import { namesOf, pairRows } from '../compare/row-match.ts';
import type { Table } from '../run/captured-outputs.ts';
import type { Observation } from '../run/run-case.ts';
import type { TestCase } from './test-file.ts';
import type { ExpectedRow } from './test-keys.ts';

/** A row that came. */
export interface UpdatedRow {
  /** The place of the row that was expected and is right; undefined where there was none. */
  readonly kept?: number | undefined;
  /** In the form of those that were expected: the same columns, a list where those were lists. */
  readonly row: unknown;
}

/** The rows of an output as they came, in the place of those that were expected. */
export class UpdatedRows {
  readonly rows: readonly UpdatedRow[];

  constructor(rows: readonly UpdatedRow[]) {
    this.rows = rows;
  }
}

/** Gives the keys of what is expected of a case that differ from what came of it, with what they should be. */
export function updatedKeys(
  testCase: Pick<TestCase, 'expected'>,
  observation: Observation,
): readonly (readonly [key: string, value: unknown])[] {
  const { expected } = testCase;
  const { rows, failures, pages, summary, exitCode } = observation;
  if (expected === undefined) {
    return [
      ['rows', updatedRows([], rows)],
      ...(failures.rows.length > 0 ? [['failures', failuresAtFirst(failures)] as const] : []),
      ['exitCode', exitCode],
    ];
  }
  const found: Readonly<Record<string, () => unknown>> = {
    rows: () => updatedRows(expected.rows ?? [], rows, expected.unordered),
    failures: () => updatedRows(expected.failures ?? [], failures),
    pages: () => updatedRows(expected.pages ?? [], pages),
    requests: () => {
      const { expected: wanted, table } = requestRows(expected.requests ?? [], observation.requests);
      return updatedRows(wanted, table);
    },
    summary: () => Object.fromEntries(Object.keys(expected.summary ?? {}).map((name) => [name, summary[name]])),
    exitCode: () => exitCode,
  };
  return judgeCase({ expected }, observation, String).flatMap(({ what }) => {
    const value = found[what]?.();
    return value === undefined ? [] : [[what, value] as const];
  });
}

/** Of failures, what a reader wants to know first. */
function failuresAtFirst(failures: Table): UpdatedRows {
  const form: ExpectedRow = { source_url: '', code: '' };
  return new UpdatedRows(failures.rows.map((row) => ({ row: rowIn(row, [form], failures) })));
}

function updatedRows(expected: readonly ExpectedRow[], table: Table, isUnordered = false): UpdatedRows {
  const rows = pairRows(expected, table, isUnordered).flatMap(({ wanted, found }) =>
    found === undefined ? [] : [{ kept: wanted, row: rowIn(table.rows[found] ?? [], expected, table) }],
  );
  return new UpdatedRows(rows);
}

/** A row in the form of those that were expected. */
function rowIn(row: readonly Value[], expected: readonly ExpectedRow[], { columns }: Table): unknown {
  const isList = expected.length > 0 && expected.every((one) => Array.isArray(one));
  const names = namesOf(expected, columns);
  const values = names.map((name) => row[columns.indexOf(name)] ?? null);
  return isList ? values : Object.fromEntries(values.map((value, index) => [names[index], value]));
}

import type { Value } from '../../core/record.ts';
import type { ExpectedRow } from '../document/test-keys.ts';
import type { Table } from '../run/captured-outputs.ts';

/** A line of a comparison: as expected, missing, or not expected. */
export interface DiffLine {
  readonly kind: 'same' | 'missing' | 'extra';
  readonly text: string;
}

type Row = Readonly<Record<string, Value>>;

/** Rows that are compared in the one table of a longest common subsequence; beyond it, only their ends are lined up. */
const MAX_CELLS = 4_000_000;

/** How rows are compared with those that are expected. */
export interface RowRules {
  /** Whether they may come in any order. */
  readonly isUnordered: boolean;
  /** Whether there may be others. */
  readonly isPart: boolean;
}

/** A row that is expected beside one that is there, by their indexes; or one that has no counterpart. */
export interface RowPair {
  readonly wanted?: number;
  readonly found?: number;
}

/**
 * Pairs the rows of a table with those that are expected. Columns that an expected row does not name are not looked at.
 *
 * Order: of the rows, with what is missing before what is there in its place; in any order, what is not expected comes last.
 */
export function pairRows(expected: readonly ExpectedRow[], table: Table, isUnordered: boolean): readonly RowPair[] {
  const wanted = expected.map((row) => namedRow(row, table.columns));
  const found = table.rows.map((row) => namedRow([...row], table.columns));
  return isUnordered ? unorderedPairs(wanted, found) : orderedPairs(wanted, found);
}

/** Compares the rows of a table with those that are expected: a line for each, in the order of `pairRows`. */
export function compareRows(expected: readonly ExpectedRow[], table: Table, rules: RowRules): readonly DiffLine[] {
  const names = namesOf(expected, table.columns);
  const wanted = expected.map((row) => namedRow(row, table.columns));
  const found = table.rows.map((row) => namedRow([...row], table.columns));
  if (rules.isPart) return partLines(wanted, found);
  return pairRows(expected, table, rules.isUnordered).map(({ wanted: missing, found: extra }): DiffLine => {
    if (missing === undefined) return { kind: 'extra', text: rowText(found[extra ?? 0] ?? {}, names) };
    return { kind: extra === undefined ? 'missing' : 'same', text: rowText(wanted[missing] ?? {}, names) };
  });
}

/** Gives the columns that any of the rows names, in the order of the table; all of them where there is no row that names some. */
export function namesOf(rows: readonly ExpectedRow[], columns: readonly string[]): readonly string[] {
  const named = new Set(rows.flatMap((row) => (Array.isArray(row) ? columns : Object.keys(row))));
  return named.size === 0 ? columns : columns.filter((name) => named.has(name));
}

/** Gives a row by the names of its columns. */
function namedRow(row: ExpectedRow, columns: readonly string[]): Row {
  return Array.isArray(row) ? Object.fromEntries(columns.map((name, index) => [name, row[index] ?? null])) : row;
}

function fits(wanted: Row, found: Row): boolean {
  return Object.entries(wanted).every(([name, value]) => found[name] === value);
}

function rowText(row: Row, names: readonly string[]): string {
  const parts = names.filter((name) => name in row).map((name) => `${name}: ${JSON.stringify(row[name])}`);
  return `{ ${parts.join(', ')} }`;
}

/** With what is missing, the row that is most like it. */
function partLines(wanted: readonly Row[], found: readonly Row[]): readonly DiffLine[] {
  return wanted.flatMap((row): DiffLine[] => {
    const names = Object.keys(row);
    const text = rowText(row, names);
    if (found.some((one) => fits(row, one))) return [{ kind: 'same', text }];
    const nearest = nearestRow(row, found);
    const near: DiffLine[] = nearest === undefined ? [] : [{ kind: 'extra', text: rowText(nearest, names) }];
    return [{ kind: 'missing', text }, ...near];
  });
}

/** The first of those that have most values in common with a row; undefined where none has any. */
function nearestRow(row: Row, found: readonly Row[]): Row | undefined {
  let nearest: Row | undefined;
  let most = 0;
  for (const one of found) {
    const common = Object.entries(row).filter(([name, value]) => one[name] === value).length;
    if (common > most) [nearest, most] = [one, common];
  }
  return nearest;
}

/** Rows that name most are paired first, so that they don't find theirs taken. */
function unorderedPairs(wanted: readonly Row[], found: readonly Row[]): readonly RowPair[] {
  const left = new Set(found.keys());
  const taken = new Map<number, number>();
  const strictness = (index: number) => Object.keys(wanted[index] ?? {}).length;
  for (const index of [...wanted.keys()].sort((one, other) => strictness(other) - strictness(one))) {
    for (const candidate of left) {
      if (!isFit(wanted[index], found[candidate])) continue;
      left.delete(candidate);
      taken.set(index, candidate);
      break;
    }
  }
  const pairs = wanted.map((_row, index) => pairOf(index, taken.get(index)));
  return [...pairs, ...[...left].map((index) => pairOf(undefined, index))];
}

function orderedPairs(wanted: readonly Row[], found: readonly Row[]): readonly RowPair[] {
  let start = 0;
  while (isFit(wanted[start], found[start])) start += 1;
  let end = 0;
  const room = Math.min(wanted.length, found.length) - start;
  while (end < room && isFit(wanted.at(-1 - end), found.at(-1 - end))) end += 1;
  const middle = commonPairs(wanted.slice(start, wanted.length - end), found.slice(start, found.length - end));
  const same = (count: number, wantedAt: number, foundAt: number) =>
    Array.from({ length: count }, (_, index) => pairOf(wantedAt + index, foundAt + index));
  return [
    ...same(start, 0, 0),
    ...middle.map((pair) => pairOf(shifted(pair.wanted, start), shifted(pair.found, start))),
    ...same(end, wanted.length - end, found.length - end),
  ];
}

function shifted(index: number | undefined, by: number): number | undefined {
  return index === undefined ? undefined : index + by;
}

function pairOf(wanted: number | undefined, found: number | undefined): RowPair {
  return { ...(wanted !== undefined && { wanted }), ...(found !== undefined && { found }) };
}

function isFit(wanted: Row | undefined, found: Row | undefined): boolean {
  return wanted !== undefined && found !== undefined && fits(wanted, found);
}

/** By the longest common subsequence, as diff has it. */
function commonPairs(wanted: readonly Row[], found: readonly Row[]): readonly RowPair[] {
  const lengths = commonLengths(wanted, found);
  const pairs: RowPair[] = [];
  let row = 0;
  let column = 0;
  while (row < wanted.length || column < found.length) {
    if (isFit(wanted[row], found[column])) {
      pairs.push({ wanted: row, found: column });
      row += 1;
      column += 1;
    } else if (
      column === found.length ||
      (row < wanted.length && lengths(row + 1, column) >= lengths(row, column + 1))
    ) {
      pairs.push({ wanted: row });
      row += 1;
    } else {
      pairs.push({ found: column });
      column += 1;
    }
  }
  return pairs;
}

/** Tells how long the longest common subsequence of two lists is from an index on; 0 where they are too long for that. */
function commonLengths(wanted: readonly Row[], found: readonly Row[]): (row: number, column: number) => number {
  const width = found.length + 1;
  if (width * (wanted.length + 1) > MAX_CELLS) return () => 0;
  const lengths = new Uint32Array(width * (wanted.length + 1));
  const at = (row: number, column: number) => lengths[row * width + column] ?? 0;
  for (let row = wanted.length - 1; row >= 0; row -= 1) {
    for (let column = found.length - 1; column >= 0; column -= 1) {
      const isSame = isFit(wanted[row], found[column]);
      lengths[row * width + column] = isSame
        ? at(row + 1, column + 1) + 1
        : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  return at;
}

import { createHash } from 'node:crypto';
import type { DatabaseSyncInstance, StatementSyncInstance } from '@photostructure/sqlite';
import type { ColumnType } from '../../core/columns/columns.ts';
import { StageError } from '../../core/errors.ts';
import type { Value } from '../../core/record.ts';
import type { OutputState } from '../../core/stage/sink-writer.ts';
import { literal, quoted, selected } from './sqlite-database.ts';
import type { TypedColumn } from './typed-column.ts';

/** The table that an output's rows go into. */
export interface SqliteTable {
  readonly name: string;
  readonly columns: readonly TypedColumn[];
}

/** A value as the library takes it. */
export type SqliteValue = string | number | bigint | null;

/** What turns the values of a row's columns into what is stored, in the order of the columns. */
export function encoders({ columns }: SqliteTable): readonly ((value: Value) => SqliteValue)[] {
  return columns.map(({ type }) => ENCODERS[type]);
}

/** Makes the table. */
export function createTable(database: DatabaseSyncInstance, { name, columns }: SqliteTable): void {
  const list = columns.map((column) => `${quoted(column.name)}${DECLARED[column.type]}`).join(', ');
  database.exec(`CREATE TABLE ${quoted(name)} (${list})`);
}

/** The statement that adds a row. */
export function insertion(database: DatabaseSyncInstance, { name, columns }: SqliteTable): StatementSyncInstance {
  return database.prepare(`INSERT INTO ${quoted(name)} VALUES (${columns.map(() => '?').join(', ')})`);
}

/** Deletes the rows behind those that a checkpoint recorded. */
export function cutBack(database: DatabaseSyncInstance, table: SqliteTable, { length }: OutputState): void {
  database.exec(`DELETE FROM ${quoted(table.name)} WHERE ${rowNumber(table)} > ${BigInt(length)}`);
}

/** Names of the table's columns; none where there is no such table. */
export function columnNames(database: DatabaseSyncInstance, { name }: SqliteTable): readonly string[] {
  return selected(database, 'name', `FROM pragma_table_info(${literal(name)})`).map(([column]) => String(column));
}

/** A hash of the values of the row of that number, as they are stored; empty where there is none. */
export function hashOfRow(database: DatabaseSyncInstance, table: SqliteTable, number: number): string {
  const list = table.columns.map(({ name }) => quoted(name)).join(', ');
  const [row] = selected(database, list, `FROM ${quoted(table.name)} WHERE ${rowNumber(table)} = ${BigInt(number)}`);
  if (row === undefined) return '';
  const text = JSON.stringify(row, (_, value) => (typeof value === 'bigint' ? `${value}n` : value));
  return createHash('sha256').update(text).digest('base64url');
}

/** The name of the row's number that no column hides (https://www.sqlite.org/lang_createtable.html#rowid). */
function rowNumber({ name, columns }: SqliteTable): string {
  const taken = new Set(columns.map((column) => column.name.toLowerCase()));
  const free = ['rowid', '_rowid_', 'oid'].find((alias) => !taken.has(alias));
  if (free !== undefined) return free;
  throw new StageError('SINK_FAILED', `table ${name}: no more than two columns may be called rowid, _rowid_ and oid.`);
}

const ENCODERS: Readonly<Record<ColumnType, (value: Value) => SqliteValue>> = {
  string: plain,
  int: plain,
  double: number,
  bool: plain,
  any: (value) => (Number.isSafeInteger(value) ? BigInt(value as number) : plain(value)),
};

function plain(value: Value): SqliteValue {
  if (typeof value === 'boolean') return Number(value);
  // A text ends at its first NUL, for the library and for most of what reads databases (https://www.sqlite.org/nulinstr.html).
  return typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '\uFFFD') : value;
}

/** The library takes what is nearer to a whole number than this for one; of a text the column makes the number. */
function number(value: Value): SqliteValue {
  return typeof value === 'number' && value > 0 && value < Number.EPSILON ? String(value) : plain(value);
}

/** Declared types (https://www.sqlite.org/datatype3.html). Without one a value stays what it is. */
const DECLARED: Readonly<Record<ColumnType, string>> = {
  string: ' TEXT',
  int: ' INTEGER',
  double: ' REAL',
  bool: ' INTEGER',
  any: '',
};

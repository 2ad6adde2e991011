import { type ColumnScope, type ColumnType, nameInInput } from '../../core/columns/columns.ts';
import type { FailedRecord } from '../../core/outcome.ts';
import type { Link, LinksRecord, Value } from '../../core/record.ts';
import type { Row } from '../../core/stage/sink-writer.ts';
import { columnsOfKind } from './record-columns.ts';
import { type FailureEntry, failureColumns, type PageEntry, pageColumns, type ReportColumn } from './report-columns.ts';

/** The part that an output plays in a pipeline. */
export type OutputRole = 'sink' | 'failures' | 'pages';

/** A link with the page that it stands on. */
export interface LinkEntry {
  readonly record: LinksRecord;
  readonly link: Link;
}

/** What the rows of an output are made of, by its role. */
export interface Entries {
  readonly sink: LinkEntry;
  readonly failures: FailureEntry;
  readonly pages: PageEntry;
}

/** A column of an output. */
export interface OutputColumn<Entry> {
  /** Its name in the output. */
  readonly header: string;
  readonly type: ColumnType;
  /** The stable name of the column of links that it shows; undefined for others. */
  readonly builtIn?: string | undefined;
  /** The field that it shows; undefined for others. */
  readonly field?: string | undefined;
  readonly read: (entry: Entry) => Value;
}

/** Names and sentences of the columns that an output of each role can have, beside those of the input and of steps. */
export function columnsOf(role: OutputRole): readonly { readonly name: string; readonly summary: string }[] {
  return Object.entries(tables[role]).map(([name, { summary }]) => ({ name, summary }));
}

const tables = { sink: columnsOfKind('links'), failures: failureColumns, pages: pageColumns } as const;

/** Names of the columns that an output of each role can have, beside those of the input and of steps. */
export const tableColumns: Readonly<Record<OutputRole, readonly string[]>> = {
  sink: Object.keys(tables.sink),
  failures: Object.keys(tables.failures),
  pages: Object.keys(tables.pages),
};

/** The columns that rows of links have when nothing is said of them; behind them those that steps have made. */
const DEFAULT_LINK_COLUMNS: readonly (string | undefined)[] = ['source_url', 'parsed_url'];

/** The columns from which an output of a role can choose. */
export interface ColumnChoice<Entry> {
  /** All of them, for messages; those of the input left out. */
  readonly names: readonly string[];
  readonly defaults: readonly string[];
  /** Undefined where there is none of that name. */
  find(name: string, header: string): OutputColumn<Entry> | undefined;
}

/** Gives the columns from which a sink can choose, where the records that reach it have those of `scope`. */
export function linkChoice(scope: ColumnScope): ColumnChoice<LinkEntry> {
  // Those that a step has given another name or another value stand where they were.
  const isUsual = (name: string) => [name, scope.get(name)?.builtIn].some((one) => DEFAULT_LINK_COLUMNS.includes(one));
  const usual = scope.names.filter(isUsual);
  const made = scope.names.filter((name) => scope.get(name)?.field !== undefined && !isUsual(name));
  return {
    names: scope.names,
    defaults: [...usual, ...made],
    find: (name, header) => {
      const column = scope.get(name);
      if (column === undefined) return undefined;
      const { type, builtIn, field, read } = column;
      return { header, type, builtIn, field, read: ({ record, link }) => read(record, link) };
    },
  };
}

/** Gives the columns from which a failures or pages output can choose. */
export function reportChoice<Role extends 'failures' | 'pages'>(
  role: Role,
  hasInput: boolean,
): ColumnChoice<Entries[Role]> {
  const table = tables[role] as Readonly<Record<string, ReportColumn<Entries[Role]>>>;
  const names = Object.keys(table);
  return {
    names,
    defaults: names,
    find: (name, header) => {
      const column = table[name];
      if (column !== undefined) return { header, type: column.type, read: column.read };
      return hasInput && nameInInput(name) !== undefined ? inputColumn(name, header) : undefined;
    },
  };
}

/** Makes rows of a page's links: one row a link, in the page's order. */
export function linkRows(columns: readonly OutputColumn<LinkEntry>[]): (record: LinksRecord) => Row[] {
  const row = rowMaker(columns);
  return (record) => record.links.map((link) => row({ record, link }));
}

/** Makes the row of an entry. */
export function rowMaker<Entry>(columns: readonly OutputColumn<Entry>[]): (entry: Entry) => Row {
  return (entry) => columns.map((column) => column.read(entry));
}

function inputColumn<Entry extends { readonly record: FailedRecord }>(
  field: string,
  header: string,
): OutputColumn<Entry> {
  return { header, type: 'any', field, read: ({ record }) => record.fields?.[field] ?? null };
}

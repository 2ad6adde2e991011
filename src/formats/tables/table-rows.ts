import { withoutCompression } from '../compression.ts';
import { CSV, delimitedRecords, TSV } from './delimited-records.ts';
import { jsonObjects } from './json-objects.ts';
import { requireColumns } from './require-columns.ts';

/** A format of rows with named columns. */
export type TableFormat = 'jsonl' | 'csv' | 'tsv';

/** The format that a file name's extension stands for (before a `.gz` or `.zst`), or undefined. */
export function tableFormatOf(path: string): TableFormat | undefined {
  const extension = /\.(jsonl|csv|tsv)$/i.exec(withoutCompression(path))?.[1];
  return extension?.toLowerCase() as TableFormat | undefined;
}

/** A row of a table. */
export interface TableRow {
  /** 1-based line of the file on which it begins; the header is one. */
  readonly line: number;
  /** Position of its first byte, or of the blank lines before it. */
  readonly offset: number;
  /** The wanted columns' values, in their order; undefined where the row has none or, in JSON, null, a list or a map. */
  readonly values: readonly (string | undefined)[];
  /** Set on a row that can't be read; it has no values. As the end of `the line is `. */
  readonly defect?: string;
}

/** What is read of a table. */
export interface TableQuery {
  readonly format: TableFormat;
  /** The file's name for messages. */
  readonly name: string;
  readonly columns: readonly string[];
  /** Those of them that the table must have. */
  readonly required: readonly string[];
}

/**
 * Reads rows as the sinks of the same names write them: JSON lines, CSV by RFC 4180, and TSV without quotes but with
 * `\t`, `\n`, `\r` and `\\` for what can't stand in a value.
 *
 * Order: of the file, in batches of what one read gave. Bound: a line of 64 KiB (JSON), a record of 1 MiB (CSV, TSV).
 * Errors: StageError `SOURCE_UNREADABLE` for a header, or a first JSON object, without a required column: it names those that
 * are there. What the CSV parser throws has a `code`. A line that is no JSON object, or a later one without a required column,
 * is a row with a defect, and the reading goes on.
 */
export function tableRows(
  bytes: AsyncIterable<Buffer>,
  query: TableQuery,
): AsyncGenerator<readonly TableRow[], void, undefined> {
  return query.format === 'jsonl' ? jsonRows(bytes, query) : delimitedRows(bytes, query);
}

async function* jsonRows(
  bytes: AsyncIterable<Buffer>,
  query: TableQuery,
): AsyncGenerator<readonly TableRow[], void, undefined> {
  const { name, columns, required } = query;
  let isFirst = true;
  for await (const lines of jsonObjects(bytes)) {
    yield lines.map(({ line, offset, object, defect }) => {
      if (object === undefined) return { line, offset, values: [], defect: defect ?? '' };
      // The first object tells whether this is such a table; one that is torn or foreign among millions must not end it.
      if (isFirst) requireColumns(Object.keys(object), required, { name, line });
      isFirst = false;
      const missing = required.filter((column) => !Object.hasOwn(object, column));
      if (missing.length > 0) return { line, offset, values: [], defect: `without ${missing.join(', ')}` };
      return { line, offset, values: columns.map((column) => textOf(object[column])) };
    });
  }
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

async function* delimitedRows(
  bytes: AsyncIterable<Buffer>,
  query: TableQuery,
): AsyncGenerator<readonly TableRow[], void, undefined> {
  let indexes: readonly number[] | undefined;
  for await (const records of delimitedRecords(bytes, query.format === 'tsv' ? TSV : CSV)) {
    const rows: TableRow[] = [];
    for (const { line, offset, cells } of records) {
      if (indexes === undefined) {
        requireColumns(cells, query.required, { name: query.name, line });
        indexes = query.columns.map((column) => cells.indexOf(column));
      } else {
        rows.push({ line, offset, values: indexes.map((index) => cells[index]) });
      }
    }
    if (rows.length > 0) yield rows;
  }
}

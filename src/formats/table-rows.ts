import { pipeline, type Readable } from 'node:stream';
import { type Info, parse } from 'csv-parse';
import { StageError } from '../core/errors.ts';
import { printable } from '../core/printable.ts';
import { withoutCompression } from './compression.ts';
import { textLines } from './text-lines.ts';

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
  /** Those of them that every row must have. */
  readonly required: readonly string[];
}

/**
 * Reads rows as the sinks of the same names write them: JSON lines, CSV by RFC 4180, and TSV without quotes but with
 * `\t`, `\n`, `\r` and `\\` for what can't stand in a value.
 *
 * Order: of the file, in batches of what one read gave. Bound: a line of 64 KiB (JSON), a record of 1 MiB (CSV, TSV).
 * Errors: StageError `SOURCE_UNREADABLE` for a row, or a header, without a required column: it names those that are there.
 * What the CSV parser throws has a `code`. A line that is no JSON object is a row with a defect, and the reading goes on.
 */
export function tableRows(bytes: Readable, query: TableQuery): AsyncGenerator<readonly TableRow[], void, undefined> {
  return query.format === 'jsonl' ? jsonRows(bytes, query) : delimitedRows(bytes, query);
}

async function* jsonRows(bytes: Readable, query: TableQuery): AsyncGenerator<readonly TableRow[], void, undefined> {
  for await (const lines of textLines(bytes)) {
    yield lines.map(({ text, line, offset, defect }) => {
      if (defect === 'too-long') return { line, offset, values: [], defect: 'longer than 64 KiB' };
      if (defect === 'not-utf8') return { line, offset, values: [], defect: 'not UTF-8' };
      const object = parseObject(text);
      if (object === undefined) return { line, offset, values: [], defect: 'no JSON object' };
      requireColumns(Object.keys(object), line, query);
      return { line, offset, values: query.columns.map((column) => textOf(object[column])) };
    });
  }
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

/** An unclosed quote would have the rest of the file gathered. */
const RECORD_MAX_BYTES = 1_048_576;

/** What the parser gives with `info`; its types tell of the fields alone. */
interface DelimitedRecord {
  readonly info: Info;
  readonly record: readonly string[];
}

async function* delimitedRows(
  bytes: Readable,
  query: TableQuery,
): AsyncGenerator<readonly TableRow[], void, undefined> {
  const isTsv = query.format === 'tsv';
  const parser = parse({
    bom: true,
    delimiter: isTsv ? '\t' : ',',
    info: true,
    max_record_size: RECORD_MAX_BYTES,
    relax_column_count: true,
    skip_empty_lines: true,
    ...(isTsv ? { quote: null, escape: null } : { relax_quotes: true }),
  });
  // An error of either stream comes out of the last one, which is being read.
  pipeline(bytes, parser, () => {});
  let indexes: readonly number[] | undefined;
  let offset = 0;
  for await (const first of parser) {
    const rows: TableRow[] = [];
    for (let next = first as DelimitedRecord | null; next !== null; next = parser.read()) {
      const { info, record } = next;
      const line = info.lines - lineFeedsIn(record);
      if (indexes === undefined) {
        requireColumns(record, line, query);
        indexes = query.columns.map((column) => record.indexOf(column));
      } else {
        rows.push({ line, offset, values: indexes.map((index) => cell(record[index], isTsv)) });
      }
      offset = info.bytes;
    }
    if (rows.length > 0) yield rows;
  }
}

/** The parser counts lines to a record's end. */
function lineFeedsIn(record: readonly string[]): number {
  let count = 0;
  for (const value of record) {
    for (let at = value.indexOf('\n'); at !== -1; at = value.indexOf('\n', at + 1)) count += 1;
  }
  return count;
}

const TSV_ESCAPES: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', '\\': '\\' };

function cell(value: string | undefined, isTsv: boolean): string | undefined {
  if (!isTsv || value?.includes('\\') !== true) return value;
  return value.replace(/\\([tnr\\])/g, (_, letter: string) => TSV_ESCAPES[letter] ?? letter);
}

function requireColumns(found: readonly string[], line: number, { name, required }: TableQuery): void {
  const missing = required.filter((column) => !found.includes(column));
  if (missing.length === 0) return;
  const list = found.length === 0 ? 'none' : printable(found.join(', '), 200);
  throw new StageError(
    'SOURCE_UNREADABLE',
    `${name}:${line}: no column ${missing.join(', ')}; columns found: ${list}.`,
  );
}

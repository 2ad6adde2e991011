import { inputColumnName } from '../../core/columns/columns.ts';
import { ConfigError, StageError } from '../../core/errors.ts';
import type { Fields, Value } from '../../core/record.ts';
import type { SourceItem } from '../../core/stage/source-item.ts';
import { openInputFile, unreadable } from '../inputs/input-file.ts';
import { type InputFormat, inputLabel } from '../inputs/input-reader.ts';
import { invalidInput } from '../inputs/input-url.ts';
import { urlItem } from '../inputs/url-item.ts';
import { type DelimitedRecord, type Dialect, delimitedRecords } from './delimited-records.ts';
import { type JsonObjectLine, jsonObjects } from './json-objects.ts';
import { requireColumns } from './require-columns.ts';

/** Which columns of a table are read. */
export interface UrlColumns {
  /** The one with the URLs. */
  readonly url: string;
  /** Those that become fields. */
  readonly fields: readonly string[] | 'all';
}

/**
 * Gives how tables of delimited cells are read as items, by a header on top or by `names` for a file without one.
 *
 * A table without one of the columns is told by `check`, with the columns that there are: ConfigError. Standard input can't
 * be looked into: there it is a StageError when it is read.
 */
export function delimitedTables(
  dialect: Dialect,
  columns: UrlColumns,
  names: readonly string[] | undefined,
): InputFormat {
  if (names !== undefined)
    asConfigError(() => requireColumns(names, requiredOf(columns), { name: 'columns', line: 1 }));
  const headItems = async function* (bytes: AsyncIterable<Buffer>, name: string) {
    let rowItem = names && rowReader(names, columns, name);
    for await (const records of delimitedRecords(bytes, dialect)) {
      const items: SourceItem[] = [];
      for (const record of records) {
        if (rowItem !== undefined) {
          items.push(rowItem(record));
          continue;
        }
        requireColumns(record.cells, requiredOf(columns), { name: inputLabel(name), line: record.line });
        rowItem = rowReader(record.cells, columns, name);
      }
      yield items;
    }
  };
  return {
    // The header is needed, and what begins a line may stand within quotes.
    canBeginMidway: () => false,
    items: (bytes, { name, firstLine }) => from(firstLine, headItems(bytes, name)),
    check: (path, name) => readFirst(path, name, (bytes) => headItems(bytes, name)),
  };
}

/**
 * Gives how JSON lines are read as items. Texts, numbers, booleans and null stay what they are; lists and maps become JSON.
 *
 * A line without a URL fails by itself. A column that none of the first lines has is told by `check`: ConfigError.
 */
export function jsonTables(columns: UrlColumns): InputFormat {
  return {
    canBeginMidway: () => true,
    items: async function* (bytes, { name, start, firstLine }) {
      for await (const lines of jsonObjects(bytes, start)) {
        yield lines.filter(({ line }) => line >= firstLine).map((line) => objectItem(line, columns, name));
      }
    },
    check: (path, name) =>
      readFirst(path, name, async function* (bytes) {
        for await (const lines of jsonObjects(bytes)) {
          const found = new Set(lines.flatMap(({ object = {} }) => Object.keys(object)));
          if (found.size > 0) requireColumns([...found], requiredOf(columns), { name, line: lines[0]?.line ?? 1 });
          yield lines;
        }
      }),
  };
}

function requiredOf({ url, fields }: UrlColumns): readonly string[] {
  return fields === 'all' ? [url] : [...new Set([url, ...fields])];
}

async function* from(
  firstLine: number,
  batches: AsyncIterable<readonly SourceItem[]>,
): AsyncGenerator<readonly SourceItem[], void, undefined> {
  for await (const items of batches) yield items.filter(({ origin }) => origin.line >= firstLine);
}

/** Makes the items of a table's records from the names of its columns. */
function rowReader(
  names: readonly string[],
  columns: UrlColumns,
  input: string,
): (record: DelimitedRecord) => SourceItem {
  const urlIndex = names.indexOf(columns.url);
  const wanted = columns.fields === 'all' ? [...new Set(names)] : columns.fields;
  const fieldIndexes = wanted.map((name) => [inputColumnName(name), names.indexOf(name)] as const);
  return ({ line, offset, cells }) => {
    const entry = { origin: { input, line, offset }, sourceUrl: (cells[urlIndex] ?? '').trim() };
    if (fieldIndexes.length === 0) return urlItem(entry);
    const fields: Record<string, Value> = {};
    for (const [field, index] of fieldIndexes) fields[field] = cells[index] ?? null;
    return urlItem({ ...entry, fields });
  };
}

function objectItem({ line, offset, object, defect }: JsonObjectLine, columns: UrlColumns, input: string): SourceItem {
  const origin = { input, line, offset };
  if (object === undefined) return { origin, sourceUrl: '', error: invalidInput('', `the line is ${defect}`) };
  const value = cellOf(object, columns.url);
  const sourceUrl = value === null ? '' : String(value).trim();
  const fields = fieldsOf(object, columns.fields);
  const base = { origin, sourceUrl, ...(fields === undefined ? {} : { fields }) };
  return value === null ? { ...base, error: invalidInput('', `the line has no ${columns.url}`) } : urlItem(base);
}

function fieldsOf(object: Readonly<Record<string, unknown>>, wanted: UrlColumns['fields']): Fields | undefined {
  const names = wanted === 'all' ? Object.keys(object) : wanted;
  if (names.length === 0) return undefined;
  const fields: Record<string, Value> = {};
  for (const name of names) fields[inputColumnName(name)] = cellOf(object, name);
  return fields;
}

function cellOf(object: Readonly<Record<string, unknown>>, name: string): Value {
  const value = Object.hasOwn(object, name) ? object[name] : null;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return value === null || value === undefined ? null : JSON.stringify(value);
}

/** Reads the first batch, for its errors. */
async function readFirst(
  path: string,
  name: string,
  read: (bytes: AsyncIterable<Buffer>) => AsyncGenerator<unknown, void, undefined>,
): Promise<void> {
  const { bytes, file } = openInputFile(path);
  try {
    await read(bytes).next();
  } catch (error) {
    asConfigError(() => {
      throw unreadable(name, error);
    });
  } finally {
    file.destroy();
  }
}

/** What is told before anything is done is wrong usage. */
function asConfigError(check: () => void): void {
  try {
    check();
  } catch (error) {
    throw error instanceof StageError && error.cause === undefined
      ? new ConfigError(error.message, { cause: error })
      : error;
  }
}

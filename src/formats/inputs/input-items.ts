import { ConfigError, RecordError, StageError } from '../../core/errors.ts';
import type { SourceItem } from '../../core/stage/source-item.ts';
import { type TableFormat, type TableRow, tableFormatOf, tableRows } from '../tables/table-rows.ts';
import { openInputFile, unreadable } from './input-file.ts';
import { invalidInput, parseInputUrl } from './input-url.ts';
import type { TextLine } from './text-lines.ts';

/** The items of a list's lines from `firstLine` on; comments are none. */
export function lineItems(lines: readonly TextLine[], input: string, firstLine: number): readonly SourceItem[] {
  const items: SourceItem[] = [];
  for (const line of lines) {
    if (line.line >= firstLine && !line.text.startsWith('#')) items.push(lineItem(line, input));
  }
  return items;
}

/** Which rows of a table are items. */
export interface RowChoice {
  /** The line of the first one. */
  readonly firstLine: number;
  /** Values of the column `code` that are wanted; left out, every row is. A row that can't be read is an item in any case. */
  readonly codes?: readonly string[] | undefined;
}

/** The items of a table's rows, by its column `source_url`. */
export function rowItems(
  rows: readonly TableRow[],
  input: string,
  { firstLine, codes }: RowChoice,
): readonly SourceItem[] {
  const items: SourceItem[] = [];
  for (const row of rows) {
    const isWanted = codes === undefined || row.defect !== undefined || codes.includes(row.values[1] ?? '');
    if (isWanted && row.line >= firstLine) items.push(rowItem(row, input));
  }
  return items;
}

/** A table with URLs. */
export interface UrlTable {
  readonly format: TableFormat;
  /** The file's name for messages. */
  readonly name: string;
  /** Whether it must have codes, too. */
  readonly hasCodes: boolean;
}

/** The rows of a table as `rowItems` takes them. Errors: as `tableRows`. */
export function urlRows(bytes: AsyncIterable<Buffer>, table: UrlTable): AsyncIterable<readonly TableRow[]> {
  // Both are named as the failures output names them.
  const columns = table.hasCodes ? ['source_url', 'code'] : ['source_url'];
  return tableRows(bytes, { format: table.format, name: table.name, columns, required: columns });
}

/**
 * Makes sure that a table has codes in its first row, where a failures output has them.
 *
 * Errors: ConfigError, before anything is done, with the place and the columns that there are; others as `unreadable` has them.
 */
export async function requireCodes(path: string, name: string): Promise<void> {
  const format = tableFormatOf(path);
  if (format === undefined) return;
  const { bytes, file } = openInputFile(path);
  try {
    await urlRows(bytes, { format, name, hasCodes: true })[Symbol.asyncIterator]().next();
  } catch (error) {
    if (error instanceof StageError) throw new ConfigError(error.message, { cause: error });
    throw unreadable(name, error);
  } finally {
    file.destroy();
  }
}

function lineItem(line: TextLine, input: string): SourceItem {
  const origin = { input, line: line.line, offset: line.offset };
  try {
    return { origin, sourceUrl: line.text, url: parseInputUrl(line) };
  } catch (error) {
    if (error instanceof RecordError) return { origin, sourceUrl: line.text, error };
    throw error;
  }
}

function rowItem({ line, offset, values, defect }: TableRow, input: string): SourceItem {
  const text = (values[0] ?? '').trim();
  if (defect === undefined) return lineItem({ text, line, offset }, input);
  return { origin: { input, line, offset }, sourceUrl: text, error: invalidInput(text, `the line is ${defect}`) };
}

import { stringify } from 'csv-stringify/sync';
import type { Row } from '../../core/stage/sink-writer.ts';
import type { RowFormat } from './row-writer.ts';

const BYTE_ORDER_MARK = '\uFEFF';

/** The choices of RFC 4180 text that spreadsheets need. */
export interface CsvChoices {
  readonly hasHeader: boolean;
  readonly hasByteOrderMark: boolean;
  /** True: a value that a spreadsheet would take for a formula gets an apostrophe in front. */
  readonly isSpreadsheetSafe: boolean;
}

/** CSV by RFC 4180: a value is quoted where it must be; lines end with LF, as shell tools expect. */
export function csvFormat(columns: readonly string[], choices: CsvChoices): RowFormat {
  const encode = (rows: readonly Row[]) =>
    stringify(rows as Row[], {
      cast: { boolean: String },
      escape_formulas: choices.isSpreadsheetSafe,
      record_delimiter: '\n',
      // Set by hand since a record delimiter of ours switches the quoting of carriage returns off.
      quoted_match: /\r/,
      // An empty value that is a whole row would be a blank line, which readers pass over.
      quoted_empty: columns.length === 1,
    });
  const mark = choices.hasByteOrderMark ? BYTE_ORDER_MARK : '';
  return { head: mark + (choices.hasHeader ? encode([columns]) : ''), encode };
}

/**
 * Tab-separated values without quotes, one line a row, so that cut, awk and Miller read them.
 *
 * TAB, LF, CR and backslash within a value are written `\t`, `\n`, `\r` and `\\`, as Miller writes and reads them.
 */
export function tsvFormat(columns: readonly string[], hasHeader: boolean): RowFormat {
  const encode = (rows: readonly Row[]) =>
    stringify(rows as Row[], {
      cast: { boolean: String, string: escapeTsv },
      delimiter: '\t',
      quote: false,
      record_delimiter: '\n',
    });
  return { head: hasHeader ? encode([columns]) : '', encode };
}

const TSV_SPECIAL = /[\t\n\r\\]/;
const TSV_ESCAPES: Readonly<Record<string, string>> = { '\t': '\\t', '\n': '\\n', '\r': '\\r', '\\': '\\\\' };

function escapeTsv(value: string): string {
  return TSV_SPECIAL.test(value) ? value.replace(/[\t\n\r\\]/g, (found) => TSV_ESCAPES[found] ?? found) : value;
}

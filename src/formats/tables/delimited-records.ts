import { pipeline } from 'node:stream';
import type { Info } from 'csv-parse';

/** A record of CSV or TSV; the header, where there is one, is the first. */
export interface DelimitedRecord {
  /** 1-based line on which it begins. */
  readonly line: number;
  /** Position of its first byte, or of the blank lines before it. */
  readonly offset: number;
  readonly cells: readonly string[];
}

/** How cells are written. */
export interface Dialect {
  /** One character. */
  readonly delimiter: string;
  /** True: cells may stand in quotes (RFC 4180). False: `\t`, `\n`, `\r` and `\\` stand for what can't stand in a cell. */
  readonly isQuoted: boolean;
}

/** As the sink `csv` writes. */
export const CSV: Dialect = { delimiter: ',', isQuoted: true };

/** As the sink `tsv` writes. */
export const TSV: Dialect = { delimiter: '\t', isQuoted: false };

/** An unclosed quote would have the rest of the file gathered. */
const RECORD_MAX_BYTES = 1_048_576;

/** What the parser gives with `info`; its types tell of the cells alone. */
interface ParsedRecord {
  readonly info: Info;
  readonly record: readonly string[];
}

/**
 * Reads the records of CSV, TSV and the like; lines without a cell are passed over.
 *
 * Order: of the bytes, in batches of what one read gave. Bound: a record of 1 MiB. Errors: those of the parser have a `code`.
 */
export async function* delimitedRecords(
  bytes: AsyncIterable<Buffer>,
  { delimiter, isQuoted }: Dialect,
): AsyncGenerator<readonly DelimitedRecord[], void, undefined> {
  // Loaded by those who read such files, not by every start.
  const { parse } = await import('csv-parse');
  const parser = parse({
    bom: true,
    delimiter,
    info: true,
    max_record_size: RECORD_MAX_BYTES,
    // Left to itself, the parser takes the first line end for that of all records: rows appended by another program are lost.
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    skip_empty_lines: true,
    ...(isQuoted ? { relax_quotes: true } : { quote: null, escape: null }),
  });
  // An error of either stream comes out of the last one, which is being read.
  pipeline(bytes, parser, () => {});
  let offset = 0;
  // The parser counts lines to a record's end, and within quotes CR and LF each for itself.
  let countedTwice = 0;
  for await (const first of parser) {
    const records: DelimitedRecord[] = [];
    for (let next = first as ParsedRecord | null; next !== null; next = parser.read()) {
      const { info, record } = next;
      const { ends, pairs } = lineEndsIn(record);
      countedTwice += pairs;
      records.push({
        line: info.lines - countedTwice - (ends - pairs),
        offset,
        cells: isQuoted ? record : record.map(unescaped),
      });
      offset = info.bytes;
    }
    yield records;
  }
}

/** Line ends within a record's cells, CR and LF each for itself, and how many of those are pairs that are one line end. */
function lineEndsIn(record: readonly string[]): { readonly ends: number; readonly pairs: number } {
  let ends = 0;
  let pairs = 0;
  for (const value of record) {
    // Most cells have none.
    if (!value.includes('\n') && !value.includes('\r')) continue;
    ends += value.match(/[\r\n]/g)?.length ?? 0;
    pairs += value.match(/\r\n/g)?.length ?? 0;
  }
  return { ends, pairs };
}

const TSV_ESCAPES: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', '\\': '\\' };

function unescaped(cell: string): string {
  if (!cell.includes('\\')) return cell;
  return cell.replace(/\\([tnr\\])/g, (_, letter: string) => TSV_ESCAPES[letter] ?? letter);
}

import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { ColumnType } from '../../core/columns/columns.ts';
import type { StageError } from '../../core/errors.ts';
import type { Value } from '../../core/record.ts';
import type { Row } from '../../core/stage/sink-writer.ts';
import type { ByteTarget } from '../outputs/byte-target.ts';
import { replacedFile } from '../outputs/file-target.ts';
import type { TypedColumn } from './typed-column.ts';

/**
 * Rows of a group. A group is encoded in one go, during which nothing is fetched: some hundredths of a second for this many.
 * Twice as many take three times as long, and make the file 3% smaller; with half as many it grows by 6%, and the whole takes longer.
 */
const GROUP_ROWS = 8192;

/** UTF-16 units of text of a group, beside which the numbers don't count: rows may have long texts. */
const GROUP_CHARACTERS = 4 * 1024 * 1024;

/** Opens a Parquet file that appears under its name when it is closed; until then it is `PATH.part`. Errors: StageError `SINK_FAILED`. */
export async function openParquetFile(path: string, columns: readonly TypedColumn[]): Promise<ParquetFile> {
  return new ParquetFile(await replacedFile(path), columns);
}

/**
 * A Parquet file (https://parquet.apache.org/docs/file-format/) as it is written: row groups one after the other, each
 * column compressed with Snappy, and what is where at the end. A file without that end can't be read.
 *
 * Types: texts are UTF-8 strings, whole numbers 64-bit integers; `any` is text. Every column may be null.
 * Order: of the calls. Bound: a row group, and what callers append while they don't wait; about 1 KB a group for the end.
 * Errors: the first failed write is thrown by every later call.
 */
export class ParquetFile {
  readonly #target: ByteTarget;
  readonly #columns: readonly ColumnBuffer[];
  readonly #bytes = new ByteWriter();
  readonly #parquet: ParquetWriter;
  #rows = 0;
  #characters = 0;
  /** Ends with the last write that was begun; never rejects. */
  #last: Promise<void> = Promise.resolve();
  #failure: StageError | undefined;

  constructor(target: ByteTarget, columns: readonly TypedColumn[]) {
    this.#target = target;
    this.#columns = columns.map((column) => ({ ...column, ...ENCODINGS[column.type], values: [] }));
    const elements = this.#columns.map(({ name, element }) => ({
      ...element,
      name,
      repetition_type: 'OPTIONAL' as const,
    }));
    this.#parquet = new ParquetWriter({
      writer: this.#bytes,
      schema: [{ name: 'rows', num_children: elements.length }, ...elements],
      createdBy: 'sluice',
    });
  }

  /** Takes rows, whose values stand in the order of the columns. The promise, where there is one, resolves when there is room for more. */
  append(rows: readonly Row[]): void | Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    let hasGroup = false;
    for (const row of rows) {
      this.#add(row);
      if (this.#rows < GROUP_ROWS && this.#characters < GROUP_CHARACTERS) continue;
      this.#endGroup();
      hasGroup = true;
    }
    return hasGroup ? this.#write() : undefined;
  }

  /** Resolves when the groups that are full have been written; the rows of the last one wait for others. */
  flush(): Promise<void> {
    return this.#write();
  }

  /** Writes what is left and the end, then closes. */
  async close(): Promise<void> {
    if (this.#rows > 0) this.#endGroup();
    this.#parquet.finish();
    await this.#write();
    await this.#target.close();
  }

  /** Closes without writing what is left. Never throws. */
  abort(): Promise<void> {
    return this.#target.abort();
  }

  #add(row: Row): void {
    let index = 0;
    for (const { values, encode } of this.#columns) {
      const value = row[index] ?? null;
      const encoded = value === null ? null : encode(value);
      if (typeof encoded === 'string') this.#characters += encoded.length;
      values.push(encoded);
      index += 1;
    }
    this.#rows += 1;
  }

  #endGroup(): void {
    // Where texts are least and greatest is costly to find, and says little: most URLs begin alike.
    const columnData = this.#columns.map(({ name, values, type }) => ({
      name,
      data: values,
      statistics: type !== 'string' && type !== 'any',
    }));
    this.#parquet.write({ columnData, rowGroupSize: this.#rows });
    for (const column of this.#columns) column.values = [];
    this.#rows = 0;
    this.#characters = 0;
  }

  /** Writes what has been encoded, behind all writes before. */
  #write(): Promise<void> {
    const bytes = Buffer.from(this.#bytes.getBytes());
    this.#bytes.index = 0;
    const result = this.#last.then(async () => {
      if (this.#failure !== undefined) throw this.#failure;
      if (bytes.length > 0) await this.#target.write(bytes);
    });
    this.#last = result.catch((error: StageError) => {
      this.#failure ??= error;
    });
    return result;
  }
}

type Encoded = string | bigint | number | boolean;

interface ColumnBuffer extends TypedColumn, ColumnEncoding {
  values: (Encoded | null)[];
}

/** How the values of a type are stored. */
interface ColumnEncoding {
  readonly element: { readonly type: 'BYTE_ARRAY' | 'INT64' | 'DOUBLE' | 'BOOLEAN'; readonly converted_type?: 'UTF8' };
  readonly encode: (value: Exclude<Value, null>) => Encoded;
}

const TEXT: ColumnEncoding = { element: { type: 'BYTE_ARRAY', converted_type: 'UTF8' }, encode: String };

const ENCODINGS: Readonly<Record<ColumnType, ColumnEncoding>> = {
  string: TEXT,
  any: TEXT,
  int: { element: { type: 'INT64' }, encode: (value) => BigInt(value) },
  double: { element: { type: 'DOUBLE' }, encode: Number },
  bool: { element: { type: 'BOOLEAN' }, encode: Boolean },
};

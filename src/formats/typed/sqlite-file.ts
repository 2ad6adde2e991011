import { rm, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { DatabaseSyncInstance, StatementSyncInstance } from '@photostructure/sqlite';
import { StageError } from '../../core/errors.ts';
import type { Value } from '../../core/record.ts';
import type { OutputState, Row } from '../../core/stage/sink-writer.ts';
import type { ByteTarget } from '../outputs/byte-target.ts';
import { replacedFile } from '../outputs/file-target.ts';
import { linkTarget } from '../outputs/link-target.ts';
import { guarded, JOURNAL, openDatabase, SIDE_FILES } from './sqlite-database.ts';
import {
  columnNames,
  createTable,
  cutBack,
  encoders,
  hashOfRow,
  insertion,
  type SqliteTable,
  type SqliteValue,
} from './sqlite-table.ts';

/**
 * Opens a database with one new table that appears under its name when it is closed; until then it is `PATH.part`.
 * What was there before is replaced as a whole. Errors: StageError `SINK_FAILED`.
 */
export async function replacedSqliteFile(path: string, table: SqliteTable): Promise<SqliteFile> {
  const realPath = await linkTarget(resolve(path));
  const target = await replacedFile(path);
  try {
    await stat(`${realPath}.part`).catch(() => {
      throw new StageError('SINK_FAILED', `${path}: a database needs a regular file.`);
    });
    const database = await openDatabase(`${realPath}.part`);
    const setUp = () => {
      // Until it has its name nobody needs it: a crash leaves what is thrown away.
      database.exec('PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF');
      createTable(database, table);
    };
    closing(database, () => guarded(path, setUp));
    return new SqliteFile(path, database, table, 0, { target, realPath });
  } catch (error) {
    await target.abort();
    throw error;
  }
}

/**
 * Opens a database that grows from checkpoint to checkpoint: begun anew, or cut back to the rows that a checkpoint
 * recorded. What `verifySqliteFile` would refuse is not checked again.
 *
 * It has a write-ahead log (https://www.sqlite.org/wal.html) from the first row until it is closed, so that others can read what was there at
 * the last checkpoint. Errors: StageError `SINK_FAILED`.
 */
export async function growingSqliteFile(
  path: string,
  table: SqliteTable,
  state: OutputState | undefined,
): Promise<SqliteFile> {
  const absolute = resolve(path);
  const existing = await stat(absolute).catch(() => undefined);
  if (existing?.isFile() === false) {
    throw new StageError('SINK_FAILED', `${path}: a checkpoint needs a regular file.`);
  }
  const realPath = await linkTarget(absolute);
  if (state === undefined) await removeDatabase(realPath);
  const database = await openDatabase(realPath);
  const setUp = () => {
    database.exec('PRAGMA synchronous = FULL');
    if (state === undefined) createTable(database, table);
    else cutBack(database, table, state);
  };
  closing(database, () => guarded(path, setUp));
  return new SqliteFile(path, database, table, state?.length ?? 0, undefined);
}

/**
 * Makes sure that a database has what a checkpoint recorded, perhaps with more rows behind. Changes nothing, but for what a
 * writer was killed in the midst of: until that is rolled back, nobody can read it.
 *
 * Errors: StageError `CHECKPOINT_MISMATCH`: it is gone, or has other columns, fewer rows, or other ones.
 */
export async function verifySqliteFile(path: string, table: SqliteTable, state: OutputState): Promise<void> {
  const refuse = (what: string) =>
    new StageError('CHECKPOINT_MISMATCH', `${path}: ${what}. Put the file back, or start over with --restart.`);
  const absolute = resolve(path);
  const existing = await stat(absolute).catch(() => undefined);
  if (existing === undefined) throw refuse('the checkpoint knows this output, but it is gone');
  const realPath = await linkTarget(absolute);
  // Only who may write may roll back (https://www.sqlite.org/lockingv3.html#hot_journals).
  const hasJournal = (await stat(`${realPath}${JOURNAL}`).catch(() => undefined)) !== undefined;
  const database = await openDatabase(realPath, { readOnly: !hasJournal });
  try {
    const found = guarded(path, () => columnNames(database, table));
    if (found.join('\n') !== table.columns.map(({ name }) => name).join('\n')) {
      throw refuse(`its table ${table.name} does not have the columns that this run writes`);
    }
    if (state.length > 0 && guarded(path, () => hashOfRow(database, table, state.length)) !== state.tail) {
      throw refuse(`it was changed by someone else since the checkpoint (its row ${state.length} is another one)`);
    }
  } finally {
    database.close();
  }
}

/** What has to be done with a file that is not yet under its name. */
interface Unfinished {
  readonly target: ByteTarget;
  readonly realPath: string;
}

/**
 * Rows on their way into the table of a database.
 *
 * Order: of the calls; a row's number (`rowid`) is its place, from 1. Types: booleans are 0 and 1, numbers of a column
 * without a type are whole ones where they can be, NUL in a text becomes U+FFFD.
 * Bound: SQLite's page cache; all work is done within the calls.
 * Errors: StageError `SINK_FAILED`; the first one is thrown by every later call.
 */
export class SqliteFile {
  readonly #path: string;
  readonly #database: DatabaseSyncInstance;
  readonly #table: SqliteTable;
  readonly #insert: StatementSyncInstance;
  readonly #encoders: readonly ((value: Value) => SqliteValue)[];
  readonly #unfinished: Unfinished | undefined;
  #length: number;
  #hasTransaction = false;
  #hasLog = false;
  #failure: unknown;

  /** `length`: rows that the table has. */
  constructor(
    path: string,
    database: DatabaseSyncInstance,
    table: SqliteTable,
    length: number,
    unfinished: Unfinished | undefined,
  ) {
    this.#path = path;
    this.#database = database;
    this.#table = table;
    this.#length = length;
    this.#unfinished = unfinished;
    this.#encoders = encoders(table);
    this.#insert = insertion(database, table);
  }

  /** Takes rows, whose values stand in the order of the columns. */
  append(rows: readonly Row[]): void {
    this.#guarded(() => {
      this.#keepLog();
      if (!this.#hasTransaction) this.#database.exec('BEGIN IMMEDIATE');
      this.#hasTransaction = true;
      for (const row of rows) {
        this.#insert.run(...this.#encoders.map((encode, index) => encode(row[index] ?? null)));
        this.#length += 1;
      }
    });
  }

  /** Commits the rows: other programs see them. */
  flush(): void {
    if (!this.#hasTransaction) return;
    this.#guarded(() => this.#database.exec('COMMIT'));
    this.#hasTransaction = false;
  }

  /** Commits the rows, on the disk, and says what is there: `length` is the number of rows. Only of a file that grows. */
  mark(): OutputState {
    this.flush();
    const tail = this.#guarded(() => hashOfRow(this.#database, this.#table, this.#length));
    return { length: this.#length, tail };
  }

  /** Commits what is left and closes: the file is whole, and nothing is left beside it. */
  async close(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    this.flush();
    if (this.#unfinished === undefined) {
      quietly(() => this.#database.exec('PRAGMA journal_mode = DELETE'));
      // Where somebody reads it at this moment the log stays; the rows are in the file all the same.
      quietly(() => this.#database.exec('PRAGMA wal_checkpoint'));
      this.#guarded(() => this.#database.close());
      return;
    }
    this.#guarded(() => this.#database.close());
    const { realPath, target } = this.#unfinished;
    // The log of the database whose place this one takes would be taken for its own.
    for (const suffix of SIDE_FILES) await rm(`${realPath}${suffix}`, { force: true });
    await target.close();
  }

  /** Closes without completing: what is there since the last mark may be lost. Never throws. */
  async abort(): Promise<void> {
    // Of a file that nobody has seen yet, some rows to look at are better than none.
    const ending = this.#unfinished === undefined ? 'ROLLBACK' : 'COMMIT';
    if (this.#hasTransaction) quietly(() => this.#database.exec(ending));
    quietly(() => this.#database.close());
    await this.#unfinished?.target.abort();
  }

  /** Not before there are rows to write: a file that is as it was left stays untouched. */
  #keepLog(): void {
    if (this.#hasLog || this.#unfinished !== undefined) return;
    this.#database.exec('PRAGMA journal_mode = WAL');
    this.#hasLog = true;
  }

  #guarded<Result>(work: () => Result): Result {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      return guarded(this.#path, work);
    } catch (error) {
      this.#failure = error;
      throw error;
    }
  }
}

async function removeDatabase(path: string): Promise<void> {
  // The file first: a log without it is nothing, a file without its log may be broken.
  for (const suffix of ['', ...SIDE_FILES]) await rm(`${path}${suffix}`, { force: true });
}

/** A database whose setting up fails is closed. */
function closing(database: DatabaseSyncInstance, work: () => void): void {
  try {
    work();
  } catch (error) {
    database.close();
    throw error;
  }
}

function quietly(work: () => void): void {
  try {
    work();
  } catch {
    // What is wrong has been said, or does not matter any more.
  }
}

import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { StageError } from '../../core/errors.ts';
import { sinkFailed } from '../outputs/byte-target.ts';

/** Longest time that a lock of another program is waited for, in milliseconds. Nothing else is done meanwhile. */
const LOCK_TIMEOUT_MS = 1000;

/** What the name of a file has behind the database's that says how a transaction is rolled back. */
export const JOURNAL = '-journal';

/** What SQLite keeps beside a database while it is open, or after its process was killed (https://www.sqlite.org/tempfiles.html). */
export const SIDE_FILES: readonly string[] = [JOURNAL, '-wal', '-shm'];

/**
 * Opens a database. The library is loaded here: it is a native one, which is not there for every system.
 *
 * `path` is absolute, so that none of SQLite's special names is met. Errors: StageError `SINK_FAILED`.
 */
export async function openDatabase(
  path: string,
  options: { readonly readOnly?: boolean } = {},
): Promise<DatabaseSyncInstance> {
  const sqlite = await import('@photostructure/sqlite').catch((error: unknown) => {
    throw new StageError('SINK_FAILED', `${path}: the package for SQLite is not installed for this system.`, {
      cause: error,
    });
  });
  return guarded(path, () => new sqlite.DatabaseSync(path, { timeout: LOCK_TIMEOUT_MS, ...options }));
}

/** Does something with a database. Errors: StageError `SINK_FAILED` in place of SQLite's own. */
export function guarded<Result>(path: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw databaseError(path, error);
  }
}

/**
 * The rows that a query gives, whole numbers as bigints; `list` is what stands between SELECT and `rest`.
 *
 * The library's prepared statements live until they are collected, and a database with one stays open, and locked, after
 * its `close` (https://www.sqlite.org/c3ref/close.html). So this has none: a function takes the values.
 */
export function selected(database: DatabaseSyncInstance, list: string, rest: string): readonly SqlValue[][] {
  const rows: SqlValue[][] = [];
  const take = (...values: SqlValue[]) => {
    rows.push(values);
    return null;
  };
  database.function('sluice_take', { varargs: true, useBigIntArguments: true }, take);
  database.exec(`SELECT sluice_take(${list}) ${rest}`);
  return rows;
}

/** A value that is stored. */
export type SqlValue = string | number | bigint | Uint8Array | null;

/** A name as an identifier of SQL (https://www.sqlite.org/lang_keywords.html). */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text as a literal of SQL. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/**
 * SQLite's result codes (https://www.sqlite.org/rescode.html) by what the system would have said. The last is an I/O error of
 * its own kind: the file that readers of the log share can't be enlarged, for which a full disk is the reason.
 */
const SYSTEM_CODES: Readonly<Record<number, string>> = { 8: 'EROFS', 10: 'EIO', 13: 'ENOSPC', 4874: 'ENOSPC' };

/** Result codes for a lock that somebody else has. */
const LOCKED: readonly number[] = [5, 6];

function databaseError(path: string, error: unknown): unknown {
  const { code, errcode, message } = error as Error & { readonly code?: string; readonly errcode?: number };
  if (code !== 'ERR_SQLITE_ERROR' || errcode === undefined) return error;
  // The low byte is the code; what is above it mostly tells more than is of use here.
  const primary = errcode & 0xff;
  const text = LOCKED.includes(primary) ? 'another program has locked the database.' : message;
  const systemCode = SYSTEM_CODES[errcode] ?? SYSTEM_CODES[primary];
  return sinkFailed(path, Object.assign(new Error(text, { cause: error }), systemCode && { code: systemCode }));
}

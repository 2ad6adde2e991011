import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { DatabaseSync } from '@photostructure/sqlite';
import fc from 'fast-check';
import { StageError, type StageErrorCode } from '../../../src/core/errors.ts';
import type { Row } from '../../../src/core/stage/sink-writer.ts';
import { growingSqliteFile, replacedSqliteFile, verifySqliteFile } from '../../../src/formats/typed/sqlite-file.ts';
import { numberedRow, SQLITE_TABLE } from '../../helpers/files/sqlite-rows.ts';
import { LiveProcess, runProcess } from '../../helpers/processes/process.ts';

const WRITER = fileURLToPath(new URL('../../fixtures/sqlite-writer.ts', import.meta.url));
const NO_COMMAND = spawnSync('sqlite3', ['-version']).error !== undefined && 'the command sqlite3 is not installed';

describe('a database that is replaced', () => {
  it('appears under its name when it is closed, with nothing beside it', async (t) => {
    const path = scratchPath(t);
    const file = await replacedSqliteFile(path, SQLITE_TABLE);
    file.append(numberedRows(1, 100));
    assert.deepEqual(filesBeside(path), ['links.db.part']);
    file.append(numberedRows(101, 150));
    await file.close();
    assert.deepEqual(filesBeside(path), ['links.db']);
    assert.deepEqual(rowsOf(path), stored(1, 150));
  });

  it('that is a link stays one, though what it leads to is not there yet, as one that grows does', async (t) => {
    const path = scratchPath(t);
    for (const open of [replacedSqliteFile, growingSqliteFile]) {
      const [target, link] = [`${path}.${open.name}`, `${path}.link`];
      symlinkSync(target, link);
      const file = await open(link, SQLITE_TABLE, undefined);
      file.append(numberedRows(1, 3));
      await file.close();
      assert.deepEqual(rowsOf(target), stored(1, 3));
      rmSync(link);
    }
  });

  it('gives back the values that were written', async (t) => {
    const path = scratchPath(t);
    const text = fc.string({ unit: 'binary' });
    const row = fc.tuple(
      fc.option(text),
      fc.option(fc.maxSafeInteger()),
      fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
      fc.option(fc.boolean()),
      fc.option(fc.oneof(text, fc.maxSafeInteger(), fc.constantFrom(0.5, 1e300))),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 20 }), async (rows) => {
        const file = await replacedSqliteFile(path, SQLITE_TABLE);
        file.append(rows);
        await file.close();
        const value = (cell: Row[number]) => {
          if (typeof cell === 'boolean') return Number(cell);
          // A database has one zero.
          if (typeof cell === 'number') return cell + 0;
          return typeof cell === 'string' ? cell.replaceAll('\0', '\uFFFD') : cell;
        };
        assert.deepEqual(
          rowsOf(path),
          rows.map((cells) => cells.map(value)),
        );
      }),
      { numRuns: 15 },
    );
  });

  it('leaves an older one as it is where it is aborted', async (t) => {
    const path = scratchPath(t);
    writeFileSync(path, 'older');
    const file = await replacedSqliteFile(path, SQLITE_TABLE);
    file.append(numberedRows(1, 10));
    await file.abort();
    assert.equal(readFileSync(path, 'utf8'), 'older');
    assert.deepEqual(rowsOf(`${path}.part`), stored(1, 10));
  });

  it('takes the place of a database that a killed run left with its log', async (t) => {
    const path = scratchPath(t);
    const state = join(path, '..', 'state');
    await killedAfter([path, state, '100000'], 3, t);
    assert.equal(existsSync(`${path}-wal`), true);
    const file = await replacedSqliteFile(path, SQLITE_TABLE);
    file.append(numberedRows(1, 5));
    await file.close();
    assert.deepEqual(rowsOf(path), stored(1, 5));
    assert.deepEqual(filesBeside(path), ['links.db', 'state']);
  });

  it('is refused where there can be none', async (t) => {
    const path = scratchPath(t);
    mkdirSync(path);
    await assert.rejects(replacedSqliteFile(path, SQLITE_TABLE), isError('SINK_FAILED', path));
    await assert.rejects(replacedSqliteFile('/dev/null', SQLITE_TABLE), isError('SINK_FAILED', '/dev/null'));
    const table = { name: 'links', columns: ['a', 'A'].map((name) => ({ name, type: 'int' as const })) };
    await assert.rejects(replacedSqliteFile(`${path}.2`, table), isError('SINK_FAILED', path));
  });

  it('is read by the command sqlite3', { skip: NO_COMMAND }, async (t) => {
    const path = scratchPath(t);
    const file = await replacedSqliteFile(path, SQLITE_TABLE);
    file.append(numberedRows(1, 2));
    await file.close();
    assert.equal(
      await query(path, "SELECT name, type FROM pragma_table_info('links')"),
      'parsed_url|TEXT\nstatus|INTEGER\nratio|REAL\nnofollow|INTEGER\ninput.a "b"|\n',
    );
    assert.equal(
      await query(path, 'SELECT *, typeof(status), typeof(ratio), typeof(nofollow) FROM links'),
      'https://example.org/1|1|0.25|0|x1|integer|real|integer\nhttps://example.org/2|2|0.5|1|x2|integer|real|integer\n',
    );
  });
});

describe('a database that grows', () => {
  it('is cut back to the rows of its state, and goes on behind them', async (t) => {
    const path = scratchPath(t);
    const first = await growingSqliteFile(path, SQLITE_TABLE, undefined);
    first.append(numberedRows(1, 30));
    const state = first.mark();
    assert.equal(state.length, 30);
    first.append(numberedRows(100, 140));
    await first.close();
    assert.equal(rowsOf(path).length, 71);

    await verifySqliteFile(path, SQLITE_TABLE, state);
    const second = await growingSqliteFile(path, SQLITE_TABLE, state);
    assert.deepEqual(second.mark(), state);
    second.append(numberedRows(31, 40));
    await second.close();
    assert.deepEqual(rowsOf(path), stored(1, 40));
    assert.deepEqual(filesBeside(path), ['links.db']);
  });

  it('loses what stands behind the last mark when it is aborted', async (t) => {
    const path = scratchPath(t);
    const file = await growingSqliteFile(path, SQLITE_TABLE, undefined);
    file.append(numberedRows(1, 10));
    file.mark();
    file.append(numberedRows(11, 20));
    await file.abort();
    assert.deepEqual(rowsOf(path), stored(1, 10));
  });

  it('can be marked and taken up without a row', async (t) => {
    const path = scratchPath(t);
    const file = await growingSqliteFile(path, SQLITE_TABLE, undefined);
    const state = file.mark();
    assert.deepEqual(state, { length: 0, tail: '' });
    file.append(numberedRows(1, 3));
    await file.close();
    await verifySqliteFile(path, SQLITE_TABLE, state);
    await (await growingSqliteFile(path, SQLITE_TABLE, state)).close();
    assert.deepEqual(rowsOf(path), []);
  });

  it('is begun anew without a state', async (t) => {
    const path = scratchPath(t);
    writeFileSync(path, 'no database');
    writeFileSync(`${path}-wal`, 'no log');
    const file = await growingSqliteFile(path, SQLITE_TABLE, undefined);
    file.append(numberedRows(1, 3));
    await file.close();
    assert.deepEqual(rowsOf(path), stored(1, 3));
  });

  it('has rows with numbers also where columns have the names for them', async (t) => {
    const path = scratchPath(t);
    const columnsOf = (...names: readonly string[]) => names.map((name) => ({ name, type: 'string' as const }));
    const table = { name: 'ROWID "x"', columns: columnsOf('RowId', 'oid') };
    const file = await growingSqliteFile(path, table, undefined);
    file.append([['a', 'b']]);
    const state = file.mark();
    file.append([['c', 'd']]);
    await file.close();
    const cut = await growingSqliteFile(path, table, state);
    assert.deepEqual(cut.mark(), state);
    await cut.close();
    const hidden = { name: 'links', columns: columnsOf('rowid', 'oid', '_rowid_') };
    const other = await growingSqliteFile(`${path}.2`, hidden, undefined);
    other.append([['a', 'b', 'c']]);
    assert.throws(() => other.mark(), isError('SINK_FAILED', 'rowid'));
    await other.abort();
  });

  it('is refused when it is not what the checkpoint recorded, and not touched', async (t) => {
    const path = scratchPath(t);
    const file = await growingSqliteFile(path, SQLITE_TABLE, undefined);
    file.append(numberedRows(1, 10));
    const state = file.mark();
    await file.close();
    const bytes = readFileSync(path);
    const other = { name: 'links', columns: SQLITE_TABLE.columns.slice(1) };
    const refused = isError('CHECKPOINT_MISMATCH', path);
    await assert.rejects(verifySqliteFile(`${path}.gone`, SQLITE_TABLE, state), isError('CHECKPOINT_MISMATCH', 'gone'));
    await assert.rejects(verifySqliteFile(path, other, state), refused);
    await assert.rejects(verifySqliteFile(path, { ...SQLITE_TABLE, name: 'other' }, state), refused);
    await assert.rejects(verifySqliteFile(path, SQLITE_TABLE, { ...state, length: 11 }), refused);
    await assert.rejects(verifySqliteFile(path, SQLITE_TABLE, { ...state, tail: 'x' }), refused);
    await verifySqliteFile(path, SQLITE_TABLE, state);
    assert.deepEqual(readFileSync(path), bytes);
    assert.deepEqual(filesBeside(path), ['links.db']);
    const database = new DatabaseSync(path);
    database.exec('UPDATE links SET status = 9007199254740993 WHERE rowid = 10');
    database.close();
    await assert.rejects(verifySqliteFile(path, SQLITE_TABLE, state), refused);
    writeFileSync(path, 'no database, and a text that is long enough for its head');
    await assert.rejects(verifySqliteFile(path, SQLITE_TABLE, state), isError('SINK_FAILED', path));
  });

  it('says that another program has locked it, and throws that from every later call', async (t) => {
    const path = scratchPath(t);
    const file = await growingSqliteFile(path, SQLITE_TABLE, undefined);
    const other = new DatabaseSync(path);
    t.after(() => other.close());
    other.exec('BEGIN IMMEDIATE');
    assert.throws(() => file.append(numberedRows(1, 1)), isError('SINK_FAILED', 'locked'));
    other.exec('ROLLBACK');
    assert.throws(() => file.append(numberedRows(1, 1)), isError('SINK_FAILED', 'locked'));
    assert.throws(() => file.mark(), isError('SINK_FAILED', 'locked'));
    await assert.rejects(file.close(), isError('SINK_FAILED', 'locked'));
    await file.abort();
  });

  it('can be read by others while it is written', { skip: NO_COMMAND }, async (t) => {
    const path = scratchPath(t);
    const file = await growingSqliteFile(path, SQLITE_TABLE, undefined);
    file.append(numberedRows(1, 20));
    file.mark();
    file.append(numberedRows(21, 30));
    assert.equal(await query(path, 'SELECT count(*), max(status) FROM links'), '20|20\n');
    file.append(numberedRows(31, 40));
    await file.close();
    assert.equal(await query(path, 'SELECT count(*), max(status) FROM links; PRAGMA integrity_check'), '40|40\nok\n');
  });

  it('is whole, with each row once, however often its process is killed', { skip: NO_COMMAND }, async (t) => {
    const path = scratchPath(t);
    const args = [path, join(path, '..', 'state'), '2000'];
    for (const lines of [0, 9]) {
      const marked = await killedAfter(args, lines, t);
      // What was said to be on the disk is there, and what is there is whole.
      const found = await query(
        path,
        'SELECT count(*) >= 0, max(status) IS count(*) OR count(*) = 0 FROM links; PRAGMA integrity_check',
      );
      assert.equal(found, '1|1\nok\n');
      const count = Number(await query(path, 'SELECT count(*) FROM links'));
      assert.equal(count >= marked, true, `${count} rows of ${marked}`);
    }
    const { code, stderr } = await runProcess(process.execPath, ['--import', 'tsx', WRITER, ...args]);
    assert.deepEqual([code, stderr], [0, '']);
    assert.deepEqual(rowsOf(path), stored(1, 2000));
    assert.deepEqual(filesBeside(path), ['links.db', 'state']);
  });
});

/** Kills a writer after that many lines; gives the last of them, the number of rows that it had marked by then. */
async function killedAfter(args: readonly string[], lines: number, t: TestContext): Promise<number> {
  const writer = new LiveProcess(process.execPath, ['--import', 'tsx', WRITER, ...args]);
  t.after(writer.stop);
  let marked = 0;
  // The first one says that the database is there.
  for (let line = 0; line <= lines; line += 1) marked = Number(await writer.line());
  writer.kill('SIGKILL');
  const { signal, stderr } = await writer.exit();
  assert.deepEqual([signal, stderr], ['SIGKILL', '']);
  return marked;
}

async function query(path: string, sql: string): Promise<string> {
  const { code, stdout, stderr } = await runProcess('sqlite3', [path, sql]);
  assert.deepEqual([code, stderr], [0, '']);
  return stdout;
}

function scratchPath(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-sqlite-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return join(folder, 'links.db');
}

function filesBeside(path: string): readonly string[] {
  return readdirSync(join(path, '..')).sort();
}

function numberedRows(from: number, to: number): Row[] {
  return Array.from({ length: to - from + 1 }, (_, index) => numberedRow(from + index));
}

/** The rows of those numbers as they stand in a database. */
function stored(from: number, to: number): Row[] {
  return numberedRows(from, to).map((row) => row.map((value) => (typeof value === 'boolean' ? Number(value) : value)));
}

function rowsOf(path: string): Row[] {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const select = database.prepare('SELECT * FROM links ORDER BY rowid');
    select.setReturnArrays(true);
    return select.all() as unknown as Row[];
  } finally {
    database.close();
  }
}

function isError(code: StageErrorCode, part: string): (error: unknown) => boolean {
  return (error) => {
    assert(error instanceof StageError, String(error));
    assert.equal(error.code, code);
    assert.equal(error.message.includes(part), true, error.message);
    return true;
  };
}

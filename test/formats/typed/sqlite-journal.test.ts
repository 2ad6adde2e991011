import assert from 'node:assert/strict';
import { copyFileSync, readdirSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { DatabaseSync } from '@photostructure/sqlite';
import { growingSqliteFile, verifySqliteFile } from '../../../src/formats/typed/sqlite-file.ts';
import { removeFolder, temporaryFolder } from '../../helpers/files/samples.ts';
import { numberedRow, SQLITE_TABLE } from '../../helpers/files/sqlite-rows.ts';

const ROWS = 3000;

test('a database whose writer was killed within a transaction is rolled back, known again, and grows on', async (t) => {
  const folder = await temporaryFolder();
  t.after(() => removeFolder(folder));
  const path = join(folder, 'links.db');
  const begun = await growingSqliteFile(path, SQLITE_TABLE, undefined);
  begun.append(Array.from({ length: ROWS }, (_, index) => numberedRow(index + 1)));
  const state = begun.mark();
  await begun.close();

  const killed = await leftByKilledWriter(path, join(folder, 'killed'));
  await verifySqliteFile(killed, SQLITE_TABLE, state);
  const grown = await growingSqliteFile(killed, SQLITE_TABLE, state);
  grown.append([numberedRow(ROWS + 1)]);
  await grown.close();
  assert.deepEqual(readdirSync(join(killed, '..')), ['links.db']);
  await verifySqliteFile(killed, SQLITE_TABLE, state);
  assert.equal(rowCount(killed), ROWS + 1);
});

/** Copies a database as a writer would leave it that is killed when it has written a part of a transaction, to be rolled back by its journal. */
async function leftByKilledWriter(path: string, folder: string): Promise<string> {
  await mkdir(folder);
  const writer = new DatabaseSync(path);
  try {
    // With room for nearly nothing in memory, the pages are written long before the end.
    writer.exec('PRAGMA cache_size = 1; BEGIN');
    writer.exec(`DELETE FROM ${SQLITE_TABLE.name} WHERE rowid > 1`);
    for (const suffix of ['', '-journal']) copyFileSync(`${path}${suffix}`, join(folder, `links.db${suffix}`));
    writer.exec('ROLLBACK');
  } finally {
    writer.close();
  }
  return join(folder, 'links.db');
}

function rowCount(path: string): unknown {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    let count: unknown;
    database.function('take', (value: unknown) => {
      count = value;
      return null;
    });
    database.exec(`SELECT take(count(*)) FROM ${SQLITE_TABLE.name}`);
    return count;
  } finally {
    database.close();
  }
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { guarded } from '../../../src/formats/typed/sqlite-database.ts';

/** Result codes of SQLite, the extended ones among them, and what is said of them. */
const told = [
  [13, /the disk is full \(ENOSPC\)\. Free some space/],
  [4874, /the disk is full \(ENOSPC\)\. Free some space/],
  [778, /the disk failed \(EIO\)/],
  [5, /another program has locked the database/],
  [517, /another program has locked the database/],
] as const;

for (const [errcode, text] of told) {
  test(`SQLite's ${errcode} is told as what the system would have said`, () => {
    const error = Object.assign(new Error('its own words'), { code: 'ERR_SQLITE_ERROR', errcode });
    const work = () => {
      throw error;
    };
    assert.throws(() => guarded('links.db', work), { code: 'SINK_FAILED', message: text });
  });
}

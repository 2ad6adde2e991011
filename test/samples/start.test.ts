import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  expectedFailures,
  expectedRows,
  inOriginalPort,
  removeFolder,
  root,
  rowsOfPages,
  temporaryFolder,
} from '../helpers/files/samples.ts';
import { type ProcessResult, runProcess } from '../helpers/processes/process.ts';

let demo: ProcessResult;
let failures: string;
let leftBehind: readonly string[];
let folder: string | undefined;

before(async () => {
  folder = await temporaryFolder();
  const failuresPath = join(folder, 'failures.jsonl');
  const env = { TMPDIR: folder, SLUICE_SAMPLE_FAILURES: failuresPath };
  demo = await runProcess(process.execPath, ['--import', 'tsx', 'samples/start.ts'], { cwd: root, env });
  failures = await readFile(failuresPath, 'utf8');
  leftBehind = await readdir(folder);
});

after(() => removeFolder(folder));

test('the demo prints the rows that a reader of the pages expects, each page in one piece and in its order', async () => {
  const [header, ...rows] = inOriginalPort(demo.stdout).split('\n');
  assert.equal(header, 'source_url\tparsed_url');
  assert.equal(rows.pop(), '', 'the last line ends with a line feed');
  assert.deepEqual(rowsOfPages(rows), rowsOfPages(await expectedRows()));
});

test('the demo names each line that failed with its place and its code', async () => {
  const rows = inOriginalPort(failures).trimEnd().split('\n');
  const named = rows.map((row) => {
    const { line, source_url, code } = JSON.parse(row);
    return { line, source_url, code };
  });
  assert.deepEqual(
    named.sort((one, other) => one.line - other.line),
    await expectedFailures(),
  );
});

test('the demo ends well, with its summary on standard error', () => {
  assert.equal(demo.code, 0, demo.stderr);
  assert.match(demo.stderr, /read 20 = 13 linked \+ 1 empty \+ 3 failed [^+]+ \+ 3 skipped [^+]+, 98 rows/);
});

test('the demo leaves nothing behind but its failures', () => {
  const own = leftBehind.filter((name) => name.startsWith('sluice'));
  assert.deepEqual(own, []);
});

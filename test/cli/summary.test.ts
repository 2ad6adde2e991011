import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { giveLinkSite, mixedList, mixedTotals } from '../helpers/network/link-site.ts';
import type { Site } from '../helpers/network/site.ts';
import { mainPath, runSluice } from '../helpers/processes/cli.ts';
import { runProcess } from '../helpers/processes/process.ts';

let site: Site;
let folder: string;
giveLinkSite((given) => {
  ({ site, folder } = given);
});

test('every line of the input has exactly one outcome, and the summary adds up', async () => {
  const { bytes, ms, ...totals } = await summaryOf(['--dedupe'], mixedList(site.origin));
  assert.deepEqual(totals, mixedTotals);
  assert.ok(Number(bytes) > 0 && Number(ms) > 0);
});

test('standard error has the same accounting in a line', async () => {
  const { stderr } = await runSluice(['--allow-private', '--dedupe'], { input: mixedList(site.origin) });
  const failed = /2 failed \((?:http-status 1, invalid-url 1|invalid-url 1, http-status 1)\)/.source;
  const skipped = /2 skipped \((?:not-html 1, duplicate 1|duplicate 1, not-html 1)\)/.source;
  const sum = `read 7 = 2 linked \\+ 1 empty \\+ ${failed} \\+ ${skipped}`;
  assert.match(stderr, new RegExp(`^sluice: ${sum}, 3 rows, \\d+ B, \\d\\.\\ds, [\\d.]+/s\\n$`));
});

test('an answer that is not HTML is a failure where --not-html says so', async () => {
  const { failed, skipped } = await summaryOf(['--not-html', 'fail', '--dedupe'], mixedList(site.origin));
  assert.deepEqual({ failed, skipped }, { failed: 3, skipped: 1 });
});

test('--limit counts the lines that are input', async () => {
  const { read, complete } = await summaryOf(['--limit', '2'], mixedList(site.origin));
  assert.deepEqual({ read, complete }, { read: 2, complete: true });
});

test('a run of nothing has a summary of zeros', async () => {
  const { ms: _ms, ...totals } = await summaryOf([], '');
  const counts = { read: 0, linked: 0, empty: 0, failed: 0, skipped: 0, rows: 0, bytes: 0 };
  assert.deepEqual(totals, { ...counts, failedByCode: {}, skippedByReason: {}, complete: true });
});

test('a run that is stopped by its output has a summary that says so', async () => {
  const summary = join(folder, 'summary.json');
  const { code } = await runSluice(['-q', '--allow-private', '-o', '/dev/full', '--summary', summary], {
    input: `${site.origin}/one\n`,
  });
  assert.equal(code, 3);
  assert.equal(JSON.parse(await readFile(summary, 'utf8')).complete, false);
});

/** The summary's JSON after a run with these arguments and this list. */
async function summaryOf(args: readonly string[], input: string): Promise<Record<string, unknown>> {
  await runSluice(['-q', '--allow-private', '--summary', 'summary.json', ...args], { input, cwd: folder });
  return JSON.parse(await readFile(join(folder, 'summary.json'), 'utf8'));
}

test("a summary that can't be written is told before the first request", async () => {
  const before = site.requests.length;
  const summary = join(folder, 'missing', 'summary.json');
  const { code, stderr } = await runSluice(['--allow-private', '--summary', summary], {
    input: `${site.origin}/one\n`,
  });
  assert.equal(code, 3);
  assert.equal(
    stderr,
    `sluice: ${summary}: can't be written: its folder does not exist (ENOENT). Make the folder, then run the command again.\n`,
  );
  assert.equal(site.requests.length, before);
});

test('--summary - writes it to standard output; one that takes nothing is told', async (t) => {
  const args = ['--allow-private', '-q', '-o', 'links.tsv', '--summary', '-', `${site.origin}/one`];
  const { code, stdout } = await runSluice(args, { cwd: folder });
  assert.deepEqual([code, JSON.parse(stdout).complete], [0, true]);
  if (!existsSync('/dev/full')) return t.skip('no /dev/full here');
  const full = await runProcess('/bin/sh', ['-c', '"$0" "$@" > /dev/full', process.execPath, mainPath, ...args], {
    cwd: folder,
  });
  assert.equal(full.code, 3);
  assert.match(full.stderr, /^sluice: standard output: can't be written: the disk is full \(ENOSPC\)/);
});

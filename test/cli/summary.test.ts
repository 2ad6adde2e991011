import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { runSluice } from '../helpers/cli.ts';
import { mixedList, mixedTotals, startLinkSite } from '../helpers/link-site.ts';
import { removeFolder, temporaryFolder } from '../helpers/samples.ts';
import type { Site } from '../helpers/site.ts';

let site: Site;
let folder: string;

before(async () => {
  site = await startLinkSite();
});
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => removeFolder(folder));
after(() => site?.close());

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

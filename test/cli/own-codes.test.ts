import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { removeFolder, temporaryFolder } from '../helpers/files/samples.ts';
import { startLinkSite } from '../helpers/network/link-site.ts';
import type { Site } from '../helpers/network/site.ts';
import { callSluice } from '../helpers/processes/command-line.ts';

const STEP = `import { defineStep, RecordError, skip, z } from 'sluice';
  const process = (record) => {
    if (record.sourceUrl.endsWith('/one')) return skip('shop:sold-out');
    if (record.sourceUrl.endsWith('/two')) throw new RecordError('shop:paywall', 'pay first');
    return record;
  };
  export default defineStep({ input: 'links', output: 'links', options: z.strictObject({}), create: () => ({ process }) });`;

let site: Site;
let folder: string;
before(async () => {
  site = await startLinkSite({});
  folder = await temporaryFolder();
});
after(async () => {
  await site?.close();
  await removeFolder(folder);
});

test('codes and reasons of an own step are in the outputs, in the summary and in a checkpoint, and choose what is read again', async () => {
  const pipeline = {
    source: { urls: { list: ['/one', '/two', '/none'].map((path) => site.origin + path) } },
    steps: [{ fetch: { allowPrivate: true } }, 'links', { use: 'shop.js' }],
    sink: { tsv: { path: 'links.tsv' } },
    failures: { jsonl: { path: 'failures.jsonl' } },
    summary: 'summary.json',
    checkpoint: 'run.checkpoint',
  };
  await writeFile(join(folder, 'shop.js'), STEP);
  await writeFile(join(folder, 'shop.json'), JSON.stringify(pipeline));
  const { code, stderr } = await callSluice(['run', 'shop.json'], { cwd: folder });
  assert.equal(code, 0, stderr);
  assert.match(stderr, /1 failed \(shop:paywall 1\) \+ 1 skipped \(shop:sold-out 1\)/);
  const summary = JSON.parse(await readFile(join(folder, 'summary.json'), 'utf8'));
  assert.deepEqual([summary.failedByCode, summary.skippedByReason], [{ 'shop:paywall': 1 }, { 'shop:sold-out': 1 }]);
  const [failure = ''] = (await readFile(join(folder, 'failures.jsonl'), 'utf8')).split('\n');
  assert.deepEqual([JSON.parse(failure).code, JSON.parse(failure).message], ['shop:paywall', 'pay first']);
  assert.match((await callSluice(['run', 'shop.json'], { cwd: folder })).stderr, /already complete/);
  const again = ['-i', 'failures.jsonl', '--allow-private', '--only-codes', 'shop:paywall,dns'];
  assert.match((await callSluice(again, { cwd: folder })).stderr, /^sluice: read 1 = 1 linked /);
});

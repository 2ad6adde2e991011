import assert from 'node:assert/strict';
import { appendFile, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, test } from 'node:test';
import { giveLinkSite } from '../helpers/network/link-site.ts';
import type { Site } from '../helpers/network/site.ts';
import { callSluice } from '../helpers/processes/command-line.ts';
import { snapshotOf } from '../torture/outputs.ts';

const LOG = 'run.checkpoint.dedupe';
const FILES = ['-i', 'urls.txt', '-o', 'links.tsv', '--summary', 'summary.json', '--checkpoint', 'run.checkpoint'];
const ARGS = ['--allow-private', '-c', '1', ...FILES];

let site: Site;
let folder: string;
giveLinkSite((given) => {
  ({ site, folder } = given);
});
beforeEach(async () => {
  await writeFile(join(folder, 'urls.txt'), listOf('/one', '/two', '/one', '/none', '/two', '/moved'));
});

test('what was seen is kept beside the checkpoint, and a run that goes on knows it without reading the list again', async () => {
  await sluice('--limit', '3');
  assert.equal((await readFile(join(folder, LOG))).length, 2 * 8);
  const { code, stderr } = await sluice();
  assert.equal(code, 0, stderr);
  assert.match(stderr, /^sluice: read 6 = 3 linked \+ 1 empty \+ 0 failed \+ 2 skipped/);
  assert.equal((await readFile(join(folder, LOG))).length, 4 * 8);
  await appendFile(join(folder, 'urls.txt'), listOf('/none', '/one?new'));
  const requests = site.requests.length;
  await sluice();
  assert.deepEqual(
    site.requests.slice(requests).map(({ path }) => path),
    ['/one?new'],
  );
});

/** What may have become of the file of what was seen, and what is said of it. */
const refusals: Readonly<Record<string, { readonly text: RegExp; change(path: string): Promise<void> }>> = {
  gone: { text: /run\.checkpoint\.dedupe: the checkpoint knows it, but it is gone/, change: (path) => rm(path) },
  shortened: { text: /run\.checkpoint\.dedupe: it has fewer than/, change: (path) => truncate(path, 8) },
  changed: {
    text: /run\.checkpoint\.dedupe: it was changed by someone else/,
    change: (path) => writeFile(path, Buffer.alloc(64, 1)),
  },
};

for (const [what, { text, change }] of Object.entries(refusals)) {
  test(`where it is ${what}, the run is refused with 3 and nothing is touched; --restart starts over`, async () => {
    await sluice('--limit', '3');
    await appendFile(join(folder, 'links.tsv'), 'behind the checkpoint');
    await change(join(folder, LOG));
    const files = await snapshotOf(folder);
    const requests = site.requests.length;
    const { code, stderr } = await sluice();
    assert.deepEqual({ code, requests: site.requests.length }, { code: 3, requests });
    assert.match(stderr, text);
    assert.deepEqual(await snapshotOf(folder), files);
    const restarted = await sluice('--restart');
    assert.equal(restarted.code, 0, restarted.stderr);
    assert.match(restarted.stderr, /^sluice: read 6 = 3 linked/);
    assert.equal((await readFile(join(folder, LOG))).length, 4 * 8);
  });
}

test('a run that starts over without the step takes its file away', async () => {
  await sluice();
  assert.equal((await readFile(join(folder, LOG))).length, 4 * 8);
  const { code, stderr } = await callSluice([...ARGS, '--restart'], { cwd: folder });
  assert.equal(code, 0, stderr);
  assert.equal((await readdir(folder)).includes(LOG), false);
});

test('a run stops with 3 and advice when the memory for it is used up; with more the same command goes on', async () => {
  const stopped = await sluice('--dedupe-memory', '100kB');
  assert.equal(stopped.code, 3);
  assert.match(stopped.stderr, /^sluice: dedupe: the memory .* is used up .* \(--dedupe-memory\) .* --shard\.$/m);
  const { code, stderr } = await sluice('--dedupe-memory', '1MB');
  assert.equal(code, 0, stderr);
  assert.match(stderr, /^sluice: read 6 = 3 linked \+ 1 empty \+ 0 failed \+ 2 skipped/);
});

test('the memory is a size', async () => {
  const { code, stderr } = await sluice('--dedupe-memory', 'lots');
  assert.deepEqual(
    { code, stderr },
    { code: 2, stderr: 'sluice: --dedupe-memory: expected a size such as 10MB, got "lots".\n' },
  );
});

test('in a pipeline file the variable of that flag counts where the file has the step', async () => {
  const steps = '[dedupe, fetch: { allowPrivate: true }, links]';
  const text = `source: { lines: { path: urls.txt } }\nsteps: ${steps}\nsink: { tsv: { path: links.tsv } }\n`;
  await writeFile(join(folder, 'list.yaml'), text);
  const env = { SLUICE_DEDUPE_MEMORY: '100kB' };
  const { code, stderr } = await callSluice(['run', 'list.yaml'], { cwd: folder, env });
  assert.equal(code, 3, stderr);
  assert.match(stderr, /^sluice: dedupe: the memory .* \(100000 bytes/m);
});

function sluice(...more: readonly string[]) {
  return callSluice([...ARGS, '--dedupe', ...more], { cwd: folder });
}

function listOf(...paths: readonly string[]): string {
  return paths.map((path) => `${site.origin}${path}\n`).join('');
}

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, type TestContext, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { removeFolder, temporaryFolder } from '../helpers/files/samples.ts';
import { pageOfLinks, startLinkSite } from '../helpers/network/link-site.ts';
import { type HeldRoute, held, type Site } from '../helpers/network/site.ts';
import { type SluiceOptions, startSluice } from '../helpers/processes/cli.ts';
import type { LiveProcess } from '../helpers/processes/process.ts';

const HEADER = 'source_url\tparsed_url';
/** Shorter than the default grace period: a run that only ends with that one fails the test. */
const LESS_THAN_GRACE_MS = 9000;

let site: Site;
let slow: HeldRoute;
let folder: string;

beforeEach(async () => {
  slow = held('<a href="/x">x</a>');
  site = await startLinkSite({ '/slow': slow, '/long': pageOfLinks(500) });
  folder = await temporaryFolder();
});
afterEach(async () => {
  await site.close();
  await removeFolder(folder);
});

for (const [signal, exitCode] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  test(`${signal} ends with ${exitCode} when what is in flight is finished and written`, async (t) => {
    const sluice = start(t, []);
    await sluice.write(`${site.origin}/slow?1\n${site.origin}/slow?2\n`);
    await site.requested(2);
    sluice.kill(signal);
    await sluice.stderrIncludes(`sluice: ${signal}: finishing what is in flight; once more stops at once.\n`);
    await sluice.write(`${site.origin}/one\n`);
    slow.release();
    const rows = (await sluice.rest()).trimEnd().split('\n').sort();
    assert.deepEqual(rows, [
      `${site.origin}/slow?1\t${site.origin}/x`,
      `${site.origin}/slow?2\t${site.origin}/x`,
      HEADER,
    ]);
    const { code, stderr } = await sluice.exit();
    assert.equal(code, exitCode);
    assert.match(stderr, /\nsluice: read 2 = 2 linked .* \(interrupted\)\n$/);
    assert.equal(site.requests.length, 2, 'nothing more was read');
  });
}

test('a second SIGINT stops at once, though the server never answers', async (t) => {
  const sluice = start(t, [], { timeoutMs: LESS_THAN_GRACE_MS });
  await sluice.write(`${site.origin}/one\n${site.origin}/slow\n`);
  assert.equal(await sluice.line(), HEADER);
  assert.equal(await sluice.line(), `${site.origin}/one\t${site.origin}/z`);
  await site.requested(2);
  sluice.kill('SIGINT');
  await sluice.stderrIncludes('finishing');
  sluice.kill('SIGINT');
  const { code, stderr } = await sluice.exit();
  assert.equal(code, 130);
  assert.match(stderr, /\nsluice: read 1 = 1 linked \+ 0 empty \+ 0 failed \+ 0 skipped, .* \(interrupted\)\n$/);
  assert.equal(slow.waiting, 0, 'its connections are closed');
});

test('a second SIGINT stops at once, though the reader of standard output has stalled', async (t) => {
  const sluice = start(t, ['-c', '4', '--window', '4'], { timeoutMs: LESS_THAN_GRACE_MS });
  sluice.end(`${site.origin}/long\n`.repeat(200));
  assert.equal(await sluice.line(), HEADER);
  await site.requested(4);
  sluice.kill('SIGINT');
  await sluice.stderrIncludes('finishing');
  sluice.kill('SIGINT');
  assert.equal((await sluice.exit()).code, 130);
});

test('the grace period ends what is in flight', async (t) => {
  const sluice = start(t, ['--grace', '100ms'], { timeoutMs: LESS_THAN_GRACE_MS });
  await sluice.write(`${site.origin}/slow\n`);
  await site.requested(1);
  sluice.kill('SIGTERM');
  assert.equal((await sluice.exit()).code, 143);
  assert.equal(slow.waiting, 0, 'its connection is closed');
});

test('an interrupt wakes a run that waits for standard input', async (t) => {
  const sluice = start(t, [], { timeoutMs: LESS_THAN_GRACE_MS });
  assert.equal(await sluice.line(), HEADER);
  sluice.kill('SIGINT');
  assert.equal((await sluice.exit()).code, 130);
});

test('an interrupt ends a run whose input is a named pipe that nobody has opened to write', async (t) => {
  const [mkfifo] = await once(spawn('mkfifo', [join(folder, 'urls')]), 'exit');
  if (mkfifo !== 0) return t.skip('no mkfifo here');
  const sluice = start(t, ['-i', 'urls'], { timeoutMs: LESS_THAN_GRACE_MS });
  assert.equal(await sluice.line(), HEADER);
  sluice.kill('SIGTERM');
  const { code, signal, stderr } = await sluice.exit();
  assert.equal(code ?? signal, 'SIGTERM', 'what a shell shows as 143');
  assert.match(stderr, /\nsluice: read 0 = .* \(interrupted\)\n$/);
});

test('an interrupted run leaves what it had in .part files, and a summary that says that it is not complete', async (t) => {
  const sluice = start(t, ['-o', 'links.tsv.gz', '--failures', 'failures.jsonl', '--summary', 'summary.json']);
  await sluice.write(`${site.origin}/gone\n${site.origin}/slow\n`);
  await site.requested(2);
  sluice.kill('SIGINT');
  await sluice.stderrIncludes('finishing');
  slow.release();
  await sluice.exit();
  assert.deepEqual(await readdir(folder), ['failures.jsonl.part', 'links.tsv.gz.part', 'summary.json']);
  const links = gunzipSync(await readFile(join(folder, 'links.tsv.gz.part'))).toString();
  assert.equal(links, `${HEADER}\n${site.origin}/slow\t${site.origin}/x\n`);
  assert.equal(JSON.parse(await readFile(join(folder, 'failures.jsonl.part'), 'utf8')).code, 'http-status');
  const summary = JSON.parse(await readFile(join(folder, 'summary.json'), 'utf8'));
  assert.deepEqual({ read: summary.read, complete: summary.complete }, { read: 2, complete: false });
});

test('--quiet interrupts say nothing', async (t) => {
  const sluice = start(t, ['-q']);
  await sluice.write(`${site.origin}/one\n`);
  assert.equal(await sluice.line(), HEADER);
  sluice.kill('SIGINT');
  assert.deepEqual(await sluice.exit(), { code: 130, signal: null, stderr: '' });
});

test('an interrupt from the terminal leaves the program of exec what is in flight to answer', async (t) => {
  const command = [process.execPath, '-e', 'process.stdin.pipe(process.stdout)'];
  const pipeline = {
    source: { lines: { path: '-' } },
    steps: [{ fetch: { allowPrivate: true } }, 'links', { exec: { command, columns: ['parsed_url'] } }],
  };
  await writeFile(join(folder, 'exec.yaml'), JSON.stringify(pipeline));
  const sluice = startSluice(['run', 'exec.yaml'], { cwd: folder, isGroupLeader: true });
  t.after(sluice.stop);
  await sluice.write(`${site.origin}/slow\n`);
  await site.requested(1);
  // To all of its group, as a terminal does it.
  process.kill(-(sluice.pid ?? assert.fail()), 'SIGINT');
  await sluice.stderrIncludes('finishing');
  slow.release();
  const { code, stderr } = await sluice.exit();
  assert.equal(code, 130, stderr);
  assert.match(stderr, /\nsluice: read 1 = 1 linked .* \(interrupted\)\n$/);
});

function start(t: TestContext, args: readonly string[], options: SluiceOptions = {}): LiveProcess {
  const sluice = startSluice(['--allow-private', ...args], { cwd: folder, ...options });
  t.after(sluice.stop);
  return sluice;
}

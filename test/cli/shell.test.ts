import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { giveLinkSite, pageOfLinks } from '../helpers/network/link-site.ts';
import { held, type Site } from '../helpers/network/site.ts';
import { mainPath, runSluice, startSluice } from '../helpers/processes/cli.ts';
import { type LiveProcess, runProcess } from '../helpers/processes/process.ts';
import { standstill } from '../helpers/standstill.ts';

const HEADER = 'source_url\tparsed_url';
const LINKS_OF_LONG_PAGE = 100;

let site: Site;
let folder: string;
giveLinkSite(
  (given) => {
    ({ site, folder } = given);
  },
  { '/long': pageOfLinks(LINKS_OF_LONG_PAGE), '/never': held() },
);

test('the first row is there while standard input is still open', async (t) => {
  const sluice = startSluice(['--allow-private']);
  t.after(sluice.stop);
  await sluice.write(`${site.origin}/one\n`);
  assert.equal(await sluice.line(), HEADER);
  assert.equal(await sluice.line(), `${site.origin}/one\t${site.origin}/z`);
  sluice.end();
  assert.equal(await sluice.rest(), '');
  assert.equal((await sluice.exit()).code, 0);
});

test('a reader that closes early ends the run well, though standard input never ends', async (t) => {
  const sluice = startSluice(['--allow-private', '-c', '4', '--window', '4'], { timeoutMs: 10_000 });
  t.after(sluice.stop);
  const fed = feed(sluice, `${site.origin}/one\n`.repeat(50));
  assert.equal(await sluice.line(), HEADER);
  sluice.closeStdout();
  const { code, signal, stderr } = await sluice.exit();
  await fed;
  assert.deepEqual({ code, signal }, { code: 0, signal: null });
  assert.match(stderr, /^sluice: read \d.* \(reader gone\)\n$/);
});

test('a reader that closes early ends the run with the next row, though others are long in coming', async (t) => {
  const sluice = startSluice(['--allow-private'], { timeoutMs: 10_000 });
  t.after(sluice.stop);
  await sluice.write(`${site.origin}/never\n${site.origin}/one\n`);
  assert.equal(await sluice.line(), HEADER);
  assert.equal(await sluice.line(), `${site.origin}/one\t${site.origin}/z`);
  sluice.closeStdout();
  await sluice.write(`${site.origin}/two\n`);
  const { code, stderr } = await sluice.exit();
  assert.equal(code, 0);
  assert.match(stderr, /^sluice: read 2 .* \(reader gone\)\n$/);
});

test('a shell pipe into head ends with the lines that head wanted', async () => {
  const command = `yes '${site.origin}/two' | "$0" "$1" -q --allow-private | head -n 2`;
  const result = await runProcess('/bin/sh', ['-c', command, process.execPath, mainPath], { timeoutMs: 10_000 });
  assert.deepEqual(result, {
    stdout: `${HEADER}\n${site.origin}/two\t${site.origin}/x\n`,
    stderr: '',
    code: 0,
    signal: null,
  });
});

test('a reader that stalls stops the requests and the reading of standard input; when it goes on all rows come', async (t) => {
  const lines = 1000;
  const sluice = startSluice(['--allow-private', '-q', '-c', '4', '--window', '4', '--per-host', '4']);
  t.after(sluice.stop);
  const earlier = site.requests.length;
  // Lines of 250 bytes: the list is larger than what pipes and buffers hold between the two processes.
  const line = `${site.origin}/long?${'x'.repeat(220)}\n`;
  let isTaken = false;
  const taken = sluice.write(line.repeat(lines)).then(() => {
    isTaken = true;
  });
  assert.equal(await sluice.line(), HEADER);
  const requests = (await standstill(() => site.requests.length)) - earlier;
  // What lies between: pipes, 64 KiB of gathered rows, 16 records in each of four buffers, 4 in work.
  assert.ok(requests < 150, `${requests} requests were made for a reader that had stalled`);
  assert.equal(isTaken, false, 'standard input was read on');
  const [rest] = await Promise.all([sluice.rest(), taken.then(() => sluice.end())]);
  assert.equal(rest.trimEnd().split('\n').length, lines * LINKS_OF_LONG_PAGE);
  assert.equal((await sluice.exit()).code, 0);
});

test('a blank list gives the header and exit code 0', async () => {
  for (const input of ['', '\n \n\r\n', '\uFEFF', '# nothing yet\n']) {
    const { stdout, code, stderr } = await runSluice([], { input });
    assert.deepEqual({ stdout, code }, { stdout: `${HEADER}\n`, code: 0 });
    assert.match(stderr, /^sluice: read 0 = 0 linked \+ 0 empty \+ 0 failed \+ 0 skipped, 0 rows, .+\n$/);
  }
});

test('a closed standard input is an empty list', async () => {
  const command = 'exec "$0" "$1" -q <&-';
  const { stdout, code } = await runProcess('/bin/sh', ['-c', command, process.execPath, mainPath]);
  assert.deepEqual({ stdout, code }, { stdout: `${HEADER}\n`, code: 0 });
});

test('standard input may be a file, and standard output another', async () => {
  await writeFile(join(folder, 'urls.txt'), `${site.origin}/one\n`);
  const command = 'exec "$0" "$1" -q --allow-private < urls.txt > links.tsv';
  const { code } = await runProcess('/bin/sh', ['-c', command, process.execPath, mainPath], { cwd: folder });
  assert.equal(code, 0);
  assert.equal(await readFile(join(folder, 'links.tsv'), 'utf8'), `${HEADER}\n${site.origin}/one\t${site.origin}/z\n`);
});

test('the process ends by itself when standard input stays open but the limit is reached', async (t) => {
  const sluice = startSluice(['--allow-private', '-q', '--limit', '1']);
  t.after(sluice.stop);
  await sluice.write(`${site.origin}/one\n${site.origin}/two\n`);
  assert.equal(await sluice.rest(), `${HEADER}\n${site.origin}/one\t${site.origin}/z\n`);
  assert.equal((await sluice.exit()).code, 0);
});

/** Writes the same again and again until nobody reads it any more. */
async function feed(sluice: LiveProcess, text: string): Promise<void> {
  while (await sluice.write(text));
}

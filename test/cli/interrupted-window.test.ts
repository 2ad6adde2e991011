import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, type TestContext, test } from 'node:test';
import { removeFolder, temporaryFolder } from '../helpers/files/samples.ts';
import { startLinkSite } from '../helpers/network/link-site.ts';
import { type HeldRoute, held, type Site, type SiteHandler } from '../helpers/network/site.ts';
import { runSluice, startSluice } from '../helpers/processes/cli.ts';
import type { LiveProcess } from '../helpers/processes/process.ts';

/*
 * What an interrupt does to the lines that are looked ahead over: those that have a request in flight are finished, the
 * others are let go of.
 */

const HEADER = 'source_url\tparsed_url';
/** Shorter than the default grace period: a run that only ends with that one fails the test. */
const LESS_THAN_GRACE_MS = 9000;
const IN_FLIGHT = 2;
const LINES = 40;

let site: Site;
/** Another host, so that what defers the one doesn't hold up the other. */
let other: Site;
let slow: HeldRoute;
let folder: string;

beforeEach(async () => {
  slow = held('<a href="/x">x</a>');
  site = await startLinkSite({ '/slow': slow, '/away': { status: 302, headers: { location: '/slow' } } });
  other = await startLinkSite({ '/busy': busyAtFirst() });
  folder = await temporaryFolder();
});
afterEach(async () => {
  await Promise.all([site.close(), other.close()]);
  await removeFolder(folder);
});

test('lines that wait for their turn are neither fetched nor counted, though the list was read to its end', async (t) => {
  await writeList(slowUrls());
  const sluice = start(t, ['-c', `${IN_FLIGHT}`, '-i', 'urls.txt']);
  await site.requested(IN_FLIGHT);
  await interrupt(sluice);
  slow.release();
  const { code, stderr } = await sluice.exit();
  assert.equal(code, 130);
  assert.match(stderr, /\nsluice: read 2 = 2 linked \+ 0 empty \+ 0 failed \+ 0 skipped, .* \(interrupted\)\n$/);
  assert.equal(site.requests.length, IN_FLIGHT);
});

test('a line that waits for its next attempt is let go of', async (t) => {
  await writeList([`${other.origin}/busy`]);
  const sluice = start(t, ['-i', 'urls.txt']);
  await other.requested(1);
  await other.idle();
  await interrupt(sluice);
  const { code, stderr } = await sluice.exit();
  assert.equal(code, 130);
  assert.match(stderr, /\nsluice: read 0 = 0 linked .* \(interrupted\)\n$/);
});

test('a redirect that was in flight is followed to its end', async (t) => {
  await writeList([`${site.origin}/away`]);
  const sluice = start(t, ['-i', 'urls.txt', '--delay', '300ms']);
  await site.requested(1);
  await interrupt(sluice);
  slow.release();
  assert.deepEqual((await sluice.rest()).trimEnd().split('\n'), [HEADER, `${site.origin}/away\t${site.origin}/x`]);
  assert.match((await sluice.exit()).stderr, /\nsluice: read 1 = 1 linked /);
});

for (const [title, flags] of [
  ['a run that goes on later has each row once', []],
  ['a run over distinct lines that goes on later has each row once', ['--dedupe']],
] as const) {
  test(title, async (t) => {
    await writeList(slowUrls());
    const flagsOfAll = [
      '-i',
      'urls.txt',
      '-c',
      `${IN_FLIGHT}`,
      '-o',
      'links.tsv',
      '--checkpoint',
      'links.checkpoint',
      ...flags,
    ];
    const sluice = start(t, flagsOfAll);
    await site.requested(IN_FLIGHT);
    await interrupt(sluice);
    slow.release();
    assert.equal((await sluice.exit()).code, 130);
    assert.equal((await rows()).length, IN_FLIGHT);
    const { code, stderr } = await runSluice(['--allow-private', ...flagsOfAll], { cwd: folder });
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^sluice: read 40 = 40 linked /m);
    assert.deepEqual((await rows()).sort(), rowsOf(slowUrls()).sort());
    assert.equal(site.requests.length, LINES, 'nothing was fetched twice');
  });
}

test('in the order of the input nothing is written behind a line that was let go of, and a later run has each row once', async (t) => {
  const urls = [
    `${site.origin}/one?first`,
    `${other.origin}/busy`,
    ...Array.from({ length: LINES }, (_, index) => `${site.origin}/one?${index}`),
  ];
  await writeList(urls);
  const flags = ['-i', 'urls.txt', '--ordered', '-o', 'links.tsv', '--checkpoint', 'links.checkpoint'];
  const sluice = start(t, flags);
  await Promise.all([other.requested(1), site.requested(LINES + 1)]);
  await Promise.all([other.idle(), site.idle()]);
  await interrupt(sluice);
  const { code, stderr } = await sluice.exit();
  assert.equal(code, 130);
  assert.match(stderr, /\nsluice: read 1 = 1 linked /);
  assert.deepEqual(await rows(), [`${site.origin}/one?first\t${site.origin}/z`]);
  assert.equal((await runSluice(['--allow-private', ...flags], { cwd: folder })).code, 0);
  const expected = urls.map((url) => `${url}\t${new URL(url).origin}/z`);
  assert.deepEqual(await rows(), expected);
});

test('in the order of the input, a list beyond what may wait for its turn does not hang', async (t) => {
  const urls = [`${other.origin}/busy`, ...Array.from({ length: 1_200 }, (_, index) => `${site.origin}/none?${index}`)];
  await writeList(urls);
  const sluice = start(t, ['-i', 'urls.txt', '--ordered']);
  await Promise.all([other.requested(1), site.requested(1_023)]);
  await Promise.all([other.idle(), site.idle()]);
  await interrupt(sluice);
  const { code, stderr } = await sluice.exit();
  assert.equal(code, 130);
  assert.match(stderr, /\nsluice: read 0 = 0 linked /);
});

function start(t: TestContext, args: readonly string[]): LiveProcess {
  const sluice = startSluice(['--allow-private', ...args], { cwd: folder, timeoutMs: LESS_THAN_GRACE_MS });
  t.after(sluice.stop);
  return sluice;
}

async function interrupt(sluice: LiveProcess): Promise<void> {
  sluice.kill('SIGINT');
  await sluice.stderrIncludes('finishing');
}

function slowUrls(): readonly string[] {
  return Array.from({ length: LINES }, (_, index) => `${site.origin}/slow?${index}`);
}

function rowsOf(urls: readonly string[]): string[] {
  return urls.map((url) => `${url}\t${site.origin}/x`);
}

async function writeList(urls: readonly string[]): Promise<void> {
  await writeFile(join(folder, 'urls.txt'), `${urls.join('\n')}\n`);
}

/** The rows of links.tsv. */
async function rows(): Promise<string[]> {
  const [header, ...lines] = (await readFile(join(folder, 'links.tsv'), 'utf8')).trimEnd().split('\n');
  assert.equal(header, HEADER);
  return lines;
}

/** Asks for patience once, and gives a page from then on. */
function busyAtFirst(): SiteHandler {
  let count = 0;
  return (_request, response) => {
    count += 1;
    if (count === 1) response.writeHead(503, { 'retry-after': '30' }).end();
    else response.writeHead(200, { 'content-type': 'text/html' }).end('<a href="/z">z</a>');
  };
}

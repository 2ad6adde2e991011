import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, type TestContext, test } from 'node:test';
import { workerOf } from '../../src/core/worker-share.ts';
import { removeFolder, temporaryFolder } from '../helpers/files/samples.ts';
import { mixedRows, pageOfLinks, startLinkSite } from '../helpers/network/link-site.ts';
import { type HeldRoute, held, type Route, type Site } from '../helpers/network/site.ts';
import { jsonLinesOf, runDocument } from '../helpers/pipelines/pipeline-run.ts';
import { runSluice, startSluice } from '../helpers/processes/cli.ts';
import type { LiveProcess } from '../helpers/processes/process.ts';
import { standstill } from '../helpers/standstill.ts';

const HEADER = 'source_url\tparsed_url';
/** Lines that each of the worker threads is to have: more than it may give results for that are not handed on. */
const MANY = 200;
/** Shorter than the default grace period: a run that only ends with that one fails the test. */
const LESS_THAN_GRACE_MS = 9000;

let folder: string;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => removeFolder(folder));

/** Sites on a port of their own, one for each of the two worker threads. */
async function twoSites(t: TestContext, routes: Readonly<Record<string, Route>> = {}): Promise<readonly [Site, Site]> {
  const sites: (Site | undefined)[] = [undefined, undefined];
  while (sites.includes(undefined)) {
    const site = await startLinkSite(routes);
    t.after(site.close);
    sites[workerOf(hostOf(site), 2)] ??= site;
  }
  return sites as unknown as readonly [Site, Site];
}

function hostOf(site: Site): string {
  return new URL(site.origin).host;
}

function start(t: TestContext, args: readonly string[], timeoutMs?: number): LiveProcess {
  const options = { cwd: folder, ...(timeoutMs === undefined ? {} : { timeoutMs }) };
  const sluice = startSluice(['--allow-private', '--workers', '2', ...args], options);
  t.after(sluice.stop);
  return sluice;
}

async function writeList(lines: readonly string[]): Promise<void> {
  await writeFile(join(folder, 'urls.txt'), `${lines.join('\n')}\n`);
}

async function contentOf(name: string): Promise<string> {
  return await readFile(join(folder, name), 'utf8');
}

describe('the outputs', () => {
  for (const workers of [1, 2, 3]) {
    test(`${workers} of them: every line ends as it does without, and the rows keep their order`, async (t) => {
      const sites = await twoSites(t);
      const paths = ['/two', '/none', '/gone', '/moved', '/text', '/two'];
      await writeList([...sites.flatMap(({ origin }) => paths.map((path) => `${origin}${path}`)), 'not a url']);
      const args = ['-i', 'urls.txt', '-o', 'links.tsv', '--ordered', '--dedupe', '--summary', 'summary.json'];
      const reports = ['--failures', 'failures.jsonl', '--pages', 'pages.jsonl', '--workers', `${workers}`];
      const { code, stderr } = await runSluice(['--allow-private', ...args, ...reports], { cwd: folder });
      assert.equal(code, 0, stderr);
      const rows = sites.flatMap(({ origin }) => [...mixedRows(origin).slice(1), ...mixedRows(origin).slice(0, 1)]);
      assert.deepEqual((await contentOf('links.tsv')).trimEnd().split('\n'), [HEADER, ...rows]);
      const totals = JSON.parse(await contentOf('summary.json'));
      const { read, linked, empty, failed, skipped, rows: count, complete } = totals;
      assert.deepEqual([read, linked, empty, failed, skipped, count, complete], [13, 4, 2, 3, 4, 6, true]);
      assert.deepEqual(totals.failedByCode, { 'http-status': 2, 'invalid-url': 1 });
      assert.deepEqual(totals.skippedByReason, { 'not-html': 2, duplicate: 2 });
      const failures = await jsonLinesOf(folder, 'failures.jsonl');
      assert.deepEqual(failures.map(({ code, status, attempts, line }) => [code, status, attempts, line]).sort(), [
        ['http-status', 404, 1, 3],
        ['http-status', 404, 1, 9],
        ['invalid-url', null, 0, 13],
      ]);
      const pages = await jsonLinesOf(folder, 'pages.jsonl');
      assert.deepEqual(
        pages
          .map(({ line, outcome, status, content_type, links }) => [line, outcome, status, content_type, links])
          .sort(),
        [
          [1, 'linked', 200, 'text/html; charset=utf-8', 2],
          [10, 'linked', 200, 'text/html; charset=utf-8', 1],
          [11, 'skipped', 200, 'text/plain', 0],
          [2, 'empty', 200, 'text/html; charset=utf-8', 0],
          [3, 'failed', 404, 'text/plain', 0],
          [4, 'linked', 200, 'text/html; charset=utf-8', 1],
          [5, 'skipped', 200, 'text/plain', 0],
          [7, 'linked', 200, 'text/html; charset=utf-8', 2],
          [8, 'empty', 200, 'text/html; charset=utf-8', 0],
          [9, 'failed', 404, 'text/plain', 0],
        ],
      );
    });
  }

  test('columns, steps on them and columns of the input are as they are without', async (t) => {
    const sites = await twoSites(t, { '/page': '<base href="/b/"><a rel=nofollow href=x>one</a><a href="/7">two</a>' });
    const lines = sites.map(({ origin }, index) => `${origin}/page,category ${index}`);
    await writeFile(join(folder, 'urls.csv'), ['url,category', ...lines, ''].join('\n'));
    const document = {
      source: { csv: { path: 'urls.csv', column: 'url' } },
      steps: [
        { set: { columns: { place: 'input.category + "!"' } } },
        { fetch: { allowPrivate: true } },
        { where: 'status == 200' },
        'links',
        { set: { columns: { section: 'path(parsed_url)' } } },
        { where: 'section != "/7"' },
        { rename: { columns: { parsed_url: 'link' } } },
      ],
      sink: {
        jsonl: { path: 'links.jsonl', columns: ['link', 'section', 'place', 'rel', 'text', 'position', 'base_url'] },
      },
    };
    const rowsWith = async (workers: number) => {
      const { totals } = await runDocument(folder, { ...document, workers });
      assert.equal(totals['linked'], 2);
      const rows = await jsonLinesOf(folder, 'links.jsonl');
      return rows.toSorted((a, b) => (String(a['link']) < String(b['link']) ? -1 : 1));
    };
    const alone = await rowsWith(1);
    assert.deepEqual(
      alone.map(({ section, place, rel, text, position }) => [section, place, rel, text, position]).sort(),
      [
        ['/b/x', 'category 0!', 'nofollow', 'one', 1],
        ['/b/x', 'category 1!', 'nofollow', 'one', 1],
      ],
    );
    assert.deepEqual(await rowsWith(2), alone);
  });

  test('what a step behind fetch skips or fails is told with what is known of its page', async (t) => {
    const [site] = await twoSites(t, { '/page': '<a href="/x/y">x</a>' });
    await writeList([`${site.origin}/one`, `${site.origin}/page`]);
    await runDocument(folder, {
      source: { lines: { path: 'urls.txt' } },
      steps: [
        { fetch: { allowPrivate: true } },
        { where: '!final_url.endsWith("/one")' },
        'links',
        { set: { columns: { number: 'int(path(parsed_url))' } } },
      ],
      sink: { null: {} },
      pages: { jsonl: { path: 'pages.jsonl' } },
      failures: { jsonl: { path: 'failures.jsonl' } },
      maxFailures: 1,
      workers: 2,
    });
    const pages = await jsonLinesOf(folder, 'pages.jsonl');
    assert.deepEqual(pages.map(({ line, outcome, status, final_url }) => [line, outcome, status, final_url]).sort(), [
      [1, 'skipped', 200, `${site.origin}/one`],
      [2, 'failed', 200, `${site.origin}/page`],
    ]);
    const [failure] = await jsonLinesOf(folder, 'failures.jsonl');
    assert.deepEqual([failure?.['code'], failure?.['line']], ['expression', 2]);
  });
});

test('the limits of a host hold over all threads, also where redirects lead to it', async (t) => {
  const slow = held('<a href="/x">x</a>');
  const [hub, other] = await twoSites(t, {
    '/hub': slow,
    '/to': (request, response) => {
      const { searchParams } = new URL(request.url ?? '', 'http://x');
      response.writeHead(302, { location: `${searchParams.get('origin')}/hub` }).end();
    },
  });
  const sluice = start(t, ['--per-host', '3', '-q']);
  const lines = Array.from({ length: 20 }, (_, index) =>
    index % 2 === 0 ? `${hub.origin}/hub?${index}` : `${other.origin}/to?origin=${hub.origin}&${index}`,
  );
  sluice.end(`${lines.join('\n')}\n`);
  await hub.requested(3);
  slow.release();
  const rows = (await sluice.rest()).trimEnd().split('\n');
  assert.equal((await sluice.exit()).code, 0);
  assert.deepEqual([rows.length, hub.requests.length], [21, 20]);
  assert.equal(hub.maxConcurrent(hostOf(hub)), 3);
});

test('the first rows are there while standard input is still open', async (t) => {
  const [site] = await twoSites(t);
  const sluice = start(t, []);
  await sluice.write(`${site.origin}/one\n`);
  assert.equal(await sluice.line(), HEADER);
  assert.equal(await sluice.line(), `${site.origin}/one\t${site.origin}/z`);
  sluice.end();
  assert.equal((await sluice.exit()).code, 0);
});

test('a reader that has gone ends the run', async (t) => {
  const slow = held();
  const [site] = await twoSites(t, { '/slow': slow });
  const sluice = start(t, [], LESS_THAN_GRACE_MS);
  await sluice.write(`${site.origin}/one\n${site.origin}/slow\n`);
  assert.equal(await sluice.line(), HEADER);
  assert.equal(await sluice.line(), `${site.origin}/one\t${site.origin}/z`);
  sluice.closeStdout();
  await sluice.write(`${site.origin}/two\n`);
  assert.equal((await sluice.exit()).code, 0);
  assert.equal(slow.waiting, 0, 'its connections are closed');
});

test('a reader that has stalled stops the requests and the reading', async (t) => {
  const sites = await twoSites(t, { '/long': pageOfLinks(500) });
  const sluice = start(t, ['--window', '8', '-c', '8', '-q']);
  const lines = sites.flatMap(({ origin }) => Array.from({ length: 2000 }, (_, index) => `${origin}/long?${index}`));
  await writeList(lines);
  sluice.end(await contentOf('urls.txt'));
  assert.equal(await sluice.line(), HEADER);
  const asked = () => sites.reduce((sum, { requests }) => sum + requests.length, 0);
  const atRest = await standstill(asked);
  // 64 results of each thread, what the pipe and the output hold of rows of 80 bytes, and what is looked ahead at.
  assert.ok(atRest < 400, `${atRest} requests`);
  const rest = await sluice.rest();
  assert.equal(rest.trimEnd().split('\n').length, lines.length * 500);
  assert.equal((await sluice.exit()).code, 0);
});

describe('an interrupt', () => {
  let slow: HeldRoute;
  beforeEach(() => {
    slow = held('<a href="/x">x</a>');
  });

  test('finishes what is in flight, and lets go of the many lines that wait', async (t) => {
    const sites = await twoSites(t, { '/slow': slow });
    const sluice = start(t, ['-c', '2'], LESS_THAN_GRACE_MS);
    await sluice.write(
      sites.flatMap(({ origin }) => Array.from({ length: MANY }, (_, index) => `${origin}/slow?${index}\n`)).join(''),
    );
    await Promise.all(sites.map((site) => site.requested(1)));
    sluice.kill('SIGINT');
    await sluice.stderrIncludes('finishing');
    slow.release();
    const rows = (await sluice.rest()).trimEnd().split('\n');
    const { code, stderr } = await sluice.exit();
    // A thread may have begun another line before the word to stop has reached it.
    const asked = sites.reduce((sum, { requests }) => sum + requests.length, 0);
    assert.ok(asked < MANY / 10, `${asked} requests`);
    assert.deepEqual([code, rows.length], [130, asked + 1]);
    assert.match(stderr, new RegExp(`\\nsluice: read ${asked} = ${asked} linked .* \\(interrupted\\)\\n$`));
  });

  test('a second one stops at once', async (t) => {
    const [site] = await twoSites(t, { '/slow': slow });
    const sluice = start(t, [], LESS_THAN_GRACE_MS);
    await sluice.write(`${site.origin}/slow\n`);
    await site.requested(1);
    sluice.kill('SIGINT');
    await sluice.stderrIncludes('finishing');
    sluice.kill('SIGINT');
    assert.equal((await sluice.exit()).code, 130);
    assert.equal(slow.waiting, 0, 'its connections are closed');
  });
});

test('a run that was killed goes on with another number of them', async (t) => {
  const slow = held('<a href="/x">x</a>');
  const sites = await twoSites(t, { '/slow': slow });
  await writeList(sites.flatMap(({ origin }) => ['/one', '/slow', '/two'].map((path) => `${origin}${path}`)));
  const args = ['-i', 'urls.txt', '-o', 'links.tsv', '--checkpoint', 'checkpoint', '--checkpoint-interval', '10ms'];
  const sluice = start(t, [...args, '-v']);
  for (const site of sites) await sluice.stderrIncludes(`${site.origin}/two`);
  await Promise.all(sites.map((site) => site.requested(1, '/slow')));
  sluice.kill('SIGKILL');
  await sluice.exit();
  slow.release();
  const { code, stderr } = await runSluice(['--allow-private', '--workers', '3', ...args], { cwd: folder });
  assert.equal(code, 0, stderr);
  const rows = (await contentOf('links.tsv')).trimEnd().split('\n');
  assert.deepEqual([rows.length, new Set(rows).size], [9, 9]);
});

describe('what can not be is told before any request', () => {
  for (const [title, args, message] of [
    ['cookies', ['--cookies'], '--cookies: are kept by one thread alone: leave out cookies, or workers.'],
    [
      'less requests than threads',
      ['-c', '1'],
      '--concurrency: is less than the 2 workers, each of which needs a request at least.',
    ],
  ] as const) {
    test(title, async () => {
      const { code, stderr } = await runSluice(['https://example.com/', '--workers', '2', ...args]);
      assert.deepEqual([code, stderr], [2, `sluice: ${message}\n`]);
    });
  }

  test('a file of an earlier run that is not there stops the run', async () => {
    const { code, stderr } = await runSluice(['https://example.com/', '--workers', '2', '--since', 'gone.jsonl'], {
      cwd: folder,
    });
    assert.equal(code, 3);
    assert.match(stderr, /gone\.jsonl: can't be read: there is no such file\.\n$/);
  });
});

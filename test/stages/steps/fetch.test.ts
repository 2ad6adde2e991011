import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, type TestContext, test } from 'node:test';
import { ColumnScope } from '../../../src/core/columns/columns.ts';
import { concurrentTransform } from '../../../src/core/concurrent-transform.ts';
import { ConfigError } from '../../../src/core/errors.ts';
import type { Abandon, Skip } from '../../../src/core/outcome.ts';
import type { PageRecord, UrlRecord } from '../../../src/core/record.ts';
import type { StageContext, Step } from '../../../src/core/stage.ts';
import { fetchStep } from '../../../src/stages/steps/fetch.ts';
import { startSite } from '../../helpers/network/site.ts';

function startStep(t: TestContext, options: Record<string, unknown> = {}): Step<'url', 'page'> {
  const controller = new AbortController();
  t.after(() => controller.abort());
  return createStep(options, controller.signal);
}

function createStep(options: Record<string, unknown>, signal: AbortSignal): Step<'url', 'page'> {
  const context: StageContext = {
    signal,
    stopSignal: new AbortController().signal,
    resolvePath: (path) => path,
    stdin: new PassThrough(),
    stdout: new PassThrough(),
    env: {},
    columns: new ColumnScope(),
  };
  return fetchStep.create(fetchStep.options.parse({ allowPrivate: true, ...options }), context);
}

function urlRecord(url: string, sequence = 0): UrlRecord {
  return {
    kind: 'url',
    origin: { sequence, input: 'urls.txt', line: sequence + 1, offset: 0 },
    sourceUrl: url,
    url: new URL(url),
  };
}

async function textOf({ body }: PageRecord): Promise<string> {
  const { result } = await body.read(() => {
    const pieces: Buffer[] = [];
    return { write: (chunk) => pieces.push(Buffer.from(chunk)), end: () => Buffer.concat(pieces).toString() };
  });
  return result;
}

describe('options', () => {
  test('have defaults, and are in milliseconds and bytes', () => {
    const { userAgent, ...defaults } = fetchStep.options.parse({});
    assert.deepEqual(defaults, {
      concurrency: 64,
      perHost: 6,
      delay: 0,
      window: 2048,
      timeout: 30_000,
      connectTimeout: 10_000,
      headersTimeout: 20_000,
      idleTimeout: 15_000,
      retries: 2,
      maxRetryAfter: 60_000,
      maxOverload: 60_000,
      maxRedirects: 10,
      maxBytes: 10_000_000,
      truncate: false,
      headers: {},
      cookies: false,
      hosts: {},
      robots: false,
      maxCrawlDelay: 30_000,
      disallowed: 'skip',
      http2: false,
      insecure: false,
      allowPrivate: false,
      accept: ['html'],
      notHtml: 'skip',
    });
    assert.match(userAgent, /^sluice\/\d+\.\d+\.\d+ \(\+https:\/\//);
  });

  test('are each described in a sentence', () => {
    for (const [name, option] of Object.entries(fetchStep.options.shape)) {
      assert.match(option.description ?? '', /^[A-Z].+\.$/, name);
    }
  });

  test('that are misspelt, out of range or without a unit are refused', () => {
    for (const wrong of [
      { retires: 1 },
      { concurrency: 0 },
      { timeout: 30 },
      { idleTimeout: '0s' },
      { maxBytes: '0B' },
      { notHtml: 'keep' },
      { userAgent: 'two\nlines' },
      { headers: { Host: 'example.com' } },
      { hosts: { 'a.example': { auth: 'nobody' } } },
      { since: '' },
      { resolver: [] },
      { resolver: ['dns.example'] },
      { allowAddresses: ['10.0.0.0/33'] },
      { denyAddresses: ['example.org'] },
    ]) {
      assert.equal(fetchStep.options.safeParse(wrong).success, false, JSON.stringify(wrong));
    }
  });

  test('look ahead over at least as many URLs as are in flight', (t) => {
    assert.equal(startStep(t, { window: 10, concurrency: 20 }).concurrency, 20);
    assert.equal(startStep(t, { window: 30, concurrency: 20 }).concurrency, 30);
  });
});

describe('a URL', () => {
  test('becomes a page, which keeps its origin and its line', async (t) => {
    const site = await startSite({ '/': { status: 302, headers: { location: '/b' } }, '/b': 'page' });
    t.after(site.close);
    const record = urlRecord(`${site.origin}/`);
    const page = await startStep(t).process(record);
    assert.ok(page.kind === 'page');
    assert.equal(page.origin, record.origin);
    assert.equal(page.sourceUrl, record.sourceUrl);
    assert.equal(page.response.finalUrl, `${site.origin}/b`);
    assert.equal(await textOf(page), 'page');
  });

  test('that is not HTML is skipped with its facts, or fails where that is asked for', async (t) => {
    const site = await startSite({ '/': { headers: { 'content-type': 'image/png' }, body: 'x' } });
    t.after(site.close);
    const skipped = await startStep(t).process(urlRecord(`${site.origin}/`));
    assert.ok(skipped.kind === 'skip');
    assert.equal(skipped.reason, 'not-html');
    assert.equal(skipped.page?.contentType, 'image/png');
    assert.equal(skipped.page.attempts, 1);
    await assert.rejects(async () => startStep(t, { notHtml: 'fail' }).process(urlRecord(site.origin)), {
      code: 'not-html',
    });
  });

  test('of a private address is refused by default', async (t) => {
    const site = await startSite({ '/': 'page' });
    t.after(site.close);
    await assert.rejects(async () => startStep(t, { allowPrivate: false }).process(urlRecord(site.origin)), {
      code: 'blocked-address',
    });
    assert.equal(site.requests.length, 0);
  });
});

describe('since an earlier run', () => {
  const row = (origin: string, path: string, more: object = {}) => {
    const url = `${origin}${path}`;
    return { source_url: url, final_url: url, outcome: 'linked', etag: `"${path}"`, last_modified: null, ...more };
  };

  async function startKnown(
    t: TestContext,
    rows: (origin: string) => readonly object[],
  ): Promise<(path: string) => Promise<PageRecord | Skip | Abandon>> {
    const site = await startSite(({ url: path, headers }, response) => {
      if (headers['if-none-match'] === `"${path}"`) response.writeHead(304).end();
      else response.writeHead(200, { 'content-type': 'text/html', etag: `"${path}"` }).end('page');
    });
    t.after(site.close);
    const folder = await mkdtemp(join(tmpdir(), 'sluice-since-'));
    t.after(() => rm(folder, { recursive: true }));
    const since = join(folder, 'pages.jsonl');
    const lines = rows(site.origin).map((line) => `${JSON.stringify(line)}\n`);
    await writeFile(since, lines.join(''));
    const step = startStep(t, { since });
    await step.open?.();
    return async (path) => step.process(urlRecord(`${site.origin}${path}`));
  }

  test('a page that has not changed is skipped as not-modified, with its facts', async (t) => {
    const fetch = await startKnown(t, (origin) => [row(origin, '/a'), row(origin, '/b', { etag: '"other"' })]);
    const same = await fetch('/a');
    assert.ok(same.kind === 'skip');
    assert.equal(same.reason, 'not-modified');
    assert.equal(same.page?.status, 304);
    assert.equal(same.page.etag, '"/a"');
    for (const path of ['/b', '/c']) {
      const changed = await fetch(path);
      assert.ok(changed.kind === 'page', path);
      assert.equal(await textOf(changed), 'page');
    }
  });

  test('a page that failed then is fetched', async (t) => {
    const fetch = await startKnown(t, (origin) => [row(origin, '/a', { outcome: 'failed' })]);
    const page = await fetch('/a');
    assert.ok(page.kind === 'page');
    page.body.release();
  });

  test('whose pages file is missing, or lacks a column, the step does not open', async (t) => {
    const open = (since: string) => startStep(t, { since }).open?.();
    await assert.rejects(async () => open('/no/such/pages.jsonl'), { code: 'SOURCE_UNREADABLE' });
    const incomplete = startKnown(t, () => [{ source_url: 'https://a.example/', final_url: null, etag: null }]);
    await assert.rejects(incomplete, {
      code: 'SOURCE_UNREADABLE',
      message: /no column last_modified; columns found: /,
    });
  });
});

test('what is wrong with an address or a name server is said', () => {
  for (const [wrong, message] of [
    [{ allowAddresses: ['10.1.2.3/8'] }, 'expected the first address of the block: 10.0.0.0/8'],
    [{ denyAddresses: ['10'] }, 'expected an address or a CIDR block such as 10.0.0.0/8'],
    [{ resolver: ['dns.example'] }, 'expected the address of a name server such as 9.9.9.9 or [2620:fe::fe]:53'],
  ] as const) {
    assert.equal(fetchStep.options.safeParse(wrong).error?.issues[0]?.message, message);
  }
});

describe('with robots', () => {
  const routes = {
    '/robots.txt': { headers: { 'content-type': 'text/plain' }, body: 'User-agent: Sluice\nDisallow: /x' },
    '/x': 'page',
    '/y': 'page',
  };

  test('a URL that robots.txt does not allow is skipped, or fails where that is asked for', async (t) => {
    const site = await startSite(routes);
    t.after(site.close);
    const skipped = await startStep(t, { robots: true }).process(urlRecord(`${site.origin}/x`));
    assert.deepEqual(skipped, { kind: 'skip', reason: 'robots' });
    const step = startStep(t, { robots: true, disallowed: 'fail' });
    await assert.rejects(async () => step.process(urlRecord(`${site.origin}/x`)), { code: 'robots' });
    const page = await step.process(urlRecord(`${site.origin}/y`));
    assert.ok(page.kind === 'page');
    page.body.release();
    assert.equal(site.requests.filter(({ path }) => path === '/x').length, 0);
  });
});

describe('the table of hosts', () => {
  test('gives its host what is named there, a secret from a file too', async (t) => {
    const [site, other] = await Promise.all([
      startSite({ '/': 'page' }),
      startSite({ '/': 'page' }, { host: '127.0.0.2' }),
    ]);
    t.after(site.close);
    t.after(other.close);
    const folder = await mkdtemp(join(tmpdir(), 'fetch-'));
    t.after(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, 'login'), 'me:secret\n');
    const hosts = {
      [`127.0.0.1:${site.port}`]: { headers: { 'X-Key': 'k' }, auth: `file:${join(folder, 'login')}`, perHost: 1 },
    };
    const step = startStep(t, { hosts });
    for (const { origin } of [site, other]) {
      const page = await step.process(urlRecord(origin));
      assert.ok(page.kind === 'page');
      page.body.release();
    }
    const [sent, sentToOther] = [site, other].map(({ requests }) => requests[0]?.headers);
    assert.equal(sent?.authorization, `Basic ${Buffer.from('me:secret').toString('base64')}`);
    assert.equal(sent?.['x-key'], 'k');
    assert.deepEqual([sentToOther?.authorization, sentToOther?.['x-key']], [undefined, undefined]);
  });

  test('with a file that is not there is a configuration error', (t) => {
    assert.throws(() => startStep(t, { hosts: { a: { auth: 'file:/none/here' } } }), ConfigError);
  });
});

describe('in a pipeline', () => {
  test('every URL ends as a page, a failure or a skip, and nothing stays open', async (t) => {
    const site = await startSite({ '/page': 'page', '/image': { headers: { 'content-type': 'image/png' } } });
    t.after(site.close);
    const paths = ['/page', '/missing', '/image'];
    const records = Array.from({ length: 90 }, (_, index) => urlRecord(`${site.origin}${paths[index % 3]}`, index));
    const ends = { pages: 0, failed: 0, skipped: 0 };
    const step = startStep(t, { concurrency: 5, window: 20 });
    const transform = concurrentTransform(step, {
      failed: () => {
        ends.failed += 1;
      },
      skipped: () => {
        ends.skipped += 1;
      },
      abandoned: () => {},
    });
    const sink = new Writable({
      objectMode: true,
      write: (page: PageRecord, _encoding, done) => {
        ends.pages += 1;
        textOf(page).then(() => done(), done);
      },
    });
    await pipeline(Readable.from(records), transform, sink);
    assert.deepEqual(ends, { pages: 30, failed: 30, skipped: 30 });
    assert.deepEqual(step.progress?.(), { inFlight: 0, deferred: 0 });
    await site.idle();
  });

  test('an abort ends it at once, and every connection with it', async (t) => {
    const site = await startSite(() => {});
    t.after(site.close);
    const controller = new AbortController();
    const step = createStep({ concurrency: 5 }, controller.signal);
    const transform = concurrentTransform(step, { failed: () => {}, skipped: () => {}, abandoned: () => {} });
    const records = Array.from({ length: 50 }, (_, index) => urlRecord(`${site.origin}/${index}`, index));
    const sink = new Writable({ objectMode: true });
    const run = pipeline(Readable.from(records), transform, sink, { signal: controller.signal });
    await site.requested(5);
    controller.abort();
    await assert.rejects(run, { name: 'AbortError' });
    await site.idle();
    assert.equal(site.requests.length, 5);
  });
});

import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { HttpClient } from '../../../src/http/client.ts';
import { HostTable } from '../../../src/http/hosts/host-table.ts';
import { startHostileServer, writeForever } from '../../helpers/network/hostile-server.ts';
import { failureOf, fetchText, startClient, testClientOptions } from '../../helpers/network/http-client.ts';
import { type Route, type Site, startSite } from '../../helpers/network/site.ts';

const robots = { maxCrawlDelayMs: 30_000 };

async function start(t: TestContext, routes: Record<string, Route>, host = '127.0.0.1'): Promise<Site> {
  const site = await startSite(routes, { host });
  t.after(site.close);
  return site;
}

const pathsOf = (site: Site) => site.requests.map(({ path }) => path);
const plain = (body: string | Uint8Array, headers = {}): Route => ({
  headers: { 'content-type': 'text/plain', ...headers },
  body,
});

describe('robots.txt', () => {
  test('is asked for once, before the first page, and decides on each', async (t) => {
    const site = await start(t, {
      '/robots.txt': plain('User-agent: sluice-test\nDisallow: /x'),
      '/y': 'page',
      '/x': 'page',
    });
    const client = startClient(t, { robots });
    const [page, failure] = await Promise.all([
      fetchText(client, `${site.origin}/y`),
      failureOf(client, `${site.origin}/x`),
    ]);
    await fetchText(client, `${site.origin}/y`);
    assert.equal(page.text, 'page');
    assert.equal(failure.code, 'robots');
    assert.deepEqual(failure.facts, { attempts: 0, elapsedMs: 0, finalUrl: `${site.origin}/x` });
    assert.deepEqual(pathsOf(site), ['/robots.txt', '/y', '/y']);
  });

  test('is not asked for unless that is wanted', async (t) => {
    const site = await start(t, { '/robots.txt': plain('User-agent: *\nDisallow: /'), '/': 'page' });
    await fetchText(startClient(t), site.origin);
    assert.deepEqual(pathsOf(site), ['/']);
  });

  test('is read by the product token of the User-Agent that is sent', async (t) => {
    const site = await start(t, { '/robots.txt': plain('User-agent: other\nDisallow: /'), '/': 'page' });
    const headers = { 'User-Agent': 'Other/1.0' };
    assert.equal((await failureOf(startClient(t, { robots, headers }), site.origin)).code, 'robots');
    await fetchText(startClient(t, { robots }), site.origin);
  });

  test('may be compressed, and behind redirects to other hosts', async (t) => {
    const other = await start(
      t,
      { '/r': plain(gzipSync('User-agent: *\nDisallow: /x'), { 'content-encoding': 'gzip' }) },
      '127.0.0.2',
    );
    const site = await start(t, {
      '/robots.txt': { status: 301, headers: { location: `${other.origin}/r` } },
      '/y': 'page',
    });
    const client = startClient(t, { robots, maxRedirects: 0 });
    await fetchText(client, `${site.origin}/y`);
    assert.equal((await failureOf(client, `${site.origin}/x`)).code, 'robots');
    assert.deepEqual(pathsOf(other), ['/r']);
  });

  test('behind five redirects counts, and behind six is as if there were none', async (t) => {
    const hop = (number: number): Route => ({ status: 302, headers: { location: `/hop-${number}` } });
    const hops = { '/hop-1': hop(2), '/hop-2': hop(3), '/hop-3': hop(4), '/hop-4': hop(5), '/': 'page' };
    const five = await start(t, { ...hops, '/robots.txt': hop(1), '/hop-5': plain('User-agent: *\nDisallow: /') });
    const six = await start(t, {
      ...hops,
      '/robots.txt': hop(1),
      '/hop-5': hop(6),
      '/hop-6': plain('User-agent: *\nDisallow: /'),
    });
    const client = startClient(t, { robots });
    assert.equal((await failureOf(client, five.origin)).code, 'robots');
    assert.equal((await fetchText(client, six.origin)).text, 'page');
  });

  test('of any length is read up to 500 KiB, in whole lines', async (t) => {
    const line = 'Disallow: /x\n';
    const cut = 'Allow: /x'.length;
    const start = 'User-agent: *\n#'.padEnd(500 * 1_024 - line.length - cut - 1, '#');
    const head = `${start}\n${line}`;
    // The last line that fits in is cut in two; its first half would allow what the whole one doesn't.
    const server = await startHostileServer((socket, { path }) => {
      if (path !== '/robots.txt') {
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npage');
        return;
      }
      socket.write(`HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n${head}Allow: /xyz\n`);
      writeForever(socket, '#'.repeat(16_384));
    });
    t.after(server.close);
    const client = startClient(t, { robots, perHost: 1, maxBytes: 10 });
    assert.equal((await failureOf(client, `${server.origin}/xyz`)).code, 'robots');
    assert.equal((await fetchText(client, `${server.origin}/y`)).text, 'page');
  });

  test('is tried again like a page', async (t) => {
    let asked = 0;
    const server = await startHostileServer((socket, { path }) => {
      asked += 1;
      if (path !== '/robots.txt') socket.end('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npage');
      else if (asked === 1) socket.resetAndDestroy();
      else if (asked === 2) socket.end('HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nUser-agent: *\nAll');
      else socket.end('HTTP/1.1 200 OK\r\nContent-Length: 26\r\n\r\nUser-agent: *\nDisallow: /x\n');
    });
    t.after(server.close);
    const client = startClient(t, { robots, retries: 2 });
    assert.equal((await failureOf(client, `${server.origin}/x`)).code, 'robots');
    assert.equal(server.requests.length, 3);
  });

  test('that the server fails to give lets no page be fetched', async (t) => {
    const site = await start(t, { '/robots.txt': { status: 500 }, '/': 'page' });
    assert.equal((await failureOf(startClient(t, { robots }), site.origin)).code, 'robots');
    assert.deepEqual(pathsOf(site), ['/robots.txt']);
  });

  test('of a server that is not there fails its pages with the reason, once for all', async (t) => {
    const site = await startSite({});
    await site.close();
    const client = startClient(t, { robots, retries: 1 });
    const failures = await Promise.all(['/a', '/b'].map((path) => failureOf(client, site.origin + path)));
    assert.deepEqual(
      failures.map(({ code }) => code),
      ['connect-refused', 'connect-refused'],
    );
  });

  test('is asked for with what its host is sent, and without the user that the URL names', async (t) => {
    const site = await start(t, { '/': 'page' });
    const hosts = new HostTable([
      [
        `127.0.0.1:${site.port}`,
        { headers: { 'x-key': 'k' }, auth: undefined, delayMs: undefined, perHost: undefined },
      ],
    ]);
    await fetchText(startClient(t, { robots, hosts }), `http://me:pw@127.0.0.1:${site.port}/`);
    const [first, second] = site.requests;
    assert.deepEqual([first?.headers['x-key'], first?.headers.authorization], ['k', undefined]);
    assert.equal(second?.headers.authorization, `Basic ${Buffer.from('me:pw').toString('base64')}`);
  });

  test('that never comes ends with the run', async (t) => {
    const site = await start(t, { '/robots.txt': () => {}, '/': 'page' });
    const controller = new AbortController();
    const client = new HttpClient({ ...testClientOptions, robots }, controller.signal);
    const failure = failureOf(client, site.origin);
    await site.requested(1);
    controller.abort();
    assert.equal((await failure).code, 'cancelled');
    assert.equal(client.inFlight, 0);
  });
});

describe('a redirect', () => {
  test('to what the robots.txt of its target disallows is not followed', async (t) => {
    const target = await start(
      t,
      { '/robots.txt': plain('User-agent: *\nDisallow: /x'), '/x': 'page', '/y': 'page' },
      '127.0.0.2',
    );
    const site = await start(t, {
      '/to-x': { status: 302, headers: { location: `${target.origin}/x` } },
      '/to-y': { status: 302, headers: { location: `${target.origin}/y` } },
    });
    const client = startClient(t, { robots, retries: 2 });
    const failure = await failureOf(client, `${site.origin}/to-x`);
    assert.equal(failure.code, 'robots');
    assert.equal(failure.facts.finalUrl, `${target.origin}/x`);
    assert.equal((await fetchText(client, `${site.origin}/to-y`)).text, 'page');
    assert.deepEqual(pathsOf(target), ['/robots.txt', '/y']);
  });
});

describe('as the server sees it', () => {
  const starts = (site: Site) => site.requests.map(({ at }) => at);
  const gaps = (times: readonly number[]) => times.slice(1).map((time, index) => time - (times[index] ?? 0));

  test('requests are the crawl-delay apart, also that for robots.txt', async (t) => {
    const site = await start(t, { '/robots.txt': plain('User-agent: *\nCrawl-delay: 0.2'), '/': 'page' });
    const client = startClient(t, { robots });
    await Promise.all(Array.from({ length: 4 }, () => fetchText(client, site.origin)));
    assert.equal(site.requests.length, 5);
    for (const gap of gaps(starts(site))) assert.ok(gap >= 190, `${gap}`);
  });

  test('a crawl-delay that is longer than allowed counts as that', async (t) => {
    const site = await start(t, { '/robots.txt': plain('User-agent: *\nCrawl-delay: 3600'), '/': 'page' });
    await fetchText(startClient(t, { robots: { maxCrawlDelayMs: 100 } }), site.origin);
    assert.ok((gaps(starts(site))[0] ?? 0) >= 95);
  });

  test('a delay of its own in the table of hosts goes before the crawl-delay', async (t) => {
    const site = await start(t, { '/robots.txt': plain('User-agent: *\nCrawl-delay: 3600'), '/': 'page' });
    const hosts = new HostTable([
      [`127.0.0.1:${site.port}`, { headers: {}, auth: undefined, delayMs: 0, perHost: undefined }],
    ]);
    const client = startClient(t, { robots: { maxCrawlDelayMs: 3_600_000 }, hosts });
    assert.equal((await fetchText(client, site.origin)).text, 'page');
  });

  test('delay and perHost of the table hold for its hosts, and for no others', async (t) => {
    const slow = await start(t, { '/': 'page' });
    const fast = await start(t, { '/': 'page' }, '127.0.0.2');
    const hosts = new HostTable([
      [`127.0.0.1:${slow.port}`, { headers: {}, auth: undefined, delayMs: 150, perHost: 1 }],
    ]);
    const client = startClient(t, { hosts });
    const urls = Array.from({ length: 4 }, () => [slow.origin, fast.origin]).flat();
    await Promise.all(urls.map((url) => fetchText(client, url)));
    assert.equal(slow.maxConcurrent(), 1);
    // From the first start to the fourth; a request may have been under way for a while before its server has seen it.
    const span = (site: Site) => gaps(starts(site)).reduce((sum, gap) => sum + gap, 0);
    assert.ok(span(slow) >= 400, `${span(slow)}`);
    assert.ok(span(fast) < 400, `${span(fast)}`);
  });
});

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { ConfigError, type LineResult, readLinks } from '../../src/index.ts';
import { held, type Route, type Site, startSite } from '../helpers/network/site.ts';

const FETCH = { allowPrivate: true, retries: 0 };

test('each URL has one result: its links, that it failed, or that it was skipped', async (t) => {
  const site = await siteOf(t, {
    '/one': '<a href="/two">Two</a><link rel=icon href="/icon.png">',
    '/two': 'no links',
    '/file': { headers: { 'content-type': 'image/png' }, body: 'x' },
  });
  const urls = ['/one', '/two', '/gone', '/file', '/one'].map((path) => site.origin + path);
  const results = await resultsOf(readLinks([...urls, '', 'no url'], { fetch: FETCH, dedupe: true }));
  const shown = results.map((line) => [line.sourceUrl.replace(site.origin, ''), line.outcome, detail(line)]);
  assert.deepEqual(shown.sort(), [
    ['/file', 'skipped', 'not-html'],
    ['/gone', 'failed', 'http-status'],
    ['/one', 'linked', `${site.origin}/two ${site.origin}/icon.png`],
    ['/one', 'skipped', 'duplicate'],
    ['/two', 'empty', ''],
    ['no url', 'failed', 'invalid-url'],
  ]);
});

test('links have their details where they are asked for', async (t) => {
  const site = await siteOf(t, { '/': '<a href="/x" rel="nofollow">An <b>x</b></a>' });
  const options = { fetch: FETCH, links: { select: 'anchors' } } as const;
  const [plain] = await resultsOf(readLinks([site.origin], options));
  assert.equal(plain?.links[0]?.details, undefined);
  const [detailed] = await resultsOf(readLinks([new URL(site.origin)], { ...options, details: true }));
  const { position, details } = detailed?.links[0] ?? {};
  assert.deepEqual([position, details?.text, details?.rel], [1, 'An x', 'nofollow']);
});

test('while no result is taken, no more URLs are taken and no more pages fetched', async (t) => {
  const site = await siteOf(t, (_request, response) => response.end('<a href="/x">'));
  let taken = 0;
  function* urls() {
    for (; taken < 5000; taken += 1) yield `${site.origin}/${taken}`;
  }
  const reader = readLinks(urls(), { fetch: { ...FETCH, window: 64, concurrency: 8, perHost: 8 } });
  await reader.next();
  // Such as wait for the caller and for the sink, and are in work.
  await site.requested(40);
  await site.idle();
  // Had more been wanted, they would have come between these.
  for (let probe = 0; probe < 50; probe += 1) await (await globalThis.fetch(`${site.origin}/probe`)).text();
  const asked = site.requests.filter(({ path }) => path !== '/probe').length;
  assert.equal(asked <= 64, true, `${asked} requests`);
  // The window, and three batches.
  assert.equal(taken <= 256, true, `${taken} URLs`);
  let count = 1;
  for await (const line of reader) count += line.outcome === 'linked' ? 1 : 0;
  assert.equal(count, 5000);
});

test('a loop that is left early breaks off what is in flight and closes the URLs', async (t) => {
  const never = held();
  const site = await siteOf(t, { '/now': '<a href="/x">', '/never': never });
  let isClosed = false;
  async function* urls() {
    try {
      yield `${site.origin}/now`;
      for (let count = 0; ; count += 1) yield await Promise.resolve(`${site.origin}/never?${count}`);
    } finally {
      isClosed = true;
    }
  }
  for await (const line of readLinks(urls(), { fetch: FETCH })) {
    assert.equal(line.outcome, 'linked');
    break;
  }
  await site.idle();
  assert.equal(site.openRequests, 0);
  assert.equal(isClosed, true);
});

test("an aborted signal ends the loop with the signal's reason", async (t) => {
  const site = await siteOf(t, { '/now': '<a href="/x">', '/never': held() });
  const controller = new AbortController();
  const reason = new Error('enough');
  const reader = readLinks([`${site.origin}/now`, `${site.origin}/never`], { fetch: FETCH, signal: controller.signal });
  await assert.rejects(async () => {
    for await (const _ of reader) controller.abort(reason);
  }, reason);
  await site.idle();
});

test('a wrong option is told before any request', async (t) => {
  const site = await siteOf(t, {});
  // @ts-expect-error: there is no such option.
  const reader = readLinks([site.origin], { fetch: { timeot: '1s' } });
  await assert.rejects(reader.next(), (error: unknown) => {
    assert.ok(error instanceof ConfigError);
    assert.deepEqual(error.problems, [
      'pipeline: steps[0].fetch.timeot: unknown option "timeot"; did you mean "timeout"?',
    ]);
    return true;
  });
  assert.equal(site.requests.length, 0);
});

test('one URL in the place of a list is refused, rather than be taken for its letters', async () => {
  await assert.rejects(readLinks('https://a.example/').next(), {
    name: 'ConfigError',
    message: 'readLinks: expected a list of URLs, got a text.',
  });
});

test("an error of the caller's URLs ends the loop", async () => {
  const broken = new Error('the database is gone');
  function* urls(): Generator<string> {
    yield 'no url';
    throw broken;
  }
  await assert.rejects(resultsOf(readLinks(urls())), broken);
});

test('no URLs give no results', async () => {
  assert.deepEqual(await resultsOf(readLinks([])), []);
});

function detail(line: LineResult): string {
  if (line.outcome === 'failed') return line.error.code;
  return line.outcome === 'skipped' ? line.reason : line.links.map(({ url }) => url).join(' ');
}

async function resultsOf(lines: AsyncIterable<LineResult>): Promise<LineResult[]> {
  const results = [];
  for await (const line of lines) results.push(line);
  return results;
}

async function siteOf(
  t: TestContext,
  routes: Readonly<Record<string, Route>> | Extract<Route, (...args: never[]) => void>,
): Promise<Site> {
  const site = await startSite(routes);
  t.after(site.close);
  return site;
}

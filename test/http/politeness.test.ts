import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, type TestContext, test } from 'node:test';
import { RecordError } from '../../src/core/errors.ts';
import type { HttpClient } from '../../src/http/client.ts';
import { fetchText, startClient } from '../helpers/network/http-client.ts';
import { type Site, startSite } from '../helpers/network/site.ts';

/*
 * The limits as the servers see them, under a load of all that could make a client forget them: redirects from host to
 * host, answers that ask for patience, connections that break off before and within the answer, bodies nobody wants.
 */

const HOSTS = 4;
const PAGES = 16;
const KINDS = ['page', 'away', 'busy', 'reset', 'broken', 'other', 'page', 'missing'] as const;
/** Of each kind, on all hosts together. */
const OF_A_KIND = (HOSTS * PAGES) / KINDS.length;
/** Pages that come in the end: of all kinds but `other` and `missing`. */
const GOOD = OF_A_KIND * 6;
/** Long enough for others to arrive meanwhile, so that too many at a time would be seen. */
const ANSWER_AFTER_MS = 4;

describe('as the servers see it', { concurrency: true }, () => {
  test('a host has perHost requests at a time, and never more', async (t) => {
    const { sites, urls } = await startLoad(t, () => new Gate(3));
    const client = startClient(t, { concurrency: 64, perHost: 3, retries: 3, maxRetryAfterMs: 5_000 });
    assert.deepEqual(await fetchAll(client, urls), { pages: GOOD, 'not-html': OF_A_KIND, 'http-status': OF_A_KIND });
    for (const { site } of sites) assert.equal(site.maxConcurrent(), 3, site.origin);
  });

  test('all hosts together have concurrency requests at a time, and never more', async (t) => {
    const gate = new Gate(5);
    const { sites, urls } = await startLoad(t, () => gate);
    let open = 0;
    let most = 0;
    for (const { onOpen } of sites) {
      onOpen((change) => {
        open += change;
        most = Math.max(most, open);
      });
    }
    const client = startClient(t, { concurrency: 5, perHost: 3, retries: 3, maxRetryAfterMs: 5_000 });
    assert.equal((await fetchAll(client, urls))['pages'], GOOD);
    assert.equal(most, 5);
  });

  test('a host with perHost 1 never has two requests at a time', async (t) => {
    const { sites, urls } = await startLoad(t);
    const client = startClient(t, { concurrency: 64, perHost: 1, retries: 3, maxRetryAfterMs: 5_000 });
    assert.equal((await fetchAll(client, urls))['pages'], GOOD);
    for (const { site } of sites) assert.equal(site.maxConcurrent(), 1, site.origin);
  });

  test('the requests to one host start the delay apart, redirects and further attempts included', async (t) => {
    const { sites, urls } = await startLoad(t);
    const delayMs = 50;
    const client = startClient(t, { concurrency: 64, perHost: 6, delayMs, retries: 3, maxRetryAfterMs: 5_000 });
    const startedAtMs = performance.now();
    assert.equal((await fetchAll(client, urls))['pages'], GOOD);
    for (const { site, answered } of sites) {
      assert.ok(answered.length > PAGES, 'redirects and further attempts were counted');
      // However late a request is seen on a busy machine, it is not seen before its start. That no two starts are closer
      // than the delay is stated by the scheduler's tests, whose clock stands still.
      answered.forEach((atMs, index) => {
        assert.ok(atMs >= startedAtMs + index * delayMs, `${site.origin}: ${index} after ${atMs - startedAtMs} ms`);
      });
    }
  });
});

/** Holds back the first answers until so many requests have arrived, so that as many are seen at a time as are sent. */
class Gate {
  readonly #count: number;
  #held: (() => void)[] | undefined = [];

  constructor(count: number) {
    this.#count = count;
  }

  pass(answer: () => void): void {
    const held = this.#held;
    held?.push(answer);
    if (held === undefined) setTimeout(answer, ANSWER_AFTER_MS);
    else if (held.length === this.#count) this.#open(held);
  }

  #open(held: readonly (() => void)[]): void {
    this.#held = undefined;
    for (const answer of held) setTimeout(answer, ANSWER_AFTER_MS);
  }
}

interface LoadedSite {
  readonly site: Site;
  /**
   * When requests arrived, by `performance.now()`, those left out that were cut off before an answer: on a connection
   * that was used before, these are asked again at once, since they can't be told from those that came too late for it.
   */
  readonly answered: readonly number[];
  /** Has `listener` called with 1 when a request arrives, and with -1 when its answer is over. */
  onOpen(listener: (change: 1 | -1) => void): void;
}

/** Starts the hosts and gives the URLs of all their pages, the hosts in turns. */
async function startLoad(
  t: TestContext,
  gateOf = () => new Gate(1),
): Promise<{ sites: readonly LoadedSite[]; urls: readonly URL[] }> {
  const sites: LoadedSite[] = [];
  for (let host = 0; host < HOSTS; host += 1) {
    const neighbour = () => `${sites[(host + 1) % HOSTS]?.site.origin}`;
    sites.push(await startLoadedSite(t, host, { gate: gateOf(), neighbour }));
  }
  const urls: URL[] = [];
  for (let page = 0; page < PAGES; page += 1) {
    for (const { site } of sites) urls.push(new URL(`${site.origin}/${KINDS[page % KINDS.length]}/${page}`));
  }
  return { sites, urls };
}

interface SiteSurroundings {
  readonly gate: Gate;
  /** The origin of another host, once that has started. */
  readonly neighbour: () => string;
}

async function startLoadedSite(
  t: TestContext,
  host: number,
  { gate, neighbour }: SiteSurroundings,
): Promise<LoadedSite> {
  const seen = new Set<string>();
  const answered: number[] = [];
  let report: (change: 1 | -1) => void = () => {};
  const handler = ({ url = '' }: IncomingMessage, response: ServerResponse) => {
    report(1);
    response.on('close', () => report(-1));
    const isFirst = !seen.has(url);
    seen.add(url);
    if (!isFirst || !url.startsWith('/reset/')) answered.push(performance.now());
    gate.pass(() => answer(url, response, { isFirst, neighbour: neighbour() }));
  };
  const site = await startSite(handler, { host: `127.0.0.${host + 1}` });
  t.after(site.close);
  return { site, answered, onOpen: (listener) => (report = listener) };
}

interface Circumstances {
  /** Whether the path is asked for the first time. */
  readonly isFirst: boolean;
  /** The origin of another host. */
  readonly neighbour: string;
}

function answer(path: string, response: ServerResponse, { isFirst, neighbour }: Circumstances): void {
  const [, kind, page] = path.split('/');
  if (kind === 'away') {
    response.writeHead(302, { location: `${neighbour}/landed/${page}` }).end();
  } else if (kind === 'busy' && isFirst) {
    response.writeHead(429, { 'retry-after': '1' }).end();
  } else if (kind === 'reset' && isFirst) {
    response.destroy();
  } else if (kind === 'broken' && isFirst) {
    response.writeHead(200, { 'content-type': 'text/html', 'content-length': 100 });
    response.write('<p>', () => response.destroy());
  } else if (kind === 'other') {
    response.writeHead(200, { 'content-type': 'image/png' }).end('not wanted');
  } else if (kind === 'missing') {
    response.writeHead(404, { 'content-type': 'text/html' }).end('missing');
  } else {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<p>here');
  }
}

/** Fetches all at once, and counts the pages that came, and the others by their code. */
async function fetchAll(client: HttpClient, urls: readonly URL[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  const fetchOne = async (url: URL): Promise<string> => {
    try {
      await fetchText(client, url.href);
      return 'pages';
    } catch (error) {
      if (error instanceof RecordError) return error.code;
      throw error;
    }
  };
  for (const outcome of await Promise.all(urls.map(fetchOne))) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}

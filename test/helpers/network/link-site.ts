import { after, afterEach, before, beforeEach } from 'node:test';
import { removeFolder, temporaryFolder } from '../files/samples.ts';
import { type Route, type Site, startSite } from './site.ts';

/** A site with a page for each way in which a line can end. Paths that it lacks are a 404. */
export function startLinkSite(more: Readonly<Record<string, Route>> = {}): Promise<Site> {
  return startSite({ ...routes, ...more });
}

/**
 * Gives each test of a file the link site, one for all of them, and a folder of its own: `take` is called before each, and what
 * it got is gone afterwards. To be called at the top of the file, above its own hooks.
 */
export function giveLinkSite(
  take: (given: { readonly site: Site; readonly folder: string }) => void,
  more: Readonly<Record<string, Route>> = {},
): void {
  let site: Site;
  let folder: string;
  before(async () => {
    site = await startLinkSite(more);
  });
  beforeEach(async () => {
    folder = await temporaryFolder();
    take({ site, folder });
  });
  afterEach(() => removeFolder(folder));
  after(() => site?.close());
}

const routes: Readonly<Record<string, Route>> = {
  '/two': '<a href="/x">x</a> <a href="/y">y</a> <a href="/x">x again</a>',
  '/one': '<a href="/z">z</a>',
  '/none': '<p>no links</p>',
  '/moved': { status: 302, headers: { location: '/one' } },
  '/text': { headers: { 'content-type': 'text/plain' }, body: '<a href="/not-html">no</a>' },
};

/** A list with a line for each way in which a line can end, and two that are no lines of input: a comment and a blank one. */
export function mixedList(origin: string): string {
  const paths = ['/two', '/none', '/gone', '/moved', '/text', '/two'];
  return ['# a comment', ...paths.map((path) => `${origin}${path}`), '', 'not a url', ''].join('\n');
}

/** What `--dedupe` makes of the mixed list: the totals of its summary, but for `bytes` and `ms`. */
export const mixedTotals = {
  read: 7,
  linked: 2,
  empty: 1,
  failed: 2,
  skipped: 2,
  rows: 3,
  failedByCode: { 'http-status': 1, 'invalid-url': 1 },
  skippedByReason: { 'not-html': 1, duplicate: 1 },
  complete: true,
} as const;

/** The rows of the mixed list with `--dedupe`, without the header, sorted. */
export function mixedRows(origin: string): readonly string[] {
  return [`${origin}/moved\t${origin}/z`, `${origin}/two\t${origin}/x`, `${origin}/two\t${origin}/y`];
}

/** A page with `count` links, each row of which is about 80 bytes long. */
export function pageOfLinks(count: number): string {
  return Array.from({ length: count }, (_, index) => `<a href="/a/fairly/long/path/to/${index}">link</a>`).join('\n');
}

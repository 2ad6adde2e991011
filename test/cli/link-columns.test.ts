import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type Route, startSite } from '../helpers/network/site.ts';
import { callSluice } from '../helpers/processes/command-line.ts';

/** Runs `sluice` over paths of a site and gives its rows, with the site's origin as `http://site`. */
async function rowsOf(
  t: TestContext,
  routes: Readonly<Record<string, Route>>,
  paths: readonly string[],
  flags: readonly string[],
): Promise<Record<string, unknown>[]> {
  const site = await startSite(routes);
  t.after(site.close);
  const urls = paths.map((path) => site.origin + path);
  const { stdout, stderr } = await callSluice(['--allow-private', '-f', 'jsonl', '--per-host', '1', ...flags, ...urls]);
  assert.match(stderr, /./);
  const lines = stdout.replaceAll(site.origin, 'http://site').trimEnd().split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line));
}

const columns = (...names: readonly string[]) => ['--columns', names.join(',')];

describe('columns', () => {
  const page =
    '<base href=/b/><a href=1 rel="nofollow x" title=T>one <b>two</b></a><a hreflang=de href=//other.test/>x</a>';

  it('the rows have what the columns ask for, truth values and numbers as such', async (t) => {
    const names = ['parsed_url', 'rel', 'nofollow', 'text', 'title', 'hreflang', 'position', 'internal', 'base_url'];
    const rows = await rowsOf(t, { '/p': page }, ['/p'], columns(...names));
    const first = { parsed_url: 'http://site/b/1', rel: 'nofollow x', nofollow: true, text: 'one two', title: 'T' };
    const second = { parsed_url: 'http://other.test/', rel: null, nofollow: false, text: 'x', title: null };
    assert.deepEqual(rows, [
      { ...first, hreflang: null, position: 1, internal: true, base_url: 'http://site/b/' },
      { ...second, hreflang: 'de', position: 2, internal: false, base_url: 'http://site/b/' },
    ]);
  });

  it('fetched_at is a time in UTC', async (t) => {
    const [row] = await rowsOf(t, { '/p': page }, ['/p'], columns('fetched_at'));
    assert.match(String(row?.['fetched_at']), /^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });
});

describe('sources of links', () => {
  it('redirects and Link fields are rows where that is asked for', async (t) => {
    const routes: Record<string, Route> = {
      '/old': { status: 301, headers: { location: '/new' } },
      '/new': { headers: { link: ['</a>; rel=next', '</b>'] }, body: '<a href=/c>' },
    };
    const flags = ['--redirects', '--link-header', ...columns('tag', 'attribute', 'parsed_url', 'rel')];
    const rows = await rowsOf(t, routes, ['/old'], flags);
    assert.deepEqual(
      rows.map((row) => Object.values(row).join(' ').trimEnd()),
      [
        'header location http://site/new',
        'header link http://site/a next',
        'header link http://site/b',
        'a href http://site/c',
      ],
    );
  });

  it('sitemaps, gzip files of them, feeds and texts are read where they are accepted', async (t) => {
    const typed = (type: string, body: string | Uint8Array): Route => ({ headers: { 'content-type': type }, body });
    const routes: Record<string, Route> = {
      '/sitemap.xml': typed('application/xml', '<urlset><url><loc>http://x.test/1</loc></url></urlset>'),
      '/sitemap.xml.gz': typed(
        'application/x-gzip',
        gzipSync('<urlset><url><loc>http://x.test/2</loc></url></urlset>'),
      ),
      '/feed': typed('application/rss+xml', '<rss><item><link>http://x.test/3</link></item></rss>'),
      '/list.txt': typed('text/plain; charset=utf-8', 'See http://x.test/4.'),
      '/page': '<a href=http://x.test/5>',
      '/image': typed('image/png', 'http://x.test/0'),
    };
    const paths = Object.keys(routes);
    const urlsOf = async (...flags: string[]) =>
      (await rowsOf(t, routes, paths, [...flags, ...columns('parsed_url')])).map((row) => row['parsed_url']).sort();
    assert.deepEqual(
      await urlsOf('--accept', 'html,xml,text'),
      [1, 2, 3, 4, 5].map((path) => `http://x.test/${path}`),
    );
    assert.deepEqual(await urlsOf(), ['http://x.test/5']);
  });
});

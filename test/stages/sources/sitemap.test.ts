import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import zlib from 'node:zlib';
import type { SourceItem } from '../../../src/core/stage/source-item.ts';
import type { Source, SourceResume, StageContext } from '../../../src/core/stage.ts';
import { sitemapSource } from '../../../src/stages/sources/sitemap.ts';
import { folderOf, itemsOf as readItemsOf } from '../../helpers/files/sources.ts';
import { held, type Route, type Site, startSite } from '../../helpers/network/site.ts';
import { stageContext } from '../../helpers/pipelines/stages.ts';
import { callSluice } from '../../helpers/processes/command-line.ts';

const XML = { 'content-type': 'application/xml' };

describe('a sitemap', () => {
  it('gives its URLs, with the columns that the run wants', async (t) => {
    const site = await siteOf(t, {
      '/sitemap.xml': xml(`<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:image="i">
        <url><loc> https://a.example/?x=1&amp;y=2 </loc><lastmod>2026-01-02</lastmod><priority>0.5</priority>
          <image:image><image:loc>https://a.example/i.png</image:loc></image:image></url>
        <url><loc><![CDATA[https://a.example/b?x&y]]></loc></url>
        <url><lastmod>2026-01-02</lastmod></url>
        <url><loc>/no url</loc></url></urlset>`),
    });
    const url = `${site.origin}/sitemap.xml`;
    const items = await itemsOf(create({ url }, { inputColumns: ['lastmod', 'priority', 'sitemap'] }));
    assert.deepEqual(
      items.map(({ origin, sourceUrl, error, fields }) => [origin.line, sourceUrl, error?.code, fields]),
      [
        [1, 'https://a.example/?x=1&y=2', undefined, fieldsOf('2026-01-02', '0.5', url)],
        [2, 'https://a.example/b?x&y', undefined, fieldsOf(null, null, url)],
        [3, '/no url', 'invalid-url', fieldsOf(null, null, url)],
      ],
    );
  });

  it('may be a gzip file, by whatever type it is served, a list in text, or local', async (t) => {
    const site = await siteOf(t, {
      '/a.xml.gz': {
        headers: { 'content-type': 'application/octet-stream' },
        body: zlib.gzipSync(urlset('https://a.example/')),
      },
      '/b.txt': { headers: { 'content-type': 'text/plain' }, body: 'https://b.example/1\r\n\r\nhttps://b.example/2' },
    });
    const folder = await folderOf(t, { 'c.xml.gz': zlib.gzipSync(urlset('https://c.example/')) });
    const url = [`${site.origin}/a.xml.gz`, `${site.origin}/b.txt`, 'c.xml.gz'];
    assert.deepEqual(await urlsOf(create({ url }, {}, undefined, folder)), [
      'https://a.example/',
      'https://b.example/1',
      'https://b.example/2',
      'https://c.example/',
    ]);
  });

  it('that is empty gives nothing', async (t) => {
    const site = await siteOf(t, { '/sitemap.xml': xml('<urlset/>') });
    assert.deepEqual(await itemsOf(create({ url: `${site.origin}/sitemap.xml` })), []);
  });

  const entries = '<url><loc>https://a.example/1</loc></url><url><loc>https://a.example/2</loc></url>';
  const zipped = zlib.gzipSync(`<urlset>${entries}</urlset>`);
  for (const [what, name, stored, code, message] of [
    ['its XML', 'a.xml', `<urlset>${entries}`, 'unreadable', /: it is cut off: <urlset> has no end tag$/],
    ['its end tag', 'a.xml', `<urlset>${entries}</urlset`, 'unreadable', /: it is cut off: <urlset> has no end tag$/],
    ['an index', 'a.xml', '<s:sitemapindex>', 'unreadable', /: it is cut off: <sitemapindex> has no end tag$/],
    ['a gzip file', 'a.xml.gz', zipped.subarray(0, zipped.length - 12), 'decode', /unexpected end of file/],
    [
      'its second member',
      'a.xml.gz',
      Buffer.concat([zlib.gzipSync('<urlset>'), zipped.subarray(0, 5)]),
      'unreadable',
      /<urlset> has no end tag$/,
    ],
  ] as const) {
    it(`that is cut off is a failure, and gives no URL: ${what}`, async (t) => {
      const site = await siteOf(t, { [`/${name}`]: { headers: XML, body: stored } });
      const folder = await folderOf(t, { [name]: stored });
      const served = await itemsOf(create({ url: `${site.origin}/${name}` }));
      const local = await itemsOf(create({ url: name }, {}, undefined, folder));
      assert.deepEqual([served.length, local.length], [1, 1]);
      assert.deepEqual([served[0]?.error?.code, local[0]?.error?.code], [code, 'unreadable']);
      assert.match(served[0]?.error?.message ?? '', message);
      assert.match(local[0]?.error?.message ?? '', /cut off|unexpected end of file/);
    });
  }

  it('is whole where its root has ended, in whatever way', async (t) => {
    const ends = ['</urlset>', '</urlset >', '</urlset><!-- by x', '</S:URLSET>\n', '</urlset><junk>'];
    const files = ends.map((end, at) => [`${at}.xml`, `<urlset>${entries}${end}`] as const);
    const url = files.map(([name]) => name);
    const folder = await folderOf(t, Object.fromEntries(files));
    const items = await itemsOf(create({ url }, {}, undefined, folder));
    assert.deepEqual([items.length, items.filter(({ error }) => error !== undefined)], [2 * ends.length, []]);
  });

  it('of many URLs is given in batches, in order', async (t) => {
    const urls = Array.from({ length: 2500 }, (_, index) => `https://a.example/${index}`);
    const folder = await folderOf(t, { 'a.xml': urlset(...urls) });
    assert.deepEqual(await urlsOf(create({ url: 'a.xml' }, {}, undefined, folder)), urls);
  });
});

describe('an index', () => {
  it('gives the URLs of its sitemaps, in order, each sitemap once', async (t) => {
    const site: Site = await siteOf(t, {
      '/index.xml': (_, response) =>
        response.setHeader('content-type', 'text/xml').end(index(site, '/1', '/2', '/1', '/index.xml')),
      '/1': xml(urlset('https://a.example/1')),
      '/2': xml(urlset('https://a.example/2')),
    });
    assert.deepEqual(await urlsOf(create({ url: `${site.origin}/index.xml` })), [
      'https://a.example/1',
      'https://a.example/2',
    ]);
    assert.equal(site.requests.length, 3);
  });

  it('of which a sitemap fails gives a failure for that one, with its URL, and the others', async (t) => {
    const site: Site = await siteOf(t, {
      '/index.xml': (_, response) =>
        response.setHeader('content-type', 'text/xml').end(index(site, '/gone', '/page', '/large', '/1')),
      '/page': '<html>',
      '/large': xml(urlset('https://a.example/x'.padEnd(3000, 'x'))),
      '/1': xml(urlset('https://a.example/1')),
    });
    const items = await itemsOf(create({ url: `${site.origin}/index.xml`, maxBytes: '2kB' }));
    assert.deepEqual(
      items.map(({ sourceUrl, error }) => [sourceUrl.replace(site.origin, ''), error?.code]),
      [
        ['/gone', 'http-status'],
        ['/page', 'unreadable'],
        ['/large', 'too-large'],
        ['https://a.example/1', undefined],
      ],
    );
  });

  it('is followed as deep, and for as many sitemaps, as allowed', async (t) => {
    const site: Site = await siteOf(t, {
      '/0': (_, response) => response.setHeader('content-type', 'text/xml').end(index(site, '/1', '/2')),
      '/1': (_, response) => response.setHeader('content-type', 'text/xml').end(index(site, '/3')),
      '/2': xml(urlset('https://a.example/2')),
      '/3': xml(urlset('https://a.example/3')),
    });
    const shownOf = async (options: object) =>
      (await itemsOf(create({ url: `${site.origin}/0`, ...options }))).map(
        ({ sourceUrl, error }) => error?.code ?? sourceUrl,
      );
    assert.deepEqual(await shownOf({ maxDepth: 1 }), ['too-large', 'https://a.example/2']);
    assert.deepEqual(await shownOf({ maxSitemaps: 2 }), ['too-large', 'too-large']);
    assert.deepEqual(await shownOf({}), ['https://a.example/3', 'https://a.example/2']);
  });

  it('cannot name local files', async (t) => {
    const folder = await folderOf(t, {
      'index.xml': '<sitemapindex><sitemap><loc>secret.xml</loc></sitemap></sitemapindex>',
      'secret.xml': urlset('https://secret.example/'),
    });
    const items = await itemsOf(create({ url: 'index.xml' }, {}, undefined, folder));
    assert.deepEqual(
      items.map(({ sourceUrl }) => sourceUrl),
      ['secret.xml'],
    );
    assert.notEqual(items[0]?.error, undefined);
  });
});

it('robots.txt names the sitemaps of a site', async (t) => {
  const site = await siteOf(t, {
    '/robots.txt': {
      headers: { 'content-type': 'text/plain' },
      body: 'User-agent: *\nSITEMAP: /1 # one\nDisallow:\nsitemap:/2',
    },
    '/1': xml(urlset('https://a.example/1')),
    '/2': xml(urlset('https://a.example/2')),
  });
  const items = await itemsOf(create({ url: `${site.origin}/robots.txt` }));
  assert.deepEqual(
    items.map(({ sourceUrl }) => sourceUrl),
    ['https://a.example/1', 'https://a.example/2'],
  );
  const [failed] = await itemsOf(create({ url: 'http://127.0.0.1:1/robots.txt' }));
  assert.deepEqual([failed?.sourceUrl, failed?.error?.code], ['http://127.0.0.1:1/robots.txt', 'connect-refused']);
});

it('private addresses are refused unless they are allowed', async (t) => {
  const site = await siteOf(t, { '/sitemap.xml': xml(urlset('https://a.example/')) });
  const [item] = await itemsOf(create({ url: `${site.origin}/sitemap.xml`, allowPrivate: false }));
  assert.equal(item?.error?.code, 'blocked-address');
  assert.equal(site.requests.length, 0);
});

it('what is wrong is told before anything is asked', async (t) => {
  assert.equal(sitemapSource.options.safeParse({}).success, false);
  assert.throws(() => create({ url: 'https://a.example/' }, { inputColumns: ['category'] }), {
    code: 'CONFIG',
    message: 'sitemap: no column category in the input; there are lastmod, changefreq, priority, sitemap.',
  });
  const folder = await folderOf(t, {});
  await assert.rejects(async () => create({ url: 'a.xml' }, {}, undefined, folder).open?.(), {
    code: 'SOURCE_UNREADABLE',
  });
});

it('close ends a request that waits', async (t) => {
  const route = held();
  const site = await siteOf(t, { '/sitemap.xml': route });
  const source = create({ url: `${site.origin}/sitemap.xml` });
  const waiting = Promise.allSettled([source.items[Symbol.asyncIterator]().next()]);
  await site.requested(1);
  source.close?.();
  await waiting;
  await site.idle();
});

describe('a source that is taken up', () => {
  const two = [
    urlset('https://a.example/1', 'https://a.example/2'),
    urlset('https://a.example/3', 'https://a.example/4'),
  ] as const;

  it('gives the URL where it is taken up and the rest', async (t) => {
    const folder = await folderOf(t, { '1.xml': two[0], '2.xml': two[1] });
    const { all, known } = await readOnce(folder);
    for (const [sequence, item] of all.entries()) {
      const resume = { from: { ...item.origin, sequence }, known };
      assert.deepEqual(
        await urlsOf(create({ url: ['1.xml', '2.xml'] }, {}, resume, folder)),
        all.slice(sequence).map(({ sourceUrl }) => sourceUrl),
      );
    }
  });

  it('refuses other sitemaps', async (t) => {
    const { all, known } = await readOnce(await folderOf(t, { '1.xml': two[0], '2.xml': two[1] }));
    const folder = await folderOf(t, { '1.xml': two[0], '2.xml': two[0] });
    const [first] = all;
    assert.ok(first !== undefined);
    const source = create({ url: ['1.xml', '2.xml'] }, {}, { from: { ...first.origin, sequence: 0 }, known }, folder);
    await assert.rejects(itemsOf(source), { code: 'CHECKPOINT_MISMATCH' });
  });

  async function readOnce(folder: string) {
    const source = create({ url: ['1.xml', '2.xml'] }, {}, undefined, folder);
    return { all: await itemsOf(source), known: source.identity?.() ?? [] };
  }
});

it('a pipeline fetches the pages of a sitemap and writes its columns', async (t) => {
  const site: Site = await siteOf(t, {
    '/sitemap.xml': (_, response) =>
      response.end(`<urlset><url><loc>${site.origin}/page</loc><lastmod>2026-01-02</lastmod></url></urlset>`),
    '/page': '<a href="/x">',
  });
  const folder = await folderOf(t, {
    'pipeline.yaml': `source: { sitemap: { url: "${site.origin}/sitemap.xml", allowPrivate: true } }
steps: [{ fetch: { allowPrivate: true } }, links]
sink: { tsv: { path: out.tsv, columns: [parsed_url, input.lastmod] } }
`,
  });
  const { code, stderr } = await callSluice(['run', join(folder, 'pipeline.yaml')]);
  assert.equal(code, 0, stderr);
  assert.equal(
    await readFile(join(folder, 'out.tsv'), 'utf8'),
    `parsed_url\tinput.lastmod\n${site.origin}/x\t2026-01-02\n`,
  );
});

async function siteOf(t: TestContext, routes: Readonly<Record<string, Route>>): Promise<Site> {
  const site = await startSite(routes);
  t.after(site.close);
  return site;
}

function create(options: object, context: Partial<StageContext> = {}, resume?: SourceResume, folder = '.'): Source {
  const given = sitemapSource.options.parse({ allowPrivate: true, retries: 0, ...options });
  return sitemapSource.create(given, { ...stageContext(folder), ...context }, resume);
}

async function itemsOf(source: Source): Promise<SourceItem[]> {
  try {
    return (await readItemsOf(source)).map(({ item }) => item);
  } finally {
    source.close?.();
  }
}

async function urlsOf(source: Source): Promise<string[]> {
  return (await itemsOf(source)).map(({ sourceUrl }) => sourceUrl);
}

function xml(body: string) {
  return { headers: XML, body };
}

function urlset(...urls: readonly string[]): string {
  return `<?xml version="1.0"?>\n<urlset>${urls.map((url) => `<url><loc>${url}</loc></url>`).join('\n')}</urlset>`;
}

function index(site: Site, ...paths: readonly string[]): string {
  return `<sitemapindex>${paths.map((path) => `<sitemap><loc>${site.origin}${path}</loc></sitemap>`).join('')}</sitemapindex>`;
}

function fieldsOf(lastmod: string | null, priority: string | null, sitemap: string) {
  return { 'input.lastmod': lastmod, 'input.priority': priority, 'input.sitemap': sitemap };
}

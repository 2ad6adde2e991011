import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, it } from 'node:test';
import { ColumnScope } from '../../../src/core/columns/columns.ts';
import { RecordError } from '../../../src/core/errors.ts';
import type { LinksRecord } from '../../../src/core/record.ts';
import type { StageContext } from '../../../src/core/stage.ts';
import { linksStep } from '../../../src/stages/steps/links.ts';
import { type FakePageOptions, fakePage } from '../../helpers/pipelines/page.ts';

describe('links', () => {
  it('a page becomes its links, with the facts of its body', async () => {
    const page = fakePage({ chunks: ['<a href=x>', '<link hr', 'ef=/y>'], finalUrl: 'http://site.test/d/' });
    const record = await run({}, page);
    assert.deepEqual(record, {
      kind: 'links',
      origin: page.origin,
      sourceUrl: page.sourceUrl,
      page: {
        finalUrl: 'http://site.test/d/',
        status: 200,
        contentType: 'text/html; charset=utf-8',
        bytes: 24,
        attempts: 1,
        elapsedMs: 1,
      },
      links: [
        { url: 'http://site.test/d/x', element: 'a', attribute: 'href' },
        { url: 'http://site.test/y', element: 'link', attribute: 'href' },
      ],
    });
    assert.deepEqual(page.uses, { reads: 1, releases: 0 });
  });

  it('a page without links is an empty batch', async () => {
    assert.deepEqual((await run({}, fakePage())).links, []);
  });

  it('what an attempt that broke off had is forgotten', async () => {
    const page = fakePage({ brokenAttempts: [['<base href=/b/><a href=old>', '<!--']], chunks: ['<a href=new>'] });
    assert.deepEqual(urls(await run({}, page)), ['http://site.test/new']);
  });

  it("a body's error is that of the record", async () => {
    const error = new RecordError('reset', 'broke off');
    await assert.rejects(run({}, fakePage({ chunks: ['<a href=x>'], error })), error);
  });

  it('the charset of the answer counts, the last field of several (https://fetch.spec.whatwg.org/#concept-body-mime-type)', async () => {
    const headers = { 'content-type': ['text/html; charset=utf-8', 'text/html; charset=koi8-r'] };
    const record = await run(
      {},
      fakePage({ headers, chunks: [Buffer.from([...Buffer.from('<a href=?'), 0xc1, 0x3e])] }),
    );
    assert.deepEqual(urls(record), ['http://site.test/?%C1']);
  });

  it('an answer without Content-Type is read', async () => {
    assert.deepEqual(urls(await run({}, fakePage({ headers: {}, chunks: ['<a href=é>'] }))), [
      'http://site.test/%C3%A9',
    ]);
  });
});

describe('types', () => {
  const bodies = '<a href=/1>x</a> <loc>/2</loc> http://site.test/3';
  for (const [contentType, element] of [
    ['text/html', 'a'],
    ['application/xhtml+xml', 'a'],
    ['application/rss+xml; charset=utf-8', 'loc'],
    ['application/gzip', 'loc'],
    ['text/plain', '#document'],
    ['image/png', 'a'],
  ] as const) {
    it(`${contentType} is read for ${element}`, async () => {
      const { links } = await run({}, fakePage({ headers: { 'content-type': contentType }, chunks: [bodies] }));
      assert.deepEqual(
        links.map((link) => link.element),
        [element],
      );
    });
  }
});

describe('columns', () => {
  const chunks = ['<base href=/b/><a href=1 rel=me>one</a>'];

  it('nothing is there that no column shows', async () => {
    const record = await run({}, fakePage({ chunks }), ['source_url', 'tag', 'status', 'internal', 'final_url']);
    assert.deepEqual(record.links, [{ url: 'http://site.test/b/1', element: 'a', attribute: 'href' }]);
    assert.equal('baseUrl' in record, false);
    assert.equal('fetchedAtMs' in record, false);
  });

  it('the base is that of the attempt that succeeded', async () => {
    const page = fakePage({ brokenAttempts: [['<base href=/old/>']], chunks });
    assert.equal((await run({}, page, ['base_url'])).baseUrl, 'http://site.test/b/');
    assert.equal((await run({}, fakePage(), ['base_url'])).baseUrl, 'http://site.test/');
  });

  it('the time is that of the answer', async () => {
    const before = Date.now();
    const { fetchedAtMs = 0 } = await run({}, fakePage({ chunks }), ['fetched_at']);
    assert.ok(fetchedAtMs >= before && fetchedAtMs <= Date.now());
  });

  it('details are there when a column shows one', async () => {
    const { links } = await run({}, fakePage({ chunks }), ['text', 'nofollow', 'position']);
    assert.equal(links[0]?.details?.text, 'one');
    assert.equal(links[0].details.rel, 'me');
    assert.equal(links[0].position, 1);
  });
});

describe('answers', () => {
  const headers = { link: ['</l1>; rel=next', '</l2>'] };

  it('Link fields are links where that is asked for', async () => {
    assert.deepEqual(urls(await run({}, fakePage({ headers, chunks: ['<a href=1>'] }))), ['http://site.test/1']);
    const links = urls(await run({ linkHeader: true }, fakePage({ headers, chunks: ['<a href=1>'] })));
    assert.deepEqual(links, ['http://site.test/l1', 'http://site.test/l2', 'http://site.test/1']);
    assert.deepEqual(urls(await run({ linkHeader: true }, fakePage({ headers: { link: '</l>' } }))), [
      'http://site.test/l',
    ]);
  });

  it('a page with more than maxLinks fails as too-large', async () => {
    const page = fakePage({ chunks: ['<a href=1><a href=2>'] });
    await assert.rejects(run({ maxLinks: 1 }, page), { code: 'too-large' });
  });
});

describe('options', () => {
  const chunks = ['<a href=a#1><a href=a#2><img src=i><a href=ftp://f.test/><a href=a#1>'];

  it('the defaults are hrefs, http and https, fragments kept, each link once', async () => {
    assert.deepEqual(linksStep.options.parse({}), {
      select: 'hrefs',
      schemes: ['http', 'https'],
      stripFragment: false,
      allOccurrences: false,
      noscript: true,
      srcdoc: false,
      linkHeader: false,
      redirects: false,
      maxUrlLength: 65_536,
      maxLinks: 100_000,
    });
    assert.deepEqual(urls(await run({}, fakePage({ chunks }))), ['http://site.test/a#1', 'http://site.test/a#2']);
  });

  const cases: readonly (readonly [title: string, options: object, expected: readonly string[]])[] = [
    ['select all', { select: 'all' }, ['a#1', 'a#2', 'i']],
    ['select a list in one string', { select: 'img@src, IMG@alt' }, ['i']],
    ['select a list', { select: ['img@src'] }, ['i']],
    ['schemes in one string', { schemes: 'FTP, gopher' }, ['ftp://f.test/']],
    ['schemes as a list', { schemes: ['ftp'] }, ['ftp://f.test/']],
    ['any scheme', { schemes: 'any' }, ['a#1', 'a#2', 'ftp://f.test/']],
    ['strip fragments', { stripFragment: true }, ['a']],
    ['all occurrences', { allOccurrences: true }, ['a#1', 'a#2', 'a#1']],
    ['the longest URL', { maxUrlLength: 'http://site.test/i'.length, select: 'all', stripFragment: true }, ['a', 'i']],
    ['a shorter one', { maxUrlLength: 'http://site.test/i'.length - 1, select: 'all' }, []],
  ];
  for (const [title, options, expected] of cases) {
    it(title, async () => {
      const found = urls(await run(options, fakePage({ chunks } satisfies FakePageOptions)));
      assert.deepEqual(
        found,
        expected.map((url) => new URL(url, 'http://site.test/').href),
      );
    });
  }

  for (const options of [
    { select: 'links' },
    { select: '' },
    { select: [] },
    { select: ['a href'] },
    { select: 7 },
    { schemes: '' },
    { schemes: [] },
    { schemes: 'http:' },
    { schemes: ['any thing'] },
    { schemes: ['http', 'any'] },
    { schemes: 'any,http' },
    { strip: true },
    { maxUrlLength: 65_537 },
    { maxLinks: 0 },
    { srcdoc: 'yes' },
  ]) {
    it(`${JSON.stringify(options)} is refused`, () => {
      assert.equal(linksStep.options.safeParse(options).success, false);
    });
  }
});

async function run(
  options: object,
  page: ReturnType<typeof fakePage>,
  linkColumns: readonly string[] = [],
): Promise<LinksRecord> {
  const step = linksStep.create(linksStep.options.parse(options), { ...context(), linkColumns });
  const record = await step.process(page);
  assert.equal(record.kind, 'links');
  return record;
}

function context(): StageContext {
  return {
    signal: new AbortController().signal,
    stopSignal: new AbortController().signal,
    resolvePath: (path) => path,
    stdin: new PassThrough(),
    stdout: new PassThrough(),
    env: {},
    columns: new ColumnScope(),
  };
}

function urls(record: LinksRecord): string[] {
  return record.links.map(({ url }) => url);
}

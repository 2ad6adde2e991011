import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import zlib from 'node:zlib';
import type { Source, SourceResume, StageContext } from '../../../src/core/stage.ts';
import { filesSource } from '../../../src/stages/sources/files.ts';
import { folderOf, itemsOf, readPage } from '../../helpers/files/sources.ts';
import { quiet, stageContext } from '../../helpers/pipelines/stages.ts';
import { callSluice } from '../../helpers/processes/command-line.ts';

const site = {
  'site/b.html': '<a href=x>',
  'site/a/index.htm': 'a',
  'site/a/ü ä.xhtml': 'x',
  'site/a.xml': '<loc>',
  'site/note.txt': 'text',
  'site/logo.png': 'png',
  'site/.hidden.html': 'hidden',
};

describe('paths', () => {
  it('may be a folder: its pages, in the order of their names, with URLs below the base URL', async (t) => {
    const source = await sourceOf(t, { path: 'site', baseUrl: 'https://example.com/docs' });
    assert.deepEqual(
      (await itemsOf(source)).map(({ item }) => [item.sourceUrl, item.page?.response.finalUrl]),
      [
        ['site/a/index.htm', 'https://example.com/docs/a/index.htm'],
        ['site/a/ü ä.xhtml', 'https://example.com/docs/a/%C3%BC%20%C3%A4.xhtml'],
        ['site/b.html', 'https://example.com/docs/b.html'],
      ],
    );
  });

  it('may be patterns, folders and files, each file once, in the order given', async (t) => {
    const source = await sourceOf(t, { path: ['site/*.html', 'site/logo.png', 'site'] });
    assert.deepEqual(await namesOf(source), ['site/b.html', 'site/logo.png', 'site/a/index.htm', 'site/a/ü ä.xhtml']);
  });

  it('may be absolute, and a pattern has its URLs below its first part', async (t) => {
    const folder = await folderOf(t, site);
    const [first] = await itemsOf(create(folder, { path: `${folder}/site/**/*.htm` }));
    assert.equal(first?.item.sourceUrl, `${folder}/site/a/index.htm`);
    assert.equal(first.item.page?.response.finalUrl, 'http://localhost/a/index.htm');
  });

  it('that hold a character of patterns are taken as they are, where there is such a file', async (t) => {
    const folder = await folderOf(t, { 'page[1].html': 'one', 'page1.html': 'other' });
    assert.deepEqual(await namesOf(create(folder, { path: 'page[1].html' })), ['page[1].html']);
  });

  it('without a file are told when the source is opened', async (t) => {
    const folder = await folderOf(t, site);
    for (const [path, message] of [
      ['missing', /^missing: can't be read: there is no such file\.$/],
      ['site/*.pdf', /^site\/\*\.pdf: no file is named like that\.$/],
    ] as const) {
      await assert.rejects(async () => create(folder, { path }).open?.(), { code: 'SOURCE_UNREADABLE', message });
    }
  });

  it('a folder without pages gives nothing', async (t) => {
    const folder = await folderOf(t, { 'site/logo.png': '' });
    assert.deepEqual(await namesOf(create(folder, { path: 'site' })), []);
  });
});

it('other types of pages are read where they are accepted, with a Content-Type', async (t) => {
  const items = await itemsOf(await sourceOf(t, { path: 'site', accept: ['xml', 'text'] }));
  assert.deepEqual(
    items.map(({ item }) => [item.sourceUrl, item.page?.response.headers['content-type']]),
    [
      ['site/a.xml', 'application/xml'],
      ['site/note.txt', 'text/plain'],
    ],
  );
});

it('a base URL that pages cannot have is refused', () => {
  for (const baseUrl of ['', 'example.com', 'ftp://example.com/']) {
    assert.equal(filesSource.options.safeParse({ path: 'a', baseUrl }).success, false, baseUrl);
  }
});

describe('a page', () => {
  it('is read whole, decompressed, and its facts are known', async (t) => {
    const folder = await folderOf(t, { 'a.html.gz': zlib.gzipSync('é'.repeat(100_000)) });
    const [read] = await itemsOf(create(folder, { path: '.' }));
    assert.ok(read?.page !== undefined && 'text' in read.page);
    assert.equal(read.page.text, 'é'.repeat(100_000));
    const { elapsedMs: _, ...facts } = read.page.facts;
    assert.deepEqual(facts, {
      finalUrl: 'http://localhost/a.html.gz',
      status: 200,
      contentType: null,
      bytes: 200_000,
      attempts: 0,
    });
  });

  for (const [what, files, options, code] of [
    ['is too large', { 'a.html': 'x'.repeat(2001) }, { maxBytes: '2kB' }, 'too-large'],
    ['is broken gzip', { 'a.html.gz': 'no gzip' }, {}, 'unreadable'],
  ] as const) {
    it(`that ${what} fails by itself`, async (t) => {
      const folder = await folderOf(t, { ...files, 'b.html': 'ok' });
      const [first, second] = await itemsOf(create(folder, { path: '.', ...options }));
      assert.ok(first?.page !== undefined && 'error' in first.page);
      assert.equal((first.page.error as { code?: string }).code, code);
      assert.ok(second?.page !== undefined && 'text' in second.page);
    });
  }

  it('that is gone when it is read fails by itself', async (t) => {
    const folder = await folderOf(t, site);
    const source = create(folder, { path: 'site/b.html' });
    await source.open?.();
    const { value: [item] = [] } = await source.items[Symbol.asyncIterator]().next();
    await rm(join(folder, 'site/b.html'));
    const page = item && (await readPage(item));
    assert.ok(page !== undefined && 'error' in page);
    const { code, message } = page.error as { code: string; message: string };
    assert.deepEqual([code, message], ['unreadable', "site/b.html: can't be read: there is no such file."]);
  });

  it('is cancelled by an abort', async (t) => {
    const controller = new AbortController();
    const source = create(await folderOf(t, site), { path: 'site' }, undefined, { signal: controller.signal });
    await source.open?.();
    const { value: [item] = [] } = await source.items[Symbol.asyncIterator]().next();
    controller.abort();
    const page = item && (await readPage(item));
    assert.equal(page && 'error' in page && (page.error as { code?: string }).code, 'cancelled');
  });
});

it('no more pages are given than may be open, until one is read or released', async (t) => {
  const files = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`${index}.html`, '']));
  const source = create(await folderOf(t, files), { path: '.' });
  await source.open?.();
  const given: unknown[] = [];
  const reading = (async () => {
    for await (const [item] of source.items) given.push(item);
  })();
  await quiet();
  assert.equal(given.length, 32);
  (given[0] as { page: { body: { release(): void } } }).page.body.release();
  await quiet();
  assert.equal(given.length, 33);
  source.close?.();
  await reading;
});

describe('a source that is taken up', () => {
  it('gives the file where it is taken up and the rest, those that are new at the end too', async (t) => {
    const folder = await folderOf(t, site);
    const { known } = await readTwo(folder);
    await writeFile(join(folder, 'site/z.html'), '');
    const from = { sequence: 1, input: 'site/a/ü ä.xhtml', line: 1, offset: 0 };
    assert.deepEqual(await namesOf(create(folder, { path: 'site' }, { from, known })), [
      'site/a/ü ä.xhtml',
      'site/b.html',
      'site/z.html',
    ]);
  });

  it('refuses a list in which others stand before that', async (t) => {
    const folder = await folderOf(t, site);
    const { known } = await readTwo(folder);
    await writeFile(join(folder, 'site/a/b.html'), '');
    const from = { sequence: 1, input: 'site/a/ü ä.xhtml', line: 1, offset: 0 };
    const source = create(folder, { path: 'site' }, { from, known });
    await assert.rejects(async () => source.open?.(), { code: 'CHECKPOINT_MISMATCH' });
  });

  async function readTwo(folder: string) {
    const source = create(folder, { path: 'site' });
    await source.open?.();
    const iterator = source.items[Symbol.asyncIterator]();
    for (const _ of [1, 2]) (await iterator.next()).value?.[0]?.page?.body.release();
    return { known: source.identity?.() ?? [] };
  }
});

it('a pipeline writes the links of local pages, and goes on with a checkpoint', async (t) => {
  const folder = await folderOf(t, {
    'site/index.html': '<a href="two.html">',
    'site/two.html': '<meta charset="windows-1252"><a href="/caf\u00c3.html">',
    'pipeline.yaml': `source: { files: site }
steps: [links]
sink: { tsv: { path: out.tsv } }
checkpoint: state.json
`,
  });
  for (const _ of ['first', 'again']) {
    const { code, stderr } = await callSluice(['run', join(folder, 'pipeline.yaml')]);
    assert.equal(code, 0, stderr);
    const rows = (await readFile(join(folder, 'out.tsv'), 'utf8')).trimEnd().split('\n').slice(1);
    assert.deepEqual(rows.sort(), [
      'site/index.html\thttp://localhost/two.html',
      'site/two.html\thttp://localhost/caf%C3%83%C6%92.html',
    ]);
  }
});

async function sourceOf(t: TestContext, options: object): Promise<Source> {
  return create(await folderOf(t, site), options);
}

function create(folder: string, options: object, resume?: SourceResume, context: Partial<StageContext> = {}): Source {
  return filesSource.create(filesSource.options.parse(options), { ...stageContext(folder), ...context }, resume);
}

async function namesOf(source: Source): Promise<string[]> {
  return (await itemsOf(source)).map(({ item }) => item.sourceUrl);
}

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, it, type TestContext } from 'node:test';
import zlib from 'node:zlib';
import type { RecordError } from '../../../src/core/errors.ts';
import type { SourceItem } from '../../../src/core/stage/source-item.ts';
import type { Source, SourceResume, StageContext } from '../../../src/core/stage.ts';
import { warcSource } from '../../../src/stages/sources/warc.ts';
import { folderOf, itemsOf, type ReadItem, readPage } from '../../helpers/files/sources.ts';
import { warcInfo, warcRecord, warcResponse } from '../../helpers/files/warc.ts';
import { quiet, stageContext } from '../../helpers/pipelines/stages.ts';
import { callSluice } from '../../helpers/processes/command-line.ts';

const a = warcResponse('https://a.example/', '<a href=1>');
const b = warcResponse('https://b.example/', '<a href=2>');
const request = warcRecord(
  {
    'WARC-Type': 'request',
    'WARC-Target-URI': 'https://a.example/',
    'Content-Type': 'application/http; msgtype=request',
  },
  'GET / HTTP/1.1\r\n\r\n',
);
const revisit = warcRecord(
  {
    'WARC-Type': 'revisit',
    'WARC-Target-URI': 'https://a.example/',
    'Content-Type': 'application/http; msgtype=response',
  },
  'HTTP/1.1 200 OK\r\n\r\n',
);
const whole = [warcInfo, request, a, revisit, b];

describe('the answers of a file', () => {
  it('are its pages; requests, revisits and the like are no input, and counted in the line', async (t) => {
    const items = await itemsOf(await sourceOf(t, { 'a.warc': Buffer.concat(whole) }));
    const offset = warcInfo.length + request.length;
    assert.deepEqual(shown(items), [
      ['https://a.example/', 3, '<a href=1>'],
      ['https://b.example/', 5, '<a href=2>'],
    ]);
    assert.deepEqual(
      items.map(({ item }) => item.origin.offset),
      [offset, offset + a.length + revisit.length],
    );
  });

  for (const [what, stored] of [
    ['a member for each record', Buffer.concat(whole.map((record) => zlib.gzipSync(record)))],
    ['one member', zlib.gzipSync(Buffer.concat(whole))],
  ] as const) {
    it(`are read from gzip, ${what}`, async (t) => {
      const items = await itemsOf(await sourceOf(t, { 'a.warc.gz': stored }));
      assert.deepEqual(
        shown(items).map(([url]) => url),
        ['https://a.example/', 'https://b.example/'],
      );
    });
  }

  it('are those with a success and an accepted type', async (t) => {
    const records = [
      warcResponse('https://a.example/404', 'gone', 'Content-Type: text/html\r\n', 404),
      warcResponse('https://a.example/logo', 'png', 'Content-Type: image/png\r\n'),
      warcResponse('https://a.example/feed', '<rss/>', 'Content-Type: application/rss+xml\r\n'),
      warcRecord(
        { 'WARC-Type': 'response', 'WARC-Target-URI': 'dns:a.example', 'Content-Type': 'text/dns' },
        '1.2.3.4',
      ),
      warcResponse('ftp://a.example/', 'x'),
    ];
    const source = await sourceOf(t, { 'a.warc': Buffer.concat(records) }, { accept: ['html', 'xml'] });
    assert.deepEqual(shown(await itemsOf(source)), [['https://a.example/feed', 3, '<rss/>']]);
  });

  it('have their header fields and facts; credentials of the URL stay in source_url', async (t) => {
    const head = 'Content-Type: text/html; charset=utf-8\r\nLink: <a>\r\nlink: <b>\r\nETag: "1"\r\n';
    const record = warcResponse('<https://user:pass@a.example/>', 'é', head);
    const [read] = await itemsOf(await sourceOf(t, { 'a.warc': record }));
    assert.ok(read?.page !== undefined && 'text' in read.page);
    assert.equal(read.item.sourceUrl, 'https://user:pass@a.example/');
    assert.deepEqual(read.item.page?.response.headers['link'], ['<a>', '<b>']);
    const { elapsedMs: _, ...facts } = read.page.facts;
    assert.deepEqual(facts, {
      finalUrl: 'https://a.example/',
      status: 200,
      contentType: 'text/html; charset=utf-8',
      etag: '"1"',
      bytes: 2,
      attempts: 0,
    });
  });

  for (const [what, head, body, text] of [
    ['chunked', 'Transfer-Encoding: chunked\r\n', '3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n', 'abcde'],
    ['said to be chunked, and not', 'Transfer-Encoding: chunked\r\n', '<p>abc', '<p>abc'],
    ['gzip', 'Content-Encoding: gzip\r\n', zlib.gzipSync('page'), 'page'],
    ['brotli', 'Content-Encoding: br\r\n', zlib.brotliCompressSync('page'), 'page'],
    ['said to be gzip, and not', 'Content-Encoding: gzip\r\n', 'page', 'page'],
    ['without a type', 'Server: x\r\n', 'page', 'page'],
    ['empty', 'Content-Encoding: gzip\r\n', '', ''],
  ] as const) {
    it(`are decoded: ${what}`, async (t) => {
      const items = await itemsOf(await sourceOf(t, { 'a.warc': warcResponse('https://a.example/', body, head) }));
      assert.deepEqual(shown(items), [['https://a.example/', 1, text]]);
    });
  }

  it('that are too large, stored or decoded, or do not decode, fail by themselves', async (t) => {
    const records = [
      warcResponse('https://a.example/1', 'x'.repeat(1001)),
      warcResponse('https://a.example/2', 'x'.repeat(300_000)),
      warcResponse('https://a.example/3', zlib.gzipSync('x'.repeat(1001)), 'Content-Encoding: gzip\r\n'),
      warcResponse('https://a.example/4', zlib.gzipSync('page').subarray(0, 14), 'Content-Encoding: gzip\r\n'),
      warcResponse('https://a.example/5', 'x'.repeat(1000)),
    ];
    const source = await sourceOf(t, { 'a.warc': Buffer.concat(records) }, { maxBytes: '1kB' });
    assert.deepEqual(
      shown(await itemsOf(source)).map(([, , found]) => found),
      ['too-large', 'too-large', 'too-large', 'decode', 'x'.repeat(1000)],
    );
  });

  it('of an empty file are none', async (t) => {
    assert.deepEqual(await itemsOf(await sourceOf(t, { 'a.warc': '' })), []);
  });

  it('are the same however the bytes come', async (t) => {
    const bytes = Buffer.concat([...whole, Buffer.from('junk\r\n'), a]);
    const expected = shown(await itemsOf(await sourceOf(t, { 'a.warc': bytes })));
    const stdin = new PassThrough();
    const source = create('-', stageContext('.', { stdin }));
    for (const byte of bytes) stdin.write(Buffer.from([byte]));
    stdin.end();
    assert.deepEqual(shown(await itemsOf(source)), expected);
    assert.deepEqual(
      expected.map(([, , found]) => found),
      ['<a href=1>', '<a href=2>', 'unreadable', '<a href=1>'],
    );
  });
});

describe('what is broken', () => {
  const noLength = Buffer.from(a.toString('latin1').replace(/Content-Length: \d+/, 'Content-Length: many'), 'latin1');
  for (const [what, bytes, message, found] of [
    [
      'a record that is none',
      [a, Buffer.from('junk\n'), b],
      /^a\.warc: the record at byte \d+ is broken: no record begins there$/,
      ['<a href=1>', 'unreadable', '<a href=2>'],
    ],
    ['a length that is none', [noLength, b], /it has no valid Content-Length$/, ['unreadable', '<a href=2>']],
    [
      'a header without an end',
      [Buffer.from(`WARC/1.1\r\nx: ${'y'.repeat(70_000)}\r\n\r\n`), b],
      /its header is longer than 64 KiB$/,
      ['unreadable', '<a href=2>'],
    ],
    [
      'a record that breaks off',
      [a, b.subarray(0, b.length - 6)],
      /the file ends within it$/,
      ['<a href=1>', 'unreadable'],
    ],
    [
      'a header that breaks off',
      [a, b.subarray(0, 20)],
      /the file ends within its header$/,
      ['<a href=1>', 'unreadable'],
    ],
    [
      'an answer that is none',
      [
        warcRecord(
          { 'WARC-Type': 'response', 'WARC-Target-URI': 'https://a.example/', 'Content-Type': 'application/http' },
          'no answer',
        ),
        b,
      ],
      /the record holds no HTTP answer$/,
      ['unreadable', '<a href=2>'],
    ],
    [
      'a URL that is none',
      [warcResponse('a b', 'x'), b],
      /"a b": the record names no absolute URL$/,
      ['invalid-url', '<a href=2>'],
    ],
  ] as const) {
    it(`fails by itself, and the reading goes on: ${what}`, async (t) => {
      const items = await itemsOf(await sourceOf(t, { 'a.warc': Buffer.concat(bytes) }));
      assert.deepEqual(
        shown(items).map(([, , outcome]) => outcome),
        found,
      );
      assert.match(items.find(({ item }) => item.error)?.item.error?.message ?? '', message);
    });
  }

  it('fails by itself where the compression breaks off, and the next file is read', async (t) => {
    const members = Buffer.concat(whole.map((record) => zlib.gzipSync(record)));
    const files = { 'a.warc.gz': members.subarray(0, members.length - 20), 'b.warc': b };
    assert.deepEqual(
      shown(await itemsOf(await sourceOf(t, files))).map(([, , found]) => found),
      ['<a href=1>', 'unreadable', '<a href=2>'],
    );
  });

  it('fails by itself where the compression is damaged midway, and what is behind is read', async (t) => {
    const members = whole.map((record) => zlib.gzipSync(record));
    members[2]?.fill(0, 20, 60);
    const folder = await folderOf(t, { 'a.warc.gz': Buffer.concat(members) });
    const source = create('a.warc.gz', stageContext(folder));
    const all = await itemsOf(source);
    assert.deepEqual(shown(all), [
      ['', 3, 'unreadable'],
      ['https://b.example/', 5, '<a href=2>'],
    ]);
    const [, b] = all;
    const from = { ...b?.item.origin, sequence: 1 } as SourceResume['from'];
    const rest = await itemsOf(create('a.warc.gz', stageContext(folder), { from, known: source.identity?.() ?? [] }));
    assert.deepEqual(places(rest), places(all.slice(1)));
  });

  it('is the first line of a file whose compression is broken from its start', async (t) => {
    const items = await itemsOf(await sourceOf(t, { 'a.warc.gz': Buffer.from('no gzip') }));
    assert.deepEqual(
      items.map(({ item: { origin, error } }) => [origin.line, error?.message]),
      [
        [
          1,
          'a.warc.gz: the record at byte 0 is broken: no gzip member begins there, in the compressed bytes 0 to the end',
        ],
      ],
    );
  });

  it('is told when the source is opened: a file that is missing', async () => {
    await assert.rejects(async () => create('a.warc', stageContext('/nowhere')).open?.(), {
      code: 'SOURCE_UNREADABLE',
    });
  });
});

it('no more is given than there is room for, until a page is read or released', async (t) => {
  const large = warcResponse('https://a.example/', 'x'.repeat(9_000_000));
  const source = await sourceOf(t, { 'a.warc': Buffer.concat(Array.from({ length: 10 }, () => large)) });
  await source.open?.();
  const given: SourceItem[] = [];
  const first = source.items[Symbol.asyncIterator]();
  for (let count = 0; count < 7; count += 1) given.push(...((await first.next()).value ?? []));
  let isGiven = false;
  const next = first.next().then(() => {
    isGiven = true;
  });
  await quiet();
  assert.equal(isGiven, false);
  given[3]?.page?.body.release();
  given[3]?.page?.body.release();
  await next;
  source.close?.();
  await Promise.allSettled([first.next()]);
});

it('a page that is read after an abort is cancelled', async (t) => {
  const controller = new AbortController();
  const folder = await folderOf(t, { 'a.warc': a });
  const source = create('a.warc', { ...stageContext(folder), signal: controller.signal });
  await source.open?.();
  const { value: [item] = [] } = await source.items[Symbol.asyncIterator]().next();
  controller.abort();
  const page = item && (await readPage(item));
  assert.equal(page && 'error' in page && (page.error as RecordError).code, 'cancelled');
});

describe('a source that is taken up at any item', () => {
  const records = Buffer.concat([...whole, Buffer.from('junk\r\n'), a, warcInfo, b]);
  for (const [name, stored] of [
    ['a.warc', records],
    ['a.warc.gz', zlib.gzipSync(records)],
  ] as const) {
    it(`gives it and the rest: ${name}`, async (t) => {
      const folder = await folderOf(t, { [name]: stored });
      const source = create(name, stageContext(folder));
      const all = await itemsOf(source);
      const known = source.identity?.() ?? [];
      assert.equal(all.length, 5);
      for (const [index, { item }] of all.entries()) {
        const from = { ...item.origin, sequence: index };
        const rest = await itemsOf(create(name, stageContext(folder), { from, known }));
        assert.deepEqual(places(rest), places(all.slice(index)));
      }
    });
  }
});

it('a pipeline writes the links of an archive, fails what is broken, and goes on with a checkpoint', async (t) => {
  const folder = await folderOf(t, {
    'a.warc.gz': Buffer.concat([...whole, Buffer.from('junk\r\n')].map((record) => zlib.gzipSync(record))),
    'pipeline.yaml': `source: { warc: a.warc.gz }
steps: [links]
sink: { tsv: { path: out.tsv } }
failures: { jsonl: { path: failures.jsonl, columns: [source_url, code, line] } }
checkpoint: state.json
`,
  });
  for (const _ of ['first', 'again']) {
    const { code, stderr } = await callSluice(['run', join(folder, 'pipeline.yaml')]);
    assert.equal(code, 0, stderr);
    const rows = (await readFile(join(folder, 'out.tsv'), 'utf8')).trimEnd().split('\n').slice(1);
    assert.deepEqual(rows.sort(), [
      'https://a.example/\thttps://a.example/1',
      'https://b.example/\thttps://b.example/2',
    ]);
    const failures = await readFile(join(folder, 'failures.jsonl'), 'utf8');
    assert.deepEqual(JSON.parse(failures), { source_url: '', code: 'unreadable', line: 6 });
  }
});

async function sourceOf(
  t: TestContext,
  files: Readonly<Record<string, string | Uint8Array>>,
  options: object = {},
): Promise<Source> {
  const folder = await folderOf(t, files);
  return warcSource.create(warcSource.options.parse({ path: Object.keys(files), ...options }), stageContext(folder));
}

function create(path: string, context: StageContext, resume?: SourceResume): Source {
  return warcSource.create(warcSource.options.parse({ path }), context, resume);
}

/** Each item's URL and line, and its text or its failure's code. */
function shown(items: readonly ReadItem[]): readonly (readonly [string, number, string | undefined])[] {
  return items.map(({ item, page }) => {
    const found = page === undefined ? item.error?.code : 'text' in page ? page.text : (page.error as RecordError).code;
    return [item.sourceUrl, item.origin.line, found];
  });
}

function places(items: readonly ReadItem[]): readonly unknown[] {
  return items.map(({ item }) => [item.origin, item.sourceUrl, item.error?.code]);
}

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, it, type TestContext } from 'node:test';
import zlib from 'node:zlib';
import type { SourceItem } from '../../../src/core/stage/source-item.ts';
import type { Source, SourceResume, StageContext } from '../../../src/core/stage.ts';
import { csvSource } from '../../../src/stages/sources/csv.ts';
import { jsonlSource } from '../../../src/stages/sources/jsonl.ts';
import { tsvSource } from '../../../src/stages/sources/tsv.ts';
import { folderOf, itemsOf as readItemsOf } from '../../helpers/files/sources.ts';
import { startSite } from '../../helpers/network/site.ts';
import { stageContext } from '../../helpers/pipelines/stages.ts';
import { callSluice } from '../../helpers/processes/command-line.ts';

const sources = { csv: csvSource, tsv: tsvSource, jsonl: jsonlSource };
const wanted = { inputColumns: ['name', 'count'] };

describe('rows', () => {
  it('of csv have their columns as fields, quotes and line ends in them included', async (t) => {
    const text = '\uFEFFname, id,url,count\r\n"a, ""b""\r\nc",1, https://a.example/ ,7\n\nd,2,no url\n';
    assert.deepEqual(shown(await itemsOf(await sourceOf(t, 'csv', { 'a.csv': text }, {}, wanted))), [
      [2, 'https://a.example/', undefined, { 'input.name': 'a, "b"\r\nc', 'input.count': '7' }],
      [5, 'no url', 'invalid-url', { 'input.name': 'd', 'input.count': null }],
    ]);
  });

  it('of csv may have another delimiter, a tab among them, and names of their own', async (t) => {
    for (const [delimiter, text] of [
      [';', 'https://a.example/;"x;y";7\n'],
      ['\t', 'https://a.example/\t"x;y"\t7\n'],
    ]) {
      const options = { delimiter, columns: ['url', 'name', 'count'] };
      assert.deepEqual(shown(await itemsOf(await sourceOf(t, 'csv', { 'a.csv': text ?? '' }, options, wanted))), [
        [1, 'https://a.example/', undefined, { 'input.name': 'x;y', 'input.count': '7' }],
      ]);
    }
  });

  it('of tsv have no quotes, but escapes', async (t) => {
    const text = 'url\tname\tcount\nhttps://a.example/\t"a\\tb\\\\\t7\n';
    assert.deepEqual(shown(await itemsOf(await sourceOf(t, 'tsv', { 'a.tsv': text }, {}, wanted))), [
      [2, 'https://a.example/', undefined, { 'input.name': '"a\tb\\', 'input.count': '7' }],
    ]);
  });

  it('of jsonl keep the types of their values; what is broken fails by itself', async (t) => {
    const lines = [
      '{"url":"https://a.example/","name":{"a":[1]},"count":7}',
      '{"url":"https://b.example/","name":true}',
      '{"url":"torn',
      '{"name":"x"}',
      '[1]',
      '',
      '{"url":5,"name":null,"count":1.5}',
    ];
    assert.deepEqual(shown(await itemsOf(await sourceOf(t, 'jsonl', { 'a.jsonl': lines.join('\n') }, {}, wanted))), [
      [1, 'https://a.example/', undefined, { 'input.name': '{"a":[1]}', 'input.count': 7 }],
      [2, 'https://b.example/', undefined, { 'input.name': true, 'input.count': null }],
      [3, '', 'invalid-url', undefined],
      [4, '', 'invalid-url', { 'input.name': 'x', 'input.count': null }],
      [5, '', 'invalid-url', undefined],
      [7, '5', undefined, { 'input.name': null, 'input.count': 1.5 }],
    ]);
  });

  it('have all columns where it cannot be told which are used, and none where none is', async (t) => {
    const files = { 'a.csv': 'url,a,b,a\nx.example,1,2,3\n' };
    const [all] = await itemsOf(await sourceOf(t, 'csv', files, {}, { inputColumns: 'all' }));
    assert.deepEqual(all?.fields, { 'input.url': 'x.example', 'input.a': '1', 'input.b': '2' });
    const [none] = await itemsOf(await sourceOf(t, 'csv', files));
    assert.equal(none?.fields, undefined);
    const line = { 'a.jsonl': '{"url":"x.example","__proto__":1}\n' };
    const [object] = await itemsOf(await sourceOf(t, 'jsonl', line, {}, { inputColumns: 'all' }));
    assert.deepEqual(object?.fields, { 'input.url': 'x.example', 'input.__proto__': 1 });
  });

  it('come from several files, compressed ones and standard input', async (t) => {
    const stdin = new PassThrough();
    stdin.end('url\nc.example\n');
    const files = { 'a.csv': 'url\na.example\n', 'b.csv.gz': zlib.gzipSync('x,url\n,b.example\n'), '-': '' };
    const items = await itemsOf(await sourceOf(t, 'csv', files, {}, { stdin }));
    assert.deepEqual(
      items.map(({ sourceUrl }) => sourceUrl),
      ['a.example', 'b.example', 'c.example'],
    );
  });

  for (const [name, empty] of [
    ['csv', ''],
    ['csv', 'url\n'],
    ['tsv', ''],
    ['jsonl', '\n'],
  ] as const) {
    it(`of an empty ${name} are none: ${JSON.stringify(empty)}`, async (t) => {
      assert.deepEqual(await itemsOf(await sourceOf(t, name, { a: empty })), []);
    });
  }
});

describe('a column that is missing is wrong usage, told with those that there are before anything is read', () => {
  for (const [name, text, message] of [
    ['csv', 'link,count\nhttps://user:secret@a.example/,1\n', 'a:1: no column url, name; columns found: link, count.'],
    ['tsv', 'url\tcount\na\tb\n', 'a:1: no column name; columns found: url, count.'],
    ['jsonl', '{"url":"a.example","count":1}\n{"url":"b.example"}', 'a:1: no column name; columns found: url, count.'],
  ] as const) {
    it(name, async (t) => {
      const source = await sourceOf(t, name, { a: text }, {}, wanted);
      await assert.rejects(async () => source.open?.(), { code: 'CONFIG', message });
    });
  }

  it('csv without a header', async (t) => {
    const create = () => sourceOf(t, 'csv', { a: '' }, { columns: ['url', 'count'] }, wanted);
    await assert.rejects(create, { code: 'CONFIG', message: 'columns:1: no column name; columns found: url, count.' });
  });

  it('standard input, when it is read', async (t) => {
    const stdin = new PassThrough();
    stdin.end('link\na.example\n');
    const reading = itemsOf(await sourceOf(t, 'csv', { '-': '' }, {}, { stdin }));
    await assert.rejects(reading, {
      code: 'SOURCE_UNREADABLE',
      message: 'standard input:1: no column url; columns found: link.',
    });
  });
});

it('a quote that is never closed is told with the path', async (t) => {
  const source = await sourceOf(t, 'csv', { 'a.csv': 'url\n"a.example\n' });
  await assert.rejects(itemsOf(source), { code: 'SOURCE_UNREADABLE', message: /^a\.csv: .*CSV_QUOTE_NOT_CLOSED/ });
});

it('options that make no sense are refused', () => {
  for (const wrong of [
    { delimiter: '"' },
    { delimiter: ';;' },
    { columns: ['a', 'a'] },
    { columns: [] },
    { column: '' },
  ]) {
    assert.equal(csvSource.options.safeParse(wrong).success, false, JSON.stringify(wrong));
  }
});

describe('a table that is taken up at any row gives that one and the rest', () => {
  const rows = Array.from({ length: 9 }, (_, index) => [`https://a.example/${index}`, index % 3 === 0 ? 'x\ny' : 'z']);
  for (const [name, file, text] of [
    ['csv', 'a.csv', `url,name\n${rows.map(([url, cell]) => `${url},"${cell}"\n`).join('\n')}`],
    ['csv', 'a.csv.gz', `url,name\n${rows.map(([url, cell]) => `${url},"${cell}"\n`).join('')}`],
    ['tsv', 'a.tsv', `name\turl\n${rows.map(([url]) => `n\t${url}\n`).join('')}`],
    ['jsonl', 'a.jsonl', rows.map(([url, cell]) => `${JSON.stringify({ url, name: cell })}\n\n`).join('')],
  ] as const) {
    it(file, async (t) => {
      const folder = await folderOf(t, { [file]: file.endsWith('.gz') ? zlib.gzipSync(text) : text });
      const open = (resume?: SourceResume) =>
        sources[name].create(parse(name, { path: file }), { ...stageContext(folder), inputColumns: ['name'] }, resume);
      const first = open();
      const all = await itemsOf(first);
      const known = first.identity?.() ?? [];
      assert.equal(all.length, rows.length);
      for (const [sequence, { origin }] of all.entries()) {
        const rest = await itemsOf(open({ from: { ...origin, sequence }, known }));
        assert.deepEqual(comparable(rest), comparable(all.slice(sequence)));
      }
    });
  }
});

it('a pipeline carries columns of the input to its outputs', async (t) => {
  const site = await startSite({ '/page': '<a href="/x">' });
  t.after(site.close);
  const folder = await folderOf(t, {
    'in.jsonl': `{"link":"${site.origin}/page","rank":7}\n{"link":"${site.origin}/gone","rank":8}\n`,
    'pipeline.yaml': `source: { jsonl: { path: in.jsonl, column: link } }
steps: [{ fetch: { allowPrivate: true } }, links]
sink: { jsonl: { path: out.jsonl, columns: [parsed_url, input.rank] } }
failures: { csv: { path: failures.csv, columns: [code, input.rank] } }
`,
  });
  const { code, stderr } = await callSluice(['run', join(folder, 'pipeline.yaml')]);
  assert.equal(code, 0, stderr);
  const row = JSON.parse(await readFile(join(folder, 'out.jsonl'), 'utf8'));
  assert.deepEqual(row, { parsed_url: `${site.origin}/x`, 'input.rank': 7 });
  assert.equal(await readFile(join(folder, 'failures.csv'), 'utf8'), 'code,input.rank\nhttp-status,8\n');
});

it('a pipeline that names a column that the input lacks ends with 2 and touches no output', async (t) => {
  const folder = await folderOf(t, {
    'in.csv': 'url,rank\nhttps://a.example/,7\n',
    'out.tsv': 'old',
    'pipeline.yaml': `source: { csv: in.csv }
steps: [fetch, links]
sink: { tsv: { path: out.tsv, columns: [parsed_url, input.category] } }
`,
  });
  const { code, stderr } = await callSluice(['run', join(folder, 'pipeline.yaml')]);
  assert.equal(code, 2);
  assert.match(stderr, /in\.csv:1: no column category; columns found: url, rank\./);
  assert.equal(await readFile(join(folder, 'out.tsv'), 'utf8'), 'old');
});

function parse(name: keyof typeof sources, options: object) {
  return sources[name].options.parse(options) as never;
}

async function sourceOf(
  t: TestContext,
  name: keyof typeof sources,
  files: Readonly<Record<string, string | Uint8Array>>,
  options: object = {},
  context: Partial<StageContext> = {},
): Promise<Source> {
  const { '-': _, ...stored } = files;
  const folder = await folderOf(t, stored);
  return sources[name].create(parse(name, { path: Object.keys(files), ...options }), {
    ...stageContext(folder),
    ...context,
  });
}

async function itemsOf(source: Source): Promise<SourceItem[]> {
  return (await readItemsOf(source)).map(({ item }) => item);
}

function shown(items: readonly SourceItem[]): readonly unknown[] {
  return items.map(({ origin, sourceUrl, error, fields }) => [origin.line, sourceUrl, error?.code, fields]);
}

function comparable(items: readonly SourceItem[]): readonly unknown[] {
  return items.map(({ origin, sourceUrl, url, fields }) => [origin, sourceUrl, url?.href, fields]);
}

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { removeFolder, temporaryFolder } from '../helpers/files/samples.ts';
import { type Site, startSite } from '../helpers/network/site.ts';
import { jsonLinesOf, runDocument } from '../helpers/pipelines/pipeline-run.ts';

/** Columns on their way through whole pipelines, with a step of every kind at every level at which it may stand. */
let site: Site;
let folder: string;

const PAGE = '<a href="/x/1" rel="nofollow">one</a> <a href="/y/2">two</a> <a href="https://other.example/3">three</a>';

before(async () => {
  site = await startSite({
    '/news/1': PAGE,
    '/news/2': '<a href="/x/4">four</a>',
    '/moved': { status: 302, headers: { location: '/news/2' } },
    '/skip/1': PAGE,
  });
});
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => removeFolder(folder));
after(() => site?.close());

test('at URLs: what is set is there for later steps, through fetch and links, and behind the usual columns', async () => {
  const { totals } = await run({
    source: urls('/news/1?utm_source=x#top', '/skip/1', '/news/1', '/news/2'),
    steps: [
      'normalize',
      'dedupe',
      { set: { columns: { section: 'extract(path(url), "^/([a-z]+)")', rank: 'line * 10' } } },
      { set: { columns: { rank: 'rank + 1' } } },
      { where: 'section != "skip"' },
      { rename: { columns: { section: 'part', source_url: 'given' } } },
      { where: 'part == "news"' },
      { drop: { columns: ['line'] } },
      fetch,
      'links',
    ],
    sink: [{ tsv: { path: 'links.tsv' } }, { jsonl: { path: 'links.jsonl' } }],
  });
  const first = { given: `${site.origin}/news/1?utm_source=x#top`, part: 'news', rank: 11 };
  const expected = [
    { ...first, parsed_url: `${site.origin}/x/1` },
    { ...first, parsed_url: `${site.origin}/y/2` },
    { ...first, parsed_url: 'https://other.example/3' },
    { given: `${site.origin}/news/2`, parsed_url: `${site.origin}/x/4`, part: 'news', rank: 41 },
  ];
  assert.deepEqual(sorted(await jsonLinesOf(folder, 'links.jsonl'), 'parsed_url'), sorted(expected, 'parsed_url'));
  const [header, ...rows] = (await textOf('links.tsv')).trimEnd().split('\n');
  assert.equal(header, 'given\tparsed_url\tpart\trank');
  assert.ok(rows.includes(`${site.origin}/news/2\t${site.origin}/x/4\tnews\t41`), rows.join('\n'));
  assert.deepEqual(totals['skippedByReason'], { filtered: 1, duplicate: 1 });
});

test('at pages: the answer decides; a page that is filtered is a page, a failure has its status', async () => {
  const { totals } = await run({
    source: urls('/news/1', '/moved', '/skip/1'),
    steps: [
      fetch,
      { where: '!path(final_url).startsWith("/skip")' },
      { rename: { columns: { final_url: 'landed' } } },
      { set: { columns: { hops: 'landed == source_url ? 0 : 1', inverse: '10 / (status - 200 + int(hops))' } } },
      { drop: { columns: ['inverse'] } },
      'links',
    ],
    sink: { jsonl: { path: 'links.jsonl', columns: ['landed', 'hops', 'parsed_url'] } },
    failures: { jsonl: { path: 'failures.jsonl' } },
    pages: { jsonl: { path: 'pages.jsonl', columns: ['source_url', 'outcome', 'status', 'attempts'] } },
  });
  assert.deepEqual(await jsonLinesOf(folder, 'links.jsonl'), [
    { landed: `${site.origin}/news/2`, hops: 1, parsed_url: `${site.origin}/x/4` },
  ]);
  const [failure, ...others] = await jsonLinesOf(folder, 'failures.jsonl');
  assert.deepEqual(others, []);
  assert.equal(failure?.['source_url'], `${site.origin}/news/1`);
  assert.equal(failure?.['code'], 'expression');
  assert.equal(failure?.['status'], 200);
  assert.match(String(failure?.['message']), /^10 \/ \(status - 200 \+ int\(hops\)\): /);
  const pages = sorted(await jsonLinesOf(folder, 'pages.jsonl'), 'source_url');
  assert.deepEqual(pages, [
    { source_url: `${site.origin}/moved`, outcome: 'linked', status: 200, attempts: 1 },
    { source_url: `${site.origin}/news/1`, outcome: 'failed', status: 200, attempts: null },
    { source_url: `${site.origin}/skip/1`, outcome: 'skipped', status: 200, attempts: null },
  ]);
  assert.deepEqual(totals['skippedByReason'], { filtered: 1 });
});

test('at links: renamed columns are known by their new names, values by those of each link, and what is dropped is gone', async () => {
  const { totals } = await run({
    source: urls('/news/1', '/news/2'),
    steps: [
      fetch,
      'links',
      { rename: { columns: { parsed_url: 'link', text: 'label' } } },
      { where: 'link.contains("/x/") || !internal' },
      { set: { columns: { label: 'upper(label)', target: 'host(link)', both: 'label + "@" + target' } } },
      { set: { columns: { both: 'both + (nofollow ? " nofollow" : "")' } } },
      { where: 'both != "FOUR@127.0.0.1"' },
      { drop: { columns: ['source_url', 'target'] } },
    ],
    sink: { jsonl: { path: 'links.jsonl' } },
  });
  assert.deepEqual(await jsonLinesOf(folder, 'links.jsonl'), [
    { link: `${site.origin}/x/1`, label: 'ONE', both: 'ONE@127.0.0.1 nofollow' },
    { link: 'https://other.example/3', label: 'THREE', both: 'THREE@other.example' },
  ]);
  assert.deepEqual([totals['linked'], totals['empty'], totals['rows']], [1, 1, 2]);
});

test('a link has its own value of a column, also where that is none and the page had one of the same name', async () => {
  const answer = 'process.stdin.on("data", (d) => process.stdout.write(String(d).replace(/[^\\n]+/g, "{}")))';
  await run({
    source: urls('/news/2'),
    steps: [
      { set: { columns: { note: '"of the line"', constructor: '"mine"' } } },
      fetch,
      'links',
      { drop: { columns: ['note'] } },
      { exec: { command: [process.execPath, '-e', answer], columns: ['note'] } },
    ],
    sink: { jsonl: { path: 'links.jsonl', columns: ['note', 'constructor'] } },
  });
  assert.deepEqual(await jsonLinesOf(folder, 'links.jsonl'), [{ note: null, constructor: 'mine' }]);
});

test('exec, sample, limit and a step of one’s own stand among the others', async () => {
  const own = `export default {
    type: 'step', name: 'own', summary: '', input: 'links', output: 'links',
    options: (await import('sluice')).z.strictObject({}),
    create: () => ({ concurrency: 1, process: (record) => ({ ...record, links: record.links.toReversed() }) }),
  };`;
  await writeFile(join(folder, 'own.mjs'), own);
  const program = `
    let rest = '';
    process.stdin.on('data', (data) => {
      const lines = (rest + data).split('\\n');
      rest = lines.pop();
      for (const line of lines) {
        const { link, n } = JSON.parse(line);
        console.log(n === 2 ? 'null' : JSON.stringify({ length: link.length, n: n * 100, list: [n] }));
      }
    });`;
  const { totals } = await run({
    source: urls('/news/1', '/news/2'),
    steps: [
      { limit: 1 },
      fetch,
      'links',
      { set: { columns: { n: 'position' } } },
      { rename: { columns: { parsed_url: 'link' } } },
      { exec: { command: [process.execPath, '-e', program], input: ['link', 'n'], columns: ['n', 'list'] } },
      { use: './own.mjs' },
      { sample: '100%' },
      { where: 'n >= 100' },
    ],
    sink: { jsonl: { path: 'links.jsonl' } },
  });
  const source_url = `${site.origin}/news/1`;
  assert.deepEqual(await jsonLinesOf(folder, 'links.jsonl'), [
    { source_url, link: 'https://other.example/3', n: 300, list: '[3]' },
    { source_url, link: `${site.origin}/x/1`, n: 100, list: '[1]' },
  ]);
  assert.deepEqual(totals['skippedByReason'], { limit: 1 });
});

test('columns of the input reach every output, by their own and by other names, and only those that are asked for', async () => {
  const list = ['url,category,my rank', `${site.origin}/news/1,"a, b",7`, `${site.origin}/gone,c,8`, 'no url,d,9'];
  await writeFile(join(folder, 'list.csv'), `${list.join('\n')}\n`);
  await run({
    source: { csv: { path: 'list.csv' } },
    steps: [
      { where: 'input.category != "z"' },
      { rename: { columns: { 'input.category': 'topic' } } },
      { set: { columns: { rank: 'int(input["my rank"]) + 1' } } },
      fetch,
      'links',
      { where: 'topic.startsWith("a") && position == 2' },
    ],
    sink: [
      { jsonl: { path: 'links.jsonl' } },
      { csv: { path: 'links.csv', columns: ['parsed_url', { topic: 'Topic' }, 'input.my rank'] } },
      { sqlite: { path: 'links.sqlite', columns: [{ 'input.category': 'category' }] } },
    ],
    failures: { jsonl: { path: 'failures.jsonl', columns: ['code', 'input.category', { 'input.my rank': 'rank' }] } },
    pages: { jsonl: { path: 'pages.jsonl', columns: ['status', 'input.category'] } },
  });
  const parsed_url = `${site.origin}/y/2`;
  assert.deepEqual(await jsonLinesOf(folder, 'links.jsonl'), [
    { source_url: `${site.origin}/news/1`, parsed_url, topic: 'a, b', rank: 8 },
  ]);
  assert.equal(await textOf('links.csv'), `parsed_url,Topic,input.my rank\n${parsed_url},"a, b",7\n`);
  assert.deepEqual(sorted(await jsonLinesOf(folder, 'failures.jsonl'), 'rank'), [
    { code: 'http-status', 'input.category': 'c', rank: '8' },
    { code: 'invalid-url', 'input.category': 'd', rank: '9' },
  ]);
  assert.deepEqual(sorted(await jsonLinesOf(folder, 'pages.jsonl'), 'status'), [
    { status: 200, 'input.category': 'a, b' },
    { status: 404, 'input.category': 'c' },
  ]);
});

const fetch = { fetch: { allowPrivate: true } };

function urls(...paths: readonly string[]) {
  return { urls: { list: paths.map((path) => `${site.origin}${path}`) } };
}

function run(document: Readonly<Record<string, unknown>>) {
  return runDocument(folder, document);
}

function textOf(name: string): Promise<string> {
  return readFile(join(folder, name), 'utf8');
}

function sorted<Item extends Readonly<Record<string, unknown>>>(items: readonly Item[], key: string): readonly Item[] {
  return items.toSorted((one, other) => (String(one[key]) < String(other[key]) ? -1 : 1));
}

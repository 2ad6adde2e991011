import { hash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { warcResponse } from '../files/warc.ts';

const HOME =
  '<a href="/a?b=2&amp;a=1#top">A</a> <a href="https://example.org/x" rel="nofollow">=X</a> <link rel="icon" href="/icon.png">';
const PAGE = '<a href="/y.pdf">Y</a>';

/** What the web of the examples is. All else is not there. */
export const answers: Readonly<Record<string, string>> = {
  'https://example.com/': HOME,
  'https://example.com/?ref=mail': PAGE,
  'https://example.org/page': PAGE,
  'https://example.com/item/*': PAGE,
  'https://example.org/robots.txt': 'User-agent: *\nAllow: /\n',
  'https://example.com/sitemap.xml': `<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
    <url><loc>https://example.org/page</loc><lastmod>2026-01-31</lastmod></url></urlset>`,
};

/** The files that are in the folder of each example. */
export const inputs: Readonly<Record<string, string | Uint8Array>> = {
  'urls.txt': 'https://example.com/\nhttps://example.com/?ref=mail\n',
  'shops.csv': 'url,category\nexample.org/page,"one, two"\n',
  'shops.tsv': 'example.org/page\tone\n',
  'shops.jsonl': '{"url":"example.org/page","category":["one","two"]}\n',
  'site/page.html': PAGE,
  'crawl.warc.gz': gzipSync(warcResponse('https://example.org/page', PAGE)),
};

/** Lists that are there instead, where an example does nothing to two URLs. */
export const lists: Readonly<Record<string, readonly string[]>> = {
  'step dedupe': ['https://example.org/page', 'https://EXAMPLE.org/page#top', 'https://example.org/page'],
  'step limit': items(120),
  'step sample': items(120),
};

const A = 'https://example.com/a?b=2&a=1#top';
const X = 'https://example.org/x';
const ICON = 'https://example.com/icon.png';
const Y = 'https://example.com/y.pdf';
const OTHER_Y = 'https://example.org/y.pdf';
const FROM_HOME = [`https://example.com/\t${A}`, `https://example.com/\t${ICON}`, `https://example.com/\t${X}`];
const ROWS = ['source_url\tparsed_url', ...FROM_HOME, `https://example.com/?ref=mail\t${Y}`];
const PAGES = [
  'source_url,final_url,outcome,status,content_type,bytes,links,attempts,ms,line,etag,last_modified',
  'https://example.com/,https://example.com/,linked,200,text/html,123,3,1,0,1,,',
  'https://example.com/?ref=mail,https://example.com/?ref=mail,linked,200,text/html,22,1,1,0,2,,',
];

/** What the example of each stage writes: the lines of each file, those behind the first one sorted. */
export const expected: Readonly<Record<string, Readonly<Record<string, readonly unknown[]>>>> = {
  'source lines': { 'failures.jsonl': [], 'links.tsv': ROWS },
  'source urls': {
    'links.tsv': ['source_url\tparsed_url', `example.org/page\t${OTHER_Y}`, ...FROM_HOME],
  },
  'source csv': {
    'links.csv': ['input.category,source_url,parsed_url', `"one, two",example.org/page,${OTHER_Y}`],
  },
  'source tsv': {
    'links.tsv': ['input.category\tsource_url\tparsed_url', `one\texample.org/page\t${OTHER_Y}`],
  },
  'source jsonl': {
    'links.jsonl': [
      `{"input.category":"[\\"one\\",\\"two\\"]","source_url":"example.org/page","parsed_url":"${OTHER_Y}"}`,
    ],
  },
  'source sitemap': {
    'links.csv': ['source_url,input.lastmod,parsed_url', `https://example.org/page,2026-01-31,${OTHER_Y}`],
  },
  'source files': { 'links.tsv': ['source_url\tparsed_url', `site/page.html\t${Y}`] },
  'source warc': { 'links.tsv': ['source_url\tparsed_url', `https://example.org/page\t${OTHER_Y}`] },
  'step normalize': {
    'links.tsv': [
      'source_url\tparsed_url',
      'https://example.com/\thttps://example.com/a?a=1&b=2',
      ...FROM_HOME.slice(1),
    ],
  },
  'step dedupe': { 'links.tsv': ['source_url\tparsed_url', `https://example.org/page\t${OTHER_Y}`] },
  'step sample': { 'links.tsv': ['source_url\tparsed_url', ...rowsOf(items(120).filter(isIn5Percent))] },
  'step limit': { 'links.tsv': ['source_url\tparsed_url', ...rowsOf(items(100))] },
  'step fetch': { 'links.tsv': ROWS, 'pages.csv': PAGES },
  'step links': {
    'links.tsv': [
      'source_url\tparsed_url\ttext',
      `https://example.com/\t${A.replace('#top', '')}\tA`,
      `https://example.com/\t${X}\t=X`,
      `https://example.com/?ref=mail\t${Y}\tY`,
    ],
  },
  'step where': { 'links.tsv': ROWS.filter((row) => !row.endsWith(X)) },
  'step set': {
    'links.csv': [
      'parsed_url,target,section',
      `${A},example.com,a`,
      `${ICON},example.com,icon.png`,
      `${Y},example.com,y.pdf`,
      `${X},example.org,x`,
    ],
  },
  'step rename': { 'links.csv': ['page,link', ...ROWS.slice(1).map((row) => row.replace('\t', ','))] },
  'step drop': { 'links.tsv': ['parsed_url', A, ICON, Y, X] },
  'step exec': { 'links.csv': ['parsed_url,kind', `${A},other`, `${ICON},picture`, `${Y},document`, `${X},other`] },
  'step use': { 'links.csv': ['rank,parsed_url', `1,${A}`, `1,${Y}`, `1,${X}`, `2,${ICON}`] },
  'sink tsv': {
    'links.tsv.gz': ROWS.map((row, index) => `${row}\t${['text', 'A', '', '=X', 'Y'][index]}`),
  },
  'sink csv': {
    'links.csv': ROWS.map((row, index) => {
      const text = ['text', 'A', '', "'=X", 'Y'][index];
      return `${index === 0 ? '\uFEFF' : ''}${row.replace('\t', ',')},${text}`;
    }),
  },
  'sink jsonl': {
    'links.jsonl': [
      `{"parsed_url":"${A}","internal":true,"position":1}`,
      `{"parsed_url":"${ICON}","internal":true,"position":3}`,
      `{"parsed_url":"${Y}","internal":true,"position":1}`,
      `{"parsed_url":"${X}","internal":false,"position":2}`,
    ],
  },
  'sink parquet': { 'links.parquet': typedRows(true, false) },
  'sink sqlite': { 'links.sqlite': typedRows(1, 0) },
  'sink split': {
    'links-example.com.csv': [
      'target,source_url,parsed_url',
      `example.com,https://example.com/,${A}`,
      `example.com,https://example.com/,${ICON}`,
      `example.com,https://example.com/?ref=mail,${Y}`,
    ],
    'links-example.org.csv': ['target,source_url,parsed_url', `example.org,https://example.com/,${X}`],
  },
  'sink null': { 'pages.csv': PAGES },
};

function items(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `https://example.com/item/${index}`);
}

/** As the step `sample` promises it. */
function isIn5Percent(url: string): boolean {
  return Number.parseInt(hash('sha256', url, 'hex').slice(0, 8), 16) / 2 ** 32 < 0.05;
}

function rowsOf(urls: readonly string[]): readonly string[] {
  return urls.map((url) => `${url}\t${Y}`).sort();
}

/** The rows with their types, in the order in which pages answered. */
function typedRows(yes: unknown, no: unknown): readonly unknown[] {
  const row = (source_url: string, parsed_url: string, internal: unknown) => ({ source_url, parsed_url, internal });
  const home = 'https://example.com/';
  return [row(home, A, yes), row(home, X, no), row(home, ICON, yes), row(`${home}?ref=mail`, Y, yes)];
}

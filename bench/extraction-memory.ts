import { type LinkOptions, linkExtraction } from '../src/html/link-extractor.ts';
import type { Benchmark } from './benchmark.ts';

/**
 * Prints the memory of one page as its bytes go by, a gigabyte of generated markup, and the time of hostile documents at two
 * sizes, of which one is four times the other: a ratio of 4 is linear time.
 */
export const extractionMemoryBenchmark: Benchmark = {
  name: 'extraction-memory',
  summary: 'Resident set while one page of 1 GB is read; time of hostile markup at two sizes.',
  run: ({ print }) => {
    print(`  ${'read'.padStart(10)}${'resident'.padStart(12)}${'heap'.padStart(12)}`);
    readGigabyte(print);
    print('');
    for (const hostile of hostiles) compareSizes(hostile, print);
    return Promise.resolve();
  },
};

const CHUNK_BYTES = 65_536;
const PAGE_BYTES = 1e9;
const MARK_BYTES = 2e8;
const FACTOR = 4;
const TURNS = 3;
const HEAD = { finalUrl: 'https://www.site.test/section/', contentType: 'text/html; charset=utf-8' };

/** What a page of any length may consist of, its links being some thousand distinct ones. */
function generatedChunk(): Buffer {
  let text = '';
  for (let index = 0; text.length < CHUNK_BYTES; index += 1) {
    text += `<div class="item"><!-- ${index} --><a class='x' href="/section/page-${index}.html?a=1&amp;b=${index}">Page</a><p>Text`;
    text += `<script>if (a < b) document.write("<a href='no'>");</script><img src=x alt="é">`;
  }
  return Buffer.from(text);
}

function readGigabyte(print: (line: string) => void): void {
  const chunk = generatedChunk();
  const reader = linkExtraction().open(HEAD);
  let mark = 0;
  for (let sent = 0; sent < PAGE_BYTES; sent += chunk.length) {
    if (sent >= mark) {
      const { rss, heapUsed } = process.memoryUsage();
      const cells = [`${sent / 1e6 >= 1 ? Math.round(sent / 1e6) : 0} MB`, ...[rss, heapUsed].map(megabytes)];
      print(`  ${cells.map((cell, index) => cell.padStart(index === 0 ? 10 : 12)).join('')}`);
      mark += MARK_BYTES;
    }
    reader.write(chunk);
  }
  reader.end();
}

interface Hostile {
  readonly title: string;
  readonly document: (size: number) => string;
  /** Of the small document, in repetitions. */
  readonly size: number;
  readonly options?: LinkOptions;
}

const hostiles: readonly Hostile[] = [
  { title: 'nested elements', size: 400_000, document: (size) => '<b>'.repeat(size) + '</b>'.repeat(size) },
  { title: 'nested SVG', size: 100_000, document: (size) => '<svg>'.repeat(size) + '</g></desc>'.repeat(size) },
  { title: 'nested templates', size: 100_000, document: (size) => '<template>'.repeat(size) },
  { title: 'an unclosed comment', size: 1_000_000, document: (size) => `<!--${'<a>-'.repeat(size)}` },
  { title: 'an unclosed value', size: 1_000_000, document: (size) => `<a href="${'x&amp;'.repeat(size)}` },
  { title: 'an unclosed script', size: 1_000_000, document: (size) => `<script>${'<!--'.repeat(size)}` },
  { title: 'attributes of one tag', size: 200_000, document: (size) => `<a ${repeated(size, (n) => `a${n}=1 `)}>` },
  { title: 'links, all distinct', size: 20_000, document: (size) => repeated(size, (n) => `<a href=${n}>`) },
  {
    title: 'links of many characters',
    size: 5_000,
    document: (size) => repeated(size, (n) => `<a href="?${n}${'&'.repeat(200)}">`),
  },
  { title: 'links that do not parse', size: 20_000, document: (size) => repeated(size, (n) => `<a href=//[${n}>`) },
  { title: 'names made up', size: 100_000, document: (size) => repeated(size, (n) => `<x${n} y${n}>`) },
  {
    title: 'text of anchors',
    size: 100_000,
    document: (size) => `<a href=x>${'<b>y '.repeat(size)}`,
    options: { columns: ['text'] },
  },
];

function compareSizes({ title, document, size, options }: Hostile, print: (line: string) => void): void {
  const [small = 0, large = 0] = [size, size * FACTOR].map((count) => {
    const bytes = Buffer.from(document(count));
    return Math.min(...Array.from({ length: TURNS }, () => readMs(bytes, options)));
  });
  const cells = [`${small.toFixed(1)} ms`, `${large.toFixed(1)} ms`, (large / small).toFixed(1)];
  print(`  ${title.padEnd(28)}${cells.map((cell) => cell.padStart(12)).join('')}`);
}

function readMs(bytes: Buffer, options: LinkOptions | undefined): number {
  const reader = linkExtraction(options).open(HEAD);
  const startedAt = performance.now();
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) reader.write(bytes.subarray(at, at + CHUNK_BYTES));
  reader.end();
  return performance.now() - startedAt;
}

function repeated(count: number, piece: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => piece(index)).join('');
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}

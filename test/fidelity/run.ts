/**
 * Compares our links with those of a browser, on 258 real pages: `npm run fidelity [EXPECTED]`.
 *
 * The pages are the folder `files` of the npm package htmlparser-benchmark 1.1.3. EXPECTED, `expected.jsonl.gz` unless given, is
 * what Chromium 156 made of them, a page a line: JavaScript off, no network, each page served as UTF-8 HTML at `url`. Its `links`
 * are all URL-valued attributes, in document order, with their `resolved` URL; null where that is none.
 * Prints what differs; ends with 1 if anything does, or if a page is not the one that the browser had.
 */
import { createHash, randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type LinkExtraction, linkExtraction } from '../../src/html/link-extractor.ts';

const pages = 'node_modules/htmlparser-benchmark/files';
const expected = process.argv[2] ?? join(import.meta.dirname, 'expected.jsonl.gz');

const CONTENT_TYPE = 'text/html; charset=utf-8';
const SHOWN = 5;

interface ExpectedLink {
  readonly tag: string;
  readonly attr: string;
  readonly resolved: string | null;
  /** What the standard says, where the browser differs from it. */
  readonly std?: string;
}

interface ExpectedPage {
  readonly name: string;
  /** Of its bytes. */
  readonly sha256: string;
  readonly url: string;
  readonly links: readonly ExpectedLink[];
}

interface Comparison {
  readonly title: string;
  readonly extraction: LinkExtraction;
  includes(link: ExpectedLink): boolean;
}

const comparisons: readonly Comparison[] = [
  {
    title: 'anchors',
    extraction: linkExtraction({ select: 'anchors' }),
    includes: ({ tag, attr, resolved }) =>
      ['a', 'area'].includes(tag) && ['href', 'xlink:href'].includes(attr) && /^https?:/.test(resolved ?? ''),
  },
  {
    title: 'all',
    extraction: linkExtraction({ select: 'all', schemes: 'any' }),
    includes: ({ resolved }) => resolved !== null,
  },
];

function main(): number {
  const lines = gunzipSync(readFileSync(expected)).toString('utf8').trimEnd().split('\n');
  const documents = lines.map((line) => JSON.parse(line) as ExpectedPage);
  const counts = comparisons.map((comparison) => compare(comparison, documents));
  return counts.every((equal) => equal === documents.length) ? 0 : 1;
}

function compare(comparison: Comparison, documents: readonly ExpectedPage[]): number {
  let equal = 0;
  let pairs = 0;
  for (const document of documents) {
    const bytes = readFileSync(join(pages, document.name));
    const links = document.links.filter((link) => comparison.includes(link));
    const wanted = new Set(links.map(({ resolved }) => resolved));
    const whole = find(comparison, document.url, [bytes]);
    const inChunks = find(comparison, document.url, randomChunks(bytes));
    const problems = differences(links, whole);
    if (createHash('sha256').update(bytes).digest('hex') !== document.sha256) problems.push('is another page');
    if (whole.join('\n') !== inChunks.join('\n')) problems.push('in chunks it differs from the whole');
    if (problems.length === 0) equal += 1;
    else process.stdout.write(`${comparison.title}: ${document.name}\n  ${problems.slice(0, SHOWN).join('\n  ')}\n`);
    pairs += wanted.size;
  }
  process.stdout.write(`${comparison.title}: ${equal} of ${documents.length} pages equal, ${pairs} links in all\n`);
  return equal;
}

function find(comparison: Comparison, finalUrl: string, chunks: readonly Uint8Array[]): string[] {
  const reader = comparison.extraction.open({ finalUrl, contentType: CONTENT_TYPE });
  for (const chunk of chunks) reader.write(chunk);
  return reader.end().map(({ url }) => url);
}

function differences(links: readonly ExpectedLink[], found: readonly string[]): string[] {
  const got = new Set(found);
  const accepted = new Set(links.flatMap(({ resolved, std }) => [resolved, std]));
  const missing = links.filter(({ resolved, std }) => !got.has(resolved ?? '') && !got.has(std ?? ''));
  return [
    ...missing.map(({ tag, attr, resolved }) => `missing: ${tag}@${attr} ${resolved}`),
    ...found.filter((url) => !accepted.has(url)).map((url) => `not a link: ${url}`),
  ];
}

function randomChunks(bytes: Uint8Array): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = Math.min(bytes.length, start + randomInt(1, 2000));
    chunks.push(bytes.subarray(start, end));
    start = end;
  }
  return chunks;
}

process.exitCode = main();

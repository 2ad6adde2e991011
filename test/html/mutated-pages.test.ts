/**
 * The scanners compared on real pages that are damaged and cut at random. Each run is another one: MUTATED_PAGES_SECONDS=600
 * lets it take so long; MUTATED_PAGES_SEED repeats the run that a failure names, which then fails at once.
 */
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import type { Link } from '../../src/core/record.ts';
import { type LinkExtraction, type LinkOptions, linkExtraction } from '../../src/html/link-extractor.ts';
import type { ScannerKind } from '../../src/html/scanner/scanners.ts';
import { cutPage, damagePage, withoutDifferences } from '../helpers/html/mutations.ts';
import { type Random, randomNumbers } from '../helpers/random.ts';

const { MUTATED_PAGES_SECONDS = '3', MUTATED_PAGES_SEED } = process.env;
const KINDS: readonly ScannerKind[] = ['bytes', 'bytes-js', 'htmlparser2'];

const optionSets: readonly LinkOptions[] = [
  { select: 'hrefs' },
  { select: 'anchors' },
  { select: 'all', schemes: 'any' },
  { select: 'hrefs', columns: ['text', 'rel', 'title', 'position'], allOccurrences: true },
  { select: 'all', columns: ['text', 'rel'], allOccurrences: true, schemes: 'any', srcdoc: true },
  { select: 'anchors', columns: ['text'], noscript: false },
  {
    select: ['*@data-src', '*@href', 'script@src', 'style@x'],
    columns: ['rel'],
    allOccurrences: true,
    noscript: false,
  },
];
const extractions = optionSets.map((options) => KINDS.map((scanner) => linkExtraction({ ...options, scanner })));

const folder = join(dirname(createRequire(import.meta.url).resolve('htmlparser-benchmark/package.json')), 'files');
const pages = readdirSync(folder).map((name) => ({ name, bytes: readFileSync(join(folder, name)) }));
const CONTENT_TYPES = [null, 'text/html;charset=utf-8', 'text/html;charset=windows-1251', 'text/html;charset=euc-jp'];

describe('the three scanners find the same links, with the same details', () => {
  it('in real pages that are damaged, wherever they are cut', () => {
    assert.ok(pages.length > 250);
    const end = performance.now() + Number(MUTATED_PAGES_SECONDS) * 1000;
    let links = 0;
    for (let run = 0; run === 0 || performance.now() < end; run += 1) {
      const seed = MUTATED_PAGES_SEED === undefined ? randomInt(2 ** 31) : Number(MUTATED_PAGES_SEED);
      links += compare(seed);
    }
    assert.ok(links > 0, 'and there are some');
  });
});

/** Gives how many links the page of this seed has; throws where the scanners disagree. */
function compare(seed: number): number {
  const random = randomNumbers(seed);
  const page = oneOf(random, pages);
  const damaged = damagePage(page.bytes, oneOf(random, pages).bytes, random);
  const contentType = oneOf(random, CONTENT_TYPES);
  const [ours, plain, reference] = oneOf(random, extractions);
  assert.ok(ours !== undefined && plain !== undefined && reference !== undefined);
  const cuts = cutPage(damaged, random);
  const found = read(ours, cuts, contentType);
  const what = `${page.name}, MUTATED_PAGES_SEED=${seed}`;
  assert.deepEqual(read(plain, cutPage(damaged, random), contentType), found, `${what}: without WebAssembly`);
  const common = withoutDifferences(damaged);
  const expected = common === damaged ? found : read(ours, cutPage(common, random), contentType);
  assert.deepEqual(read(reference, cutPage(common, random), contentType), expected, `${what}: htmlparser2`);
  return found.length;
}

function oneOf<Item>(random: Random, items: readonly Item[]): Item {
  const item = items[random(items.length)];
  assert.ok(item !== undefined);
  return item;
}

function read(extraction: LinkExtraction, chunks: readonly Uint8Array[], contentType: string | null): Link[] {
  const reader = extraction.open({ finalUrl: 'http://site.test/dir/page', contentType });
  for (const chunk of chunks) reader.write(chunk);
  return reader.end();
}

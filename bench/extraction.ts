import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type Benchmark, median } from './benchmark.ts';
import { contenders, type PageLinks } from './clients/extractors.ts';

/**
 * Prints how fast links are found: megabytes of real pages a second, chunks of bytes in, resolved distinct links out.
 *
 * A round reads the 258 pages of the npm package htmlparser-benchmark; the first rounds, in which the engine warms up, don't
 * count. The contenders take turns in one process, a few pages at a time: a machine that is slow for a while is slow for all of
 * them, and so are the ratios within a round steady where the times are not. What is measured is processor time, with that of
 * the garbage collector: other work that a machine has to do changes it far less than the time on the clock.
 */
export const extractionBenchmark: Benchmark = {
  name: 'extraction',
  summary: 'Speed of finding the links in 258 real pages, beside other ways to do it.',
  run: ({ rounds, realPages, print }) => {
    const pages = readPages(realPages);
    const bytes = pages.reduce((sum, chunks) => sum + chunks.reduce((size, chunk) => size + chunk.length, 0), 0);
    const links = contenders.map(() => 0);
    const timings = Array.from({ length: WARM_UP_ROUNDS + rounds }, () => takeRound(pages, links));
    const counted = timings.slice(WARM_UP_ROUNDS);
    print(
      `${pages.length} pages, ${(bytes / 1e6).toFixed(1)} MB; medians of ${rounds} and least..most, processor time`,
    );
    print(
      row(
        '',
        ['MB/s', 'µs a page', 'links'],
        references.map(({ title }) => title),
      ),
    );
    for (const [index, { title }] of contenders.entries()) {
      if ((links[index] ?? 0) === 0) throw new Error(`${title} found no links`);
      const elapsedMicros = median(counted.map((round) => round[index] ?? Number.NaN));
      const speed = (bytes / elapsedMicros).toFixed(0);
      const page = (elapsedMicros / pages.length).toFixed(0);
      const ratios = references.map((reference) =>
        spread(counted.map((round) => ratio(round, reference.index, index))),
      );
      print(row(title, [speed, page, `${(links[index] ?? 0) / (WARM_UP_ROUNDS + rounds)}`], ratios));
    }
    return Promise.resolve();
  },
};

/** Those that all are compared with, by their places among the contenders. */
const references = contenders.flatMap(({ reference }, index) =>
  reference === undefined ? [] : [{ index, title: `to ${reference}` }],
);

const WARM_UP_ROUNDS = 3;
/** So few that a turn takes milliseconds. */
const PAGES_A_TURN = 6;
/** What a socket gives at once. */
const CHUNK_BYTES = 65_536;
const BASE = 'https://www.site.test/section/page.html';

function readPages(count: number): Uint8Array[][] {
  const folder = join(dirname(createRequire(import.meta.url).resolve('htmlparser-benchmark/package.json')), 'files');
  const names = readdirSync(folder).slice(0, count);
  return names.map((name) => {
    const bytes = readFileSync(join(folder, name));
    const chunks = Math.ceil(bytes.length / CHUNK_BYTES);
    return Array.from({ length: chunks }, (_, index) => bytes.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES));
  });
}

/** Gives the processor time of each contender in microseconds, and adds to the links that each has found. */
function takeRound(pages: readonly Uint8Array[][], links: number[]): readonly number[] {
  const elapsed = contenders.map(() => 0);
  for (let from = 0; from < pages.length; from += PAGES_A_TURN) {
    const few = pages.slice(from, from + PAGES_A_TURN);
    for (const { index, find } of shuffled()) {
      const before = process.cpuUsage();
      links[index] = (links[index] ?? 0) + readAll(find, few);
      const { user, system } = process.cpuUsage(before);
      elapsed[index] = (elapsed[index] ?? 0) + user + system;
    }
  }
  return elapsed;
}

/** In an order that is another one each time: the garbage of one contender is often collected in the turn of the next. */
function shuffled() {
  return contenders
    .map(({ find }, index) => ({ find, index, order: Math.random() }))
    .toSorted((one, other) => one.order - other.order);
}

function readAll(find: PageLinks, pages: readonly Uint8Array[][]): number {
  let links = 0;
  for (const chunks of pages) links += find(chunks, BASE);
  return links;
}

/** How many times as fast as the reference a contender was. */
function ratio(round: readonly number[], reference: number, contender: number): number {
  return (round[reference] ?? Number.NaN) / (round[contender] ?? Number.NaN);
}

/** The median of the rounds' own ratios, and the least and the most of them. */
function spread(ratios: readonly number[]): string {
  return `${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)}..${Math.max(...ratios).toFixed(2)})`;
}

function row(title: string, figures: readonly string[], ratios: readonly string[]): string {
  const cells = [...figures.map((figure) => figure.padStart(11)), ...ratios.map((text) => text.padStart(20))];
  return `  ${title.padEnd(34)}${cells.join('')}`;
}

import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type Benchmark, median } from './benchmark.ts';
import { contenders, type PageLinks } from './clients/extractors.ts';

/**
 * Prints how fast links are found: megabytes of real pages a second, chunks of bytes in, resolved distinct links out.
 *
 * The contenders take turns in one process, on the 258 pages of the npm package htmlparser-benchmark. A round reads them
 * all; the first rounds, in which the engine warms up, don't count. What is measured is processor time, with that of the
 * garbage collector: a machine that has other work to do changes it far less than the time on the clock.
 */
export const extractionBenchmark: Benchmark = {
  name: 'extraction',
  summary: 'Speed of finding the links in 258 real pages, beside other ways to do it.',
  run: ({ rounds, print }) => {
    const pages = readPages();
    const bytes = pages.reduce((sum, chunks) => sum + chunks.reduce((size, chunk) => size + chunk.length, 0), 0);
    const timings = contenders.map((): number[] => []);
    const links = contenders.map(() => 0);
    for (let round = -WARM_UP_ROUNDS; round < rounds; round += 1) {
      for (const [index, { find }] of contenders.entries()) {
        const before = process.cpuUsage();
        links[index] = readAll(find, pages);
        const { user, system } = process.cpuUsage(before);
        if (round >= 0) timings[index]?.push((user + system) / 1e3);
      }
    }
    print(`${pages.length} pages, ${(bytes / 1e6).toFixed(1)} MB; medians of ${rounds}, processor time`);
    print(row('', 'MB/s', 'µs a page', 'to Parser', 'links'));
    const reference = median(timings[contenders.findIndex(({ isReference }) => isReference)] ?? []);
    for (const [index, { title }] of contenders.entries()) {
      const elapsedMs = median(timings[index] ?? []);
      const speed = (bytes / 1e3 / elapsedMs).toFixed(0);
      const page = ((elapsedMs / pages.length) * 1e3).toFixed(0);
      print(row(title, speed, page, (reference / elapsedMs).toFixed(2), `${links[index]}`));
    }
    return Promise.resolve();
  },
};

const WARM_UP_ROUNDS = 3;
/** What a socket gives at once. */
const CHUNK_BYTES = 65_536;
const BASE = 'https://www.site.test/section/page.html';

function readPages(): Uint8Array[][] {
  const folder = join(dirname(createRequire(import.meta.url).resolve('htmlparser-benchmark/package.json')), 'files');
  return readdirSync(folder).map((name) => {
    const bytes = readFileSync(join(folder, name));
    const count = Math.ceil(bytes.length / CHUNK_BYTES);
    return Array.from({ length: count }, (_, index) => bytes.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES));
  });
}

function readAll(find: PageLinks, pages: readonly Uint8Array[][]): number {
  let links = 0;
  for (const chunks of pages) links += find(chunks, BASE);
  return links;
}

function row(title: string, ...cells: readonly string[]): string {
  return `  ${title.padEnd(34)}${cells.map((cell) => cell.padStart(11)).join('')}`;
}

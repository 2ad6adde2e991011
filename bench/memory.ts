import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Benchmark, median } from './benchmark.ts';
import { PageServer } from './page-server.ts';
import { residentBytes } from './resident.ts';

/**
 * Prints the memory of one run as its list goes by: resident set at each mark, and the drift from mark to mark.
 *
 * The resident set goes up and down with the garbage collector, so a mark's figure is the median of the readings that
 * were taken over the last 5,000 pages before it. What counts is the drift between the later marks: over
 * the first tens of thousands of pages V8's heap settles. Linux only.
 */
export const memoryBenchmark: Benchmark = {
  name: 'memory',
  summary: 'Resident set of one long run, at several numbers of pages.',
  run: async ({ marks, print }) => {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-bench-'));
    const server = await PageServer.start();
    try {
      const list = join(folder, 'list.txt');
      await writeFile(list, server.list('small', marks.at(-1) ?? 0));
      const readings = await readMemory(server, list, join(folder, 'out.tsv'));
      printMarks(marks, readings, print);
    } finally {
      await server.close();
      await rm(folder, { recursive: true });
    }
  },
};

/** Pages before a mark whose readings count for it. */
const SPAN_PAGES = 5_000;

interface Reading {
  readonly pages: number;
  readonly rssBytes: number;
}

async function readMemory(server: PageServer, list: string, output: string): Promise<readonly Reading[]> {
  const program = new URL('../dist/main.js', import.meta.url).pathname;
  const child = spawn(process.execPath, [program, '--allow-private', '-q', '-i', list, '-o', output], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const readings: Reading[] = [];
  server.onServed((pages) => {
    const rssBytes = residentBytes(child.pid);
    if (rssBytes !== undefined) readings.push({ pages, rssBytes });
  });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`sluice ended with exit code ${code}`);
  return readings;
}

function printMarks(marks: readonly number[], readings: readonly Reading[], print: (line: string) => void): void {
  let before: number | undefined;
  for (const mark of marks) {
    const near = readings.filter(({ pages }) => pages > mark - SPAN_PAGES && pages <= mark);
    const megabytes = median(near.map(({ rssBytes }) => rssBytes)) / 1e6;
    const drift = before === undefined ? '' : `${((megabytes / before - 1) * 100).toFixed(1)} %`;
    print(
      `  ${mark.toLocaleString('en').padStart(9)} pages ${megabytes.toFixed(0).padStart(6)} MB ${drift.padStart(9)}`,
    );
    before = megabytes;
  }
}

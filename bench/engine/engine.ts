import { type Benchmark, type BenchmarkSettings, median } from '../benchmark.ts';
import type { Usage } from '../measured-run.ts';
import { type PageKind, PageServer } from '../page-server.ts';
import { bareRun, engineRun } from './engine-run.ts';

/**
 * Prints what the fetch engine costs a page beside bare `undici.request`, both reading bodies to their end and nothing more.
 *
 * The two take turns within one run, on the same list. The figure is CPU time of the whole process, start-up included.
 */
export const engineBenchmark: Benchmark = {
  name: 'engine',
  summary: 'CPU time a page of the fetch engine alone, beside bare undici.',
  run: async (settings) => {
    const server = await PageServer.start();
    try {
      for (const kind of ['small', 'large'] as const) await compare(server, kind, settings);
    } finally {
      await server.close();
    }
  },
};

async function compare(server: PageServer, kind: PageKind, { rounds, print, ...counts }: BenchmarkSettings) {
  const pages = counts[kind];
  const list = server.list(kind, pages);
  const bare: Usage[] = [];
  const engine: Usage[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const { bytes, usage } = await bareRun(list);
    const { report, usage: engineUsage } = await engineRun(list);
    // Who fetches less than the list must not look fast.
    if (report.pages !== pages || report.bytes !== bytes) {
      throw new Error(
        `the engine read ${report.bytes} bytes of ${report.pages} pages, bare undici ${bytes} of ${pages}`,
      );
    }
    bare.push(usage);
    engine.push(engineUsage);
  }
  const kilobytes = (server.shape(kind).bytes / 1000).toFixed(1);
  print(`${kind} pages: ${pages.toLocaleString('en')} of ${kilobytes} KB; medians of ${rounds}`);
  print(`  ${'client'.padEnd(14)}${'CPU a page'.padStart(12)}${'to bare'.padStart(10)}${'peak RSS'.padStart(11)}`);
  for (const [title, usages] of [['bare undici', bare] as const, ['engine', engine] as const]) {
    const cpu = `${(cpuOf(usages) / pages).toFixed(0)} µs`.padStart(12);
    const ratio = ratioTo(bare, usages).toFixed(2).padStart(10);
    const peak = `${(median(usages.map(({ peakRssBytes }) => peakRssBytes)) / 1e6).toFixed(0)} MB`.padStart(11);
    print(`  ${title.padEnd(14)}${cpu}${ratio}${peak}`);
  }
  print('');
}

/** The median of the rounds' own ratios: what slows the machine down for a while slows down both sides of one. */
function ratioTo(floor: readonly Usage[], usages: readonly Usage[]): number {
  return median(usages.map(({ cpuMicros }, round) => cpuMicros / (floor[round]?.cpuMicros ?? Number.NaN)));
}

function cpuOf(usages: readonly Usage[]): number {
  return median(usages.map(({ cpuMicros }) => cpuMicros));
}

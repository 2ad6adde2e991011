import { type Benchmark, type BenchmarkSettings, median } from '../benchmark.ts';
import { type EngineReport, engineRun } from './engine-run.ts';
import { HostServer } from './host-server.ts';

/**
 * Prints memory and open descriptors of one run over as many hosts as pages, at ten marks and after its end.
 *
 * Over the first tens of thousands of pages V8's heap settles: what counts is the drift between the later marks. A mark's
 * memory is the median of the readings since the mark before, its descriptors are the most of them. Linux only.
 */
export const manyHostsBenchmark: Benchmark = {
  name: 'many-hosts',
  summary: 'Resident set and open descriptors of one run over many hosts with a page each.',
  run: async ({ hosts, print }) => {
    const server = await HostServer.start();
    try {
      let list = '';
      for (let host = 0; host < hosts; host += 1) list += `${server.url(host, 0, { pageAfterMs: 0 })}\n`;
      const { report } = await engineRun(list, { readsMemory: true });
      if (report.pages !== hosts) throw new Error(`${report.pages} pages came of ${hosts}`);
      printMarks(report, hosts, print);
    } finally {
      await server.close();
    }
  },
};

const MARKS = 10;

function printMarks(report: EngineReport, hosts: number, print: BenchmarkSettings['print']): void {
  const { pages, elapsedMs, descriptorsLeft } = report;
  print(`${pages.toLocaleString('en')} hosts in ${(elapsedMs / 1_000).toFixed(1)} s`);
  print(`  ${'hosts'.padStart(9)}${'RSS'.padStart(10)}${'drift'.padStart(10)}${'descriptors'.padStart(13)}`);
  let before: number | undefined;
  for (let mark = 1; mark <= MARKS; mark += 1) {
    const end = (hosts * mark) / MARKS;
    const near = report.readings.filter((reading) => reading.pages > end - hosts / MARKS && reading.pages <= end);
    // A tiny run has none.
    if (near.length === 0) continue;
    const megabytes = median(near.map(({ rssBytes }) => rssBytes)) / 1e6;
    const drift = before === undefined ? '' : `${((megabytes / before - 1) * 100).toFixed(1)} %`;
    const descriptors = Math.max(...near.map((reading) => reading.descriptors));
    const place = Math.round(end).toLocaleString('en').padStart(9);
    print(`  ${place}${megabytes.toFixed(0).padStart(7)} MB${drift.padStart(10)}${`${descriptors}`.padStart(13)}`);
    before = megabytes;
  }
  print(`  after the end: ${descriptorsLeft} descriptors`);
}

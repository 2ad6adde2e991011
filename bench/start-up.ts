import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Benchmark, type BenchmarkSettings, median } from './benchmark.ts';
import { measuredRun, type Usage } from './measured-run.ts';
import { PageServer } from './page-server.ts';

/** A start takes little time, in which little else may happen: it is repeated more often than what takes seconds. */
const TURNS_A_ROUND = 3;

/**
 * Prints what it takes to start the command and to end it: with nothing to do, and with one page to fetch.
 *
 * The contenders take turns within one run. The floors are a module that is empty, and bare undici that fetches the same page.
 */
export const startUpBenchmark: Benchmark = {
  name: 'start-up',
  summary: 'Time and CPU time of runs that have next to nothing to do, beside an empty module and bare undici.',
  run: async (settings) => {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-bench-'));
    const server = await PageServer.start();
    try {
      const list = join(folder, 'list.txt');
      await writeFile(list, server.list('small', 1));
      await compare(list, { settings, folder });
    } finally {
      await server.close();
      await rm(folder, { recursive: true });
    }
  },
};

interface Contender {
  readonly title: string;
  readonly script: URL;
  readonly args: (list: string, output: string) => readonly string[];
  /** Whether it fetches the page and writes what it found. */
  readonly fetches: boolean;
}

const sluice = new URL('../dist/main.js', import.meta.url);
const contenders: readonly Contender[] = [
  { title: 'empty module', script: new URL('clients/nothing.mjs', import.meta.url), args: () => [], fetches: false },
  {
    title: 'bare undici, one page',
    script: new URL('clients/bare-undici.mjs', import.meta.url),
    args: (list, output) => [list, output],
    fetches: true,
  },
  { title: 'sluice --version', script: sluice, args: () => ['--version'], fetches: false },
  { title: 'sluice --help', script: sluice, args: () => ['--help'], fetches: false },
  { title: 'sluice, empty input', script: sluice, args: () => ['-q'], fetches: false },
  {
    title: 'sluice, one page',
    script: sluice,
    args: (list, output) => ['--allow-private', '-q', '-i', list, '-o', output],
    fetches: true,
  },
];

interface Surroundings {
  readonly settings: BenchmarkSettings;
  /** For outputs. */
  readonly folder: string;
}

async function compare(list: string, { settings, folder }: Surroundings): Promise<void> {
  const turns = settings.rounds * TURNS_A_ROUND;
  const usages = contenders.map((): Usage[] => []);
  for (let turn = 0; turn < turns; turn += 1) {
    for (const [index, { title, script, args, fetches }] of contenders.entries()) {
      const output = join(folder, `${turn}-${index}.tsv`);
      usages[index]?.push(await measuredRun(script, args(list, output)));
      if (fetches && (await readFile(output)).length === 0) throw new Error(`${title} has found nothing`);
    }
  }
  const [empty = [], bare = []] = usages;
  const headings = ['time', 'to empty', 'to undici', 'CPU', 'to empty', 'to undici'];
  settings.print(`medians of ${turns}`);
  settings.print(`  ${''.padEnd(22)}${headings.map((heading) => heading.padStart(11)).join('')}`);
  for (const [index, { title }] of contenders.entries()) {
    const own = usages[index] ?? [];
    const cells = [elapsedMs, cpuMs].flatMap((figure) => [
      `${median(own.map(figure)).toFixed(0)} ms`,
      ...[empty, bare].map((floor) => ratio(own, floor, figure).toFixed(2)),
    ]);
    settings.print(`  ${title.padEnd(22)}${cells.map((cell) => cell.padStart(11)).join('')}`);
  }
}

function elapsedMs(usage: Usage): number {
  return usage.elapsedMs;
}

function cpuMs(usage: Usage): number {
  return usage.cpuMicros / 1000;
}

/** The median of the turns' own ratios: what else runs on the machine changes from turn to turn. */
function ratio(own: readonly Usage[], floor: readonly Usage[], figure: (usage: Usage) => number): number {
  return median(own.map((usage, turn) => figure(usage) / figure(floor[turn] ?? usage)));
}

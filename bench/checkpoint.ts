import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Benchmark, type BenchmarkSettings, median } from './benchmark.ts';
import { measuredRun, type Usage } from './measured-run.ts';
import { PageServer } from './page-server.ts';

/**
 * Prints what checkpoints cost: CPU and wall time of one run without them and with them over the same list.
 *
 * The contenders take turns within one run. The one with a checkpoint ten times as often makes the cost visible where
 * that of the usual interval is lost in the noise.
 */
export const checkpointBenchmark: Benchmark = {
  name: 'checkpoint',
  summary: 'CPU and wall time of a run with checkpoints, beside one without.',
  run: async (settings) => {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-bench-'));
    const server = await PageServer.start();
    try {
      const list = join(folder, 'list.txt');
      await writeFile(list, server.list('small', settings.small));
      for (const extension of ['tsv', 'tsv.gz']) await compare(list, extension, { settings, folder });
    } finally {
      await server.close();
      await rm(folder, { recursive: true });
    }
  },
};

/** Each with its flags, given the path of its checkpoint. */
const contenders: readonly { readonly title: string; readonly flags: (path: string) => readonly string[] }[] = [
  { title: 'without', flags: () => [] },
  { title: 'every 2 s', flags: (path) => ['--checkpoint', path] },
  { title: 'every 200 ms', flags: (path) => ['--checkpoint', path, '--checkpoint-interval', '200ms'] },
];

interface Surroundings {
  readonly settings: BenchmarkSettings;
  readonly folder: string;
}

async function compare(list: string, extension: string, { settings, folder }: Surroundings): Promise<void> {
  const { rounds, small, print } = settings;
  const sluice = new URL('../dist/main.js', import.meta.url);
  const usages = contenders.map((): Usage[] => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, { flags }] of contenders.entries()) {
      const output = join(folder, `${round}-${index}.${extension}`);
      const args = ['--allow-private', '-q', '-i', list, '-o', output, ...flags(`${output}.checkpoint`)];
      usages[index]?.push(await measuredRun(sluice, args));
      if ((await stat(output)).size < small) throw new Error(`${output} is too short`);
    }
  }
  print(`${small.toLocaleString('en')} small pages to ${extension}; medians of ${rounds}`);
  print(`  ${''.padEnd(14)}${'CPU'.padStart(10)}${'ratio'.padStart(8)}${'wall'.padStart(10)}${'ratio'.padStart(8)}`);
  for (const [index, { title }] of contenders.entries()) {
    print(`  ${title.padEnd(14)}${costs(usages[index] ?? [], usages[0] ?? [])}`);
  }
}

/** Medians of the times, and of the ratios round by round: what else runs on the machine changes from round to round. */
function costs(own: readonly Usage[], without: readonly Usage[]): string {
  const parts = [(usage: Usage) => usage.cpuMicros / 1e6, (usage: Usage) => usage.elapsedMs / 1e3].map((seconds) => {
    const ratios = own.map((usage, round) => seconds(usage) / seconds(without[round] ?? usage));
    return `${median(own.map(seconds)).toFixed(2).padStart(8)} s${median(ratios).toFixed(3).padStart(8)}`;
  });
  return parts.join('');
}

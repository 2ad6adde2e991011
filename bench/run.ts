import { availableParallelism, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import type { Benchmark, BenchmarkSettings } from './benchmark.ts';
import { checkpointBenchmark } from './checkpoint.ts';
import { badHostsBenchmark } from './engine/bad-hosts.ts';
import { engineBenchmark } from './engine/engine.ts';
import { manyHostsBenchmark } from './engine/many-hosts.ts';
import { sortedListBenchmark } from './engine/sorted-list.ts';
import { extractionBenchmark } from './extraction.ts';
import { extractionMemoryBenchmark } from './extraction-memory.ts';
import { hostSchedulerBenchmark } from './host-scheduler.ts';
import { longListBenchmark } from './long-list/long-list.ts';
import { memoryBenchmark } from './memory.ts';
import { pagesBenchmark } from './pages.ts';
import { startUpBenchmark } from './start-up.ts';
import { workersBenchmark } from './workers.ts';

const benchmarks: readonly Benchmark[] = [
  pagesBenchmark,
  workersBenchmark,
  memoryBenchmark,
  startUpBenchmark,
  checkpointBenchmark,
  engineBenchmark,
  badHostsBenchmark,
  sortedListBenchmark,
  manyHostsBenchmark,
  hostSchedulerBenchmark,
  extractionBenchmark,
  extractionMemoryBenchmark,
  longListBenchmark,
];

const USAGE = `npm run bench -- [NAME..] [LINES..] [OPTION..]

${benchmarks.map(({ name, summary }) => `  ${name.padEnd(20)}${summary}`).join('\n')}

  LINES           long-list: lengths of its lists, default 100000 1000000
  --small N       pages, workers, engine, checkpoint, long-list: small pages that are fetched, default 20000
  --large N       pages, workers, engine: large pages in the list, default 3000
  --rounds N      all but memory, many-hosts and long-list: turns of each contender, default 3; start-up: three times as many
  --marks N,N..   memory: pages served at which it is read, default 10000,50000,100000
  --host-pages N  bad-hosts, sorted-list: pages of each host, default 200
  --latency MS    bad-hosts, sorted-list: how long a page takes its server, default 20
  --hosts N       many-hosts: hosts in the list, default 20000
  --real-pages N  extraction: real pages, the first of 258, default all
`;

const LIST_LINES = ['100000', '1000000'];

/** A load below this leaves the processors to what is measured. */
const CALM_LOAD = 0.75;

class UsageError extends Error {}

function readArguments(): { chosen: readonly Benchmark[]; settings: BenchmarkSettings } {
  const text = (fallback: string) => ({ type: 'string', default: fallback }) as const;
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      small: text('20000'),
      large: text('3000'),
      rounds: text('3'),
      marks: text('10000,50000,100000'),
      'host-pages': text('200'),
      latency: text('20'),
      hosts: text('20000'),
      'real-pages': text('258'),
    },
  });
  const names = positionals.filter((positional) => !isCount(positional));
  const lines = positionals.filter(isCount);
  return {
    chosen: names.length === 0 ? benchmarks : names.map(benchmarkNamed),
    settings: {
      small: count('small', values.small),
      large: count('large', values.large),
      rounds: count('rounds', values.rounds),
      marks: ascending('marks', values.marks.split(',')),
      lines: ascending('lines', lines.length === 0 ? LIST_LINES : lines),
      hostPages: count('host-pages', values['host-pages']),
      latencyMs: count('latency', values.latency),
      hosts: count('hosts', values.hosts),
      realPages: count('real-pages', values['real-pages']),
      print: (line) => process.stdout.write(`${line}\n`),
    },
  };
}

function benchmarkNamed(name: string): Benchmark {
  const found = benchmarks.find((benchmark) => benchmark.name === name);
  if (found === undefined) throw new UsageError(`there is no benchmark ${name}`);
  return found;
}

function isCount(positional: string): boolean {
  return /^\d+$/.test(positional);
}

function ascending(option: string, texts: readonly string[]): readonly number[] {
  return texts.map((text) => count(option, text)).sort((a, b) => a - b);
}

function count(option: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new UsageError(`--${option}: expected a count, got ${text}`);
  return value;
}

/** Figures are only worth something with the machine that they were taken on, and how busy it was. */
function describeMachine(): string {
  const [load = 0] = loadavg();
  const processors = availableParallelism();
  const warning = load > CALM_LOAD * processors ? ' (busy: compare within a table only, and take it again)' : '';
  return `Node ${process.versions.node}, ${processors} processors, load ${load.toFixed(1)}${warning}`;
}

async function main(): Promise<void> {
  const { chosen, settings } = readArguments();
  for (const benchmark of chosen) {
    settings.print(`${benchmark.name}: ${benchmark.summary}`);
    settings.print(`${describeMachine()}\n`);
    await benchmark.run(settings);
    settings.print('');
  }
}

/** Those of `parseArgs` have a code of this form. */
function isUsageError(error: unknown): error is Error {
  return error instanceof UsageError || (error instanceof TypeError && 'code' in error);
}

try {
  await main();
} catch (error) {
  if (!isUsageError(error)) throw error;
  process.stderr.write(`${error.message}\n\n${USAGE}`);
  process.exitCode = 2;
}

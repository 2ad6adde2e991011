import assert from 'node:assert/strict';
import { describe, type TestOptions, test } from 'node:test';
import type { Benchmark, BenchmarkSettings } from '../../bench/benchmark.ts';
import { checkpointBenchmark } from '../../bench/checkpoint.ts';
import { badHostsBenchmark } from '../../bench/engine/bad-hosts.ts';
import { engineBenchmark } from '../../bench/engine/engine.ts';
import { manyHostsBenchmark } from '../../bench/engine/many-hosts.ts';
import { sortedListBenchmark } from '../../bench/engine/sorted-list.ts';
import { extractionBenchmark } from '../../bench/extraction.ts';
import { longListBenchmark } from '../../bench/long-list/long-list.ts';
import { memoryBenchmark } from '../../bench/memory.ts';
import { pagesBenchmark } from '../../bench/pages.ts';
import { startUpBenchmark } from '../../bench/start-up.ts';
import { workersBenchmark } from '../../bench/workers.ts';

/** Nothing is measured by these: they tell whether the benchmark still runs, and each rejects where its work was not done. */
const tiny = {
  small: 64,
  large: 8,
  rounds: 1,
  marks: [1_000],
  hostPages: 1,
  latencyMs: 1,
  hosts: 1_000,
  realPages: 2,
  lines: [64, 6_400],
};

/** These read what only Linux tells of a process. */
const ON_LINUX: TestOptions = { skip: process.platform !== 'linux' };

describe('with tiny sizes', { concurrency: 2 }, () => {
  prints(pagesBenchmark, [/^small pages: 64 /, /^ {2}sluice .* \d\.\d\d /, /^large pages: 8 /]);
  prints(workersBenchmark, [/^small pages: 64 /, /^ {2}4 workers .* \d\.\d\d /, /^large pages: 8 /]);
  prints(memoryBenchmark, [/^ +1,000 pages +\d+ MB/], ON_LINUX);
  prints(engineBenchmark, [/^small pages: 64 /, /^ {2}engine .* \d\.\d\d /, /^large pages: 8 /]);
  prints(startUpBenchmark, [
    /^medians of 3$/,
    /^ {2}empty module .* 1\.00 /,
    /^ {2}sluice --version .* \d\.\d\d /,
    /^ {2}sluice, one page .* \d\.\d\d$/,
  ]);
  prints(checkpointBenchmark, [
    /^64 small pages to tsv;/,
    /^ {2}without .* 1\.000/,
    /^ {2}every 200 ms .* \d\.\d\d\d/,
    /to tsv\.gz;/,
  ]);
  prints(badHostsBenchmark, [/^ {2}44 good +\d+ +1\.00/, /^ {2}44 good, 1 busy, 5 that never answer +\d+ +\d/]);
  prints(sortedListBenchmark, [/^ {2}shuffled +\d+ +1\.00$/, /^ {2}sorted +\d+ +\d+\.\d\d$/]);
  prints(
    manyHostsBenchmark,
    [/^1,000 hosts in /, /^ +1,000 +\d+ MB +\d+$/, /^ {2}after the end: \d descriptors$/],
    ON_LINUX,
  );
  prints(extractionBenchmark, [/^2 pages, /, /^ {2}ours, hrefs .* \d\.\d\d /, /^ {2}href=.* 1\.00 /]);
  prints(
    longListBenchmark,
    [/^ {2}plain list$/, /^ +64 .* 1\.00 /, /^ +6,400 .* 0\.\d\d .* µs/, /^ {2}gz list$/],
    ON_LINUX,
  );
});

/** A benchmark prints a line like each of `expected`, in this order. */
function prints({ name, run }: Benchmark, expected: readonly RegExp[], options: TestOptions = {}): void {
  test(`${name} runs and prints its table`, options, async () => {
    const lines: string[] = [];
    const settings: BenchmarkSettings = { ...tiny, print: (line) => lines.push(line) };
    await run(settings);
    let from = 0;
    for (const pattern of expected) {
      const index = lines.findIndex((line, place) => place >= from && pattern.test(line));
      assert.notEqual(index, -1, `no line like ${pattern} in:\n${lines.join('\n')}`);
      from = index + 1;
    }
  });
}

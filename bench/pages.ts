import type { Benchmark } from './benchmark.ts';
import { type Contender, pageContest, sluiceContender } from './page-contest.ts';

/**
 * Prints what a page costs, from the list to the file: the whole process of Sluice beside those of two plain scripts.
 *
 * The contenders take turns within one run and fetch the same list at the same concurrency. The server shares the
 * processors with them, so the figure is CPU time a page, start-up included; the throughput is that of both together.
 */
export const pagesBenchmark: Benchmark = {
  name: 'pages',
  summary: 'CPU time a page, list to file, beside bare undici and undici with htmlparser2.',
  run: (settings) => pageContest([...scripts, sluiceContender('sluice')], settings),
};

const scripts: readonly Contender[] = [
  {
    title: 'bare undici',
    script: new URL('clients/bare-undici.mjs', import.meta.url),
    args: (list, output) => [list, output],
    lines: () => 1,
  },
  {
    title: 'undici + htmlparser2',
    script: new URL('clients/parser.mjs', import.meta.url),
    args: (list, output) => [list, output],
    lines: (links) => links + 1,
  },
];

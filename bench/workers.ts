import type { Benchmark } from './benchmark.ts';
import { pageContest, sluiceContender } from './page-contest.ts';

/**
 * Prints what worker threads gain, and what they cost: pages a second and CPU time a page with one thread, two and four.
 *
 * The server shares the processors, so on a machine with few of them the gain is less than a user's would be.
 */
export const workersBenchmark: Benchmark = {
  name: 'workers',
  summary: 'Pages a second and CPU time a page with 1, 2 and 4 worker threads.',
  run: (settings) => {
    const contenders = ['1', '2', '4'].map((count) => sluiceContender(`${count} workers`, '--workers', count));
    return pageContest(contenders, settings);
  },
};

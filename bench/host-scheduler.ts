import { HostScheduler } from '../src/http/host-scheduler.ts';
import { type Benchmark, median } from './benchmark.ts';

/**
 * Prints what the host scheduler costs: nanoseconds per acquire and release, median of the rounds.
 *
 * The cases take turns within one run, so compare them with each other and not with another machine's.
 */
export const hostSchedulerBenchmark: Benchmark = {
  name: 'host-scheduler',
  summary: 'Time to acquire and release a turn, by hosts and look-ahead.',
  run: async ({ rounds, print }) => {
    const names = Array.from({ length: HOSTS_MAX }, (_, index) => `host-${index}.example`);
    const timings = cases.map((): number[] => []);
    for (let round = 0; round < rounds; round += 1) {
      for (const [index, benchCase] of cases.entries()) timings[index]?.push(await runRound(benchCase, names));
    }
    const base = median(timings[0] ?? []);
    for (const [index, { title }] of cases.entries()) {
      const nanoseconds = median(timings[index] ?? []);
      const ratio = (nanoseconds / base).toFixed(1);
      print(`  ${title.padEnd(44)} ${nanoseconds.toFixed(0).padStart(6)} ns  ${ratio.padStart(5)}`);
    }
  },
};

interface Case {
  readonly title: string;
  readonly hosts: number;
  /** URLs that have called `acquire` and not yet released: above the concurrency, they wait. */
  readonly window: number;
  readonly delayMs: number;
}

/** Of all cases. */
const HOSTS_MAX = 200_000;
const URLS_PER_ROUND = 200_000;
const CONCURRENCY = 64;

const cases: readonly Case[] = [
  { title: '1 host, no waiting', hosts: 1, window: 1, delayMs: 0 },
  { title: '1,000 hosts, no waiting', hosts: 1_000, window: 32, delayMs: 0 },
  { title: '200,000 hosts, no waiting', hosts: 200_000, window: 32, delayMs: 0 },
  { title: '1 host, 2,048 looked ahead', hosts: 1, window: 2_048, delayMs: 0 },
  { title: '1,000 hosts, 2,048 looked ahead', hosts: 1_000, window: 2_048, delayMs: 0 },
  { title: '200,000 hosts, 2,048 looked ahead', hosts: 200_000, window: 2_048, delayMs: 0 },
  { title: '200,000 hosts, remembered for their delay', hosts: 200_000, window: 32, delayMs: 1_000 },
];

/** Runs `URLS_PER_ROUND` URLs through a scheduler, `window` at a time, and gives nanoseconds a URL. */
async function runRound({ hosts, window, delayMs }: Case, names: readonly string[]): Promise<number> {
  // Delays pass with the work, on a clock of our own; the other cases pay for the real one.
  let clockMs = 0;
  const clock = delayMs > 0 ? { now: () => clockMs } : {};
  const scheduler = new HostScheduler({
    concurrency: CONCURRENCY,
    perHost: CONCURRENCY,
    delayMs,
    hostDownAfter: 5,
    ...clock,
  });
  let next = 0;
  const runLane = async () => {
    while (next < URLS_PER_ROUND) {
      const lease = scheduler.acquire(names[next % hosts] ?? '');
      next += 1;
      clockMs += 0.05;
      (await lease).release({ kind: 'answered' });
    }
  };
  const startedAt = process.hrtime.bigint();
  await Promise.all(Array.from({ length: window }, runLane));
  const elapsed = Number(process.hrtime.bigint() - startedAt);
  scheduler.close();
  return elapsed / URLS_PER_ROUND;
}

import { type Benchmark, type BenchmarkSettings, median } from '../benchmark.ts';
import { engineRun } from './engine-run.ts';
import { HostServer } from './host-server.ts';

/**
 * Prints how fast a list that is sorted by host is fetched, beside the same list shuffled.
 *
 * Each answer takes some time, so that the limit per host keeps one host from using all slots.
 */
export const sortedListBenchmark: Benchmark = {
  name: 'sorted-list',
  summary: 'Throughput of a list of 100 hosts that is sorted by host, to that of the same list shuffled.',
  run: async (settings) => {
    const server = await HostServer.start();
    try {
      const lists = listsOf(server, settings);
      const rates = lists.map((): number[] => []);
      for (let round = 0; round < settings.rounds; round += 1) {
        for (const [index, { urls }] of lists.entries()) rates[index]?.push(await rateOf(urls));
      }
      const { hostPages, latencyMs, rounds, print } = settings;
      print(`${HOSTS} hosts with ${hostPages} pages each, each after ${latencyMs} ms; medians of ${rounds}`);
      print(`  ${'list'.padEnd(14)}${'pages/s'.padStart(10)}${'to shuffled'.padStart(14)}`);
      const shuffled = median(rates[0] ?? []);
      for (const [index, { title }] of lists.entries()) {
        const rate = median(rates[index] ?? []);
        print(`  ${title.padEnd(14)}${rate.toFixed(0).padStart(10)}${(rate / shuffled).toFixed(2).padStart(14)}`);
      }
    } finally {
      await server.close();
    }
  },
};

const HOSTS = 100;

interface List {
  readonly title: string;
  readonly urls: readonly string[];
}

function listsOf(server: HostServer, { hostPages, latencyMs }: BenchmarkSettings): readonly List[] {
  const sorted: string[] = [];
  for (let host = 0; host < HOSTS; host += 1) {
    for (let page = 0; page < hostPages; page += 1) sorted.push(server.url(host, page, { pageAfterMs: latencyMs }));
  }
  return [
    { title: 'shuffled', urls: shuffled(sorted) },
    { title: 'sorted', urls: sorted },
  ];
}

/** By Fisher and Yates, with the same outcome every time. */
function shuffled(urls: readonly string[]): readonly string[] {
  const mixed = [...urls];
  let state = 1;
  for (let last = mixed.length - 1; last > 0; last -= 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const other = Math.floor((state / 2 ** 32) * (last + 1));
    const moved = mixed[last] ?? '';
    mixed[last] = mixed[other] ?? '';
    mixed[other] = moved;
  }
  return mixed;
}

async function rateOf(urls: readonly string[]): Promise<number> {
  const { report } = await engineRun(`${urls.join('\n')}\n`);
  if (report.pages !== urls.length) throw new Error(`${report.pages} pages came of ${urls.length}`);
  return (report.pages / report.elapsedMs) * 1_000;
}

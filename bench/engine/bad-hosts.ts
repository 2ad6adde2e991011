import { type Benchmark, type BenchmarkSettings, median } from '../benchmark.ts';
import { type EngineReport, engineRun } from './engine-run.ts';
import { type Behaviour, HostServer } from './host-server.ts';

/**
 * Prints what hosts that misbehave cost the others: pages a second of 44 good hosts, alone and among 6 bad ones.
 *
 * Of the bad ones, one answers 429 with `Retry-After: 1` for ever, and five are dead. The list goes through the hosts
 * in turns. A run is over with the last page of the good hosts. The cases take turns within one run.
 */
export const badHostsBenchmark: Benchmark = {
  name: 'bad-hosts',
  summary: 'Throughput of 44 good hosts among 6 that are overloaded or dead, to that of the good ones alone.',
  run: async (settings) => {
    const server = await HostServer.start();
    try {
      const reports = cases.map((): EngineReport[] => []);
      for (let round = 0; round < settings.rounds; round += 1) {
        for (const [index, { bad }] of cases.entries()) {
          reports[index]?.push(await fetchGood(server, bad, settings));
        }
      }
      printTable(reports, settings);
    } finally {
      await server.close();
    }
  },
};

interface Case {
  readonly title: string;
  readonly bad: readonly Behaviour[];
}

const GOOD_HOSTS = 44;
const DEAD_HOSTS = 5;

const cases: readonly Case[] = [
  { title: '44 good', bad: [] },
  { title: '44 good, 1 busy', bad: ['busy'] },
  { title: '44 good, 1 busy, 5 that refuse', bad: ['busy', ...dead('refused')] },
  { title: '44 good, 1 busy, 5 that never answer', bad: ['busy', ...dead('hole')] },
];

/** Short enough that a black hole is found out within a quick run. */
const HEADERS_TIMEOUT_MS = 500;

function dead(behaviour: Behaviour): readonly Behaviour[] {
  return Array.from({ length: DEAD_HOSTS }, () => behaviour);
}

async function fetchGood(
  server: HostServer,
  bad: readonly Behaviour[],
  { hostPages, latencyMs }: BenchmarkSettings,
): Promise<EngineReport> {
  const good = Array.from({ length: GOOD_HOSTS }, (): Behaviour => ({ pageAfterMs: latencyMs }));
  const hosts = [...bad, ...good];
  let list = '';
  for (let page = 0; page < hostPages; page += 1) {
    for (const [host, behaviour] of hosts.entries()) list += `${server.url(host, page, behaviour)}\n`;
  }
  const enough = GOOD_HOSTS * hostPages;
  const { report } = await engineRun(list, { enough, client: { headersTimeoutMs: HEADERS_TIMEOUT_MS } });
  if (report.pages !== enough) throw new Error(`${report.pages} pages came of the ${enough} on good hosts`);
  return report;
}

function printTable(reports: readonly EngineReport[][], { hostPages, latencyMs, rounds, print }: BenchmarkSettings) {
  const rates = reports.map((runs) => median(runs.map(({ pages, elapsedMs }) => (pages / elapsedMs) * 1_000)));
  print(`${hostPages} pages a host, each after ${latencyMs} ms; medians of ${rounds}`);
  print(`  ${'hosts'.padEnd(40)}${'good pages/s'.padStart(14)}${'to alone'.padStart(10)}  failures`);
  for (const [index, { title }] of cases.entries()) {
    const rate = rates[index] ?? Number.NaN;
    const ratio = (rate / (rates[0] ?? Number.NaN)).toFixed(2);
    const failures = Object.entries(reports[index]?.at(-1)?.failures ?? {}).map(([code, count]) => `${count} ${code}`);
    print(`  ${title.padEnd(40)}${rate.toFixed(0).padStart(14)}${ratio.padStart(10)}  ${failures.join(', ')}`);
  }
}

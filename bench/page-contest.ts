import { createReadStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BenchmarkSettings, median } from './benchmark.ts';
import { measuredRun, type Usage } from './measured-run.ts';
import { type PageKind, PageServer } from './page-server.ts';

/** A program that fetches the pages of a list. */
export interface Contender {
  readonly title: string;
  readonly script: URL;
  readonly args: (list: string, output: string) => readonly string[];
  /** Lines of its output when it has found that many links. */
  readonly lines: (links: number) => number;
}

/** The built command with further flags. */
export function sluiceContender(title: string, ...flags: readonly string[]): Contender {
  return {
    title,
    script: new URL('../dist/main.js', import.meta.url),
    args: (list, output) => ['--allow-private', '-q', '-i', list, '-o', output, ...flags],
    lines: (links) => links + 1,
  };
}

/**
 * Has contenders fetch a list of small pages, then one of large pages, and prints what each has cost beside the first one.
 *
 * They take turns within one run. Errors: rejects where one has not written what is right for the list.
 */
export async function pageContest(contenders: readonly Contender[], settings: BenchmarkSettings): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-bench-'));
  const server = await PageServer.start();
  try {
    for (const kind of ['small', 'large'] as const) await comparePages(server, kind, { contenders, settings, folder });
  } finally {
    await server.close();
    await rm(folder, { recursive: true });
  }
}

interface Surroundings {
  readonly contenders: readonly Contender[];
  readonly settings: BenchmarkSettings;
  /** For lists and outputs. */
  readonly folder: string;
}

async function comparePages(
  server: PageServer,
  kind: PageKind,
  { contenders, settings, folder }: Surroundings,
): Promise<void> {
  const { rounds, print } = settings;
  const pages = settings[kind];
  const { bytes, links } = server.shape(kind);
  const list = join(folder, `${kind}.txt`);
  await writeFile(list, server.list(kind, pages));
  const usages = contenders.map((): Usage[] => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, contender] of contenders.entries()) {
      const output = join(folder, `${kind}-${round}-${index}.tsv`);
      usages[index]?.push(await measuredRun(contender.script, contender.args(list, output)));
      await checkOutput(output, contender, pages * links);
    }
  }
  const title = `${kind} pages: ${pages.toLocaleString('en')} of ${(bytes / 1000).toFixed(1)} KB with ${links} links`;
  print(`${title}; medians of ${rounds}`);
  printTable(contenders, usages, pages, print);
}

/** Who fetches less than the list must not look fast. */
async function checkOutput(output: string, { title, lines }: Contender, links: number): Promise<void> {
  let found = 0;
  for await (const chunk of createReadStream(output) as AsyncIterable<Buffer>) {
    for (let at = chunk.indexOf('\n'); at !== -1; at = chunk.indexOf('\n', at + 1)) found += 1;
  }
  await rm(output);
  const expected = lines(links);
  if (found !== expected) throw new Error(`${title}: wrote ${found} lines, but ${expected} are right`);
}

function printTable(
  contenders: readonly Contender[],
  usages: readonly Usage[][],
  pages: number,
  print: (line: string) => void,
): void {
  const floor = median((usages[0] ?? []).map(({ cpuMicros }) => cpuMicros));
  print(row('client', 'CPU a page', 'least..most', 'to first', 'pages/s', 'peak RSS'));
  for (const [index, { title }] of contenders.entries()) {
    const runs = usages[index] ?? [];
    const cpu = runs.map(({ cpuMicros }) => cpuMicros);
    const elapsedMs = median(runs.map((usage) => usage.elapsedMs));
    const peakBytes = median(runs.map(({ peakRssBytes }) => peakRssBytes));
    print(
      row(
        title,
        `${(median(cpu) / pages).toFixed(0)} µs`,
        `${(Math.min(...cpu) / pages).toFixed(0)}..${(Math.max(...cpu) / pages).toFixed(0)}`,
        (median(cpu) / floor).toFixed(2),
        ((pages / elapsedMs) * 1000).toFixed(0),
        `${(peakBytes / 1e6).toFixed(0)} MB`,
      ),
    );
  }
  print('');
}

function row(title: string, ...cells: readonly string[]): string {
  return `  ${title.padEnd(22)}${cells.map((cell) => cell.padStart(13)).join('')}`;
}

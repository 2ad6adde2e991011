import { createReadStream } from 'node:fs';
import { mkdtemp, readFile, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Benchmark } from '../benchmark.ts';
import { HostServer } from '../engine/host-server.ts';
import { type LongList, longList, writeList } from './list-file.ts';
import { RunTable } from './run-table.ts';
import { type WatchedRun, watchedRun } from './watched-run.ts';

/**
 * Prints what the length of a list costs: of lists of several lengths, plain and compressed, the same number of pages is
 * fetched, and all other lines are skipped by `--shard`.
 *
 * Each list is worked through twice: undisturbed, and killed at its half and taken up. Linux only.
 */
export const longListBenchmark: Benchmark = {
  name: 'long-list',
  summary:
    'Time, CPU time and memory of lists of several lengths with the same number of pages, and of taking them up.',
  run: async ({ lines, small, print }) => {
    const lists = lines.map((count) => longList(count, small));
    print(`  of each list ${small.toLocaleString('en')} pages are fetched, the other lines are skipped by --shard`);
    const server = await HostServer.start();
    try {
      for (const input of ['list.txt', 'list.txt.gz']) {
        const table = new RunTable(input === 'list.txt' ? 'plain' : 'gz', print);
        for (const list of lists) {
          const folder = await mkdtemp(join(tmpdir(), 'sluice-bench-'));
          try {
            await measure({ list, folder, input, server }, table);
          } finally {
            await rm(folder, { recursive: true });
          }
        }
      }
    } finally {
      await server.close();
    }
  },
};

interface Task {
  readonly list: LongList;
  readonly folder: string;
  readonly input: string;
  readonly server: HostServer;
}

async function measure(task: Task, table: RunTable): Promise<void> {
  const { list, folder, input, server } = task;
  await writeList(join(folder, input), list, server);
  const undisturbed = await watchedRun(job(task, 'undisturbed'));
  await checkResult(task, 'undisturbed');
  table.undisturbed(list, undisturbed);
  const killed = await watchedRun({ ...job(task, 'resumed'), killAfter: list.pages / 2 });
  // A short one may be over before the signal is there.
  if (killed.usage !== undefined || (await isOver(task))) return;
  const { takenUpAt, run } = await takeUp(task);
  await checkResult(task, 'resumed');
  table.resumed(list, run, takenUpAt);
}

/** The command, with its files named after `name`. */
function job({ list, folder, input, server }: Task, name: string) {
  const path = (ending: string) => join(folder, `${name}.${ending}`);
  const [output, checkpoint] = [path('tsv'), path('checkpoint')];
  const files = ['-i', join(folder, input), '-o', output, '--checkpoint', checkpoint, '--summary', path('json')];
  const reports = ['--failures', path('failures.tsv'), '--pages', path('pages.tsv')];
  const flags = ['--allow-private', '-q', '--dedupe', '--shard', `1/${list.shards}`];
  return { server, output, checkpoint, args: [...files, ...reports, ...flags] };
}

/** Whether the run that was killed had nothing left to do. */
async function isOver(task: Task): Promise<boolean> {
  return JSON.parse(await readFile(job(task, 'resumed').checkpoint, 'utf8')).isComplete === true;
}

/** Runs the command again after a kill. `takenUpAt`: lines that were done. */
async function takeUp(task: Task): Promise<{ readonly takenUpAt: number; readonly run: WatchedRun }> {
  const again = job(task, 'resumed');
  const { positions, outputs } = JSON.parse(await readFile(again.checkpoint, 'utf8'));
  const outputBytes: number = outputs.sinks[0].length;
  // As the run itself would do: so that what is longer than this is new.
  await truncate(again.output, outputBytes);
  return { takenUpAt: positions.low, run: await watchedRun({ ...again, outputBytes }) };
}

/** Errors: where a page's rows are missing or there twice, or a line has no outcome. */
async function checkResult({ list, folder, server }: Task, name: string): Promise<void> {
  let rows = -1;
  for await (const chunk of createReadStream(join(folder, `${name}.tsv`), 'latin1'))
    rows += chunk.split('\n').length - 1;
  const { read, linked, skippedByReason } = JSON.parse(await readFile(join(folder, `${name}.json`), 'utf8'));
  const found = [rows, read, linked, skippedByReason.shard ?? 0];
  const expected = [list.pages * server.links, list.lines, list.pages, list.lines - list.pages];
  if (found.join() !== expected.join()) throw new Error(`${name}: expected ${expected}, got ${found}`);
}

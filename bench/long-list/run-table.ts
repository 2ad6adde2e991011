import { median } from '../benchmark.ts';
import type { Usage } from '../measured-run.ts';
import type { LongList } from './list-file.ts';
import type { WatchedRun } from './watched-run.ts';

/** Shares of a list at which memory is shown. */
const MARKS = [0.1, 0.5, 1];
/** Share of a list before a mark whose readings count for it. */
const SPAN = 0.05;

const UNDISTURBED = [
  'lines',
  'wall',
  'CPU',
  'lines/s',
  'CPU a line',
  'ratio',
  'further',
  'first row',
  ...MARKS.map((mark) => `${mark * 100} %`),
  'peak',
  'checkpoint',
  'dedupe',
];
const RESUMED = ['lines', 'taken up at', 'new row', 'RSS then', 'peak', 'wall', 'CPU'];
const WIDTH = 14;

/** What one list came to. */
interface Cost {
  readonly lines: number;
  readonly micros: number;
}

/** Prints the runs over lists of one kind, the shortest list first: a line each, the undisturbed run and the one that was taken up. */
export class RunTable {
  readonly #print: (line: string) => void;
  #smallest: Cost | undefined;

  constructor(kind: string, print: (line: string) => void) {
    this.#print = print;
    print('');
    print(`  ${kind} list`);
    this.#row(UNDISTURBED);
    this.#row(RESUMED.map((title) => `> ${title}`));
  }

  undisturbed({ lines }: LongList, run: WatchedRun): void {
    const { cpuMicros, elapsedMs, peakRssBytes } = ended(run);
    const smallest = this.#smallest ?? { lines, micros: cpuMicros };
    this.#smallest = smallest;
    const perLine = cpuMicros / lines;
    const further = (cpuMicros - smallest.micros) / (lines - smallest.lines);
    this.#row([
      lines.toLocaleString('en'),
      seconds(elapsedMs),
      seconds(cpuMicros / 1_000),
      Math.round((lines * 1_000) / elapsedMs).toLocaleString('en'),
      `${perLine.toFixed(2)} µs`,
      ((perLine * smallest.lines) / smallest.micros).toFixed(2),
      Number.isNaN(further) ? '' : `${further.toFixed(2)} µs`,
      seconds(run.firstRowMs),
      ...marks(run),
      megabytes(peakRssBytes),
      kilobytes(run.checkpointBytes),
      kilobytes(run.dedupeBytes),
    ]);
  }

  resumed({ lines }: LongList, run: WatchedRun, takenUpAt: number): void {
    const { cpuMicros, elapsedMs, peakRssBytes } = ended(run);
    this.#row([
      `> ${lines.toLocaleString('en')}`,
      takenUpAt.toLocaleString('en'),
      seconds(run.firstRowMs),
      megabytes(run.firstRowRssBytes),
      megabytes(peakRssBytes),
      seconds(elapsedMs),
      seconds(cpuMicros / 1_000),
    ]);
  }

  #row(cells: readonly string[]): void {
    this.#print(`  ${cells.map((cell) => cell.padStart(WIDTH)).join('')}`);
  }
}

function ended({ usage }: WatchedRun): Usage {
  if (usage === undefined) throw new Error('the run was killed');
  return usage;
}

/** Memory at each mark: the median of the readings that were taken shortly before. A tiny run has none. */
function marks({ readings }: WatchedRun): readonly string[] {
  const pages = readings.at(-1)?.pages ?? 0;
  return MARKS.map((mark) => {
    const near = readings.filter((reading) => reading.pages > pages * (mark - SPAN) && reading.pages <= pages * mark);
    return megabytes(median(near.map(({ rssBytes }) => rssBytes)));
  });
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(2)} s`;
}

function megabytes(bytes: number): string {
  return Number.isNaN(bytes) ? '' : `${(bytes / 1e6).toFixed(0)} MB`;
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1e3).toFixed(1)} kB`;
}

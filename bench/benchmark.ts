/** A benchmark that `npm run bench` can run. */
export interface Benchmark {
  /** What is typed to run it. */
  readonly name: string;
  /** What it measures, in one sentence. */
  readonly summary: string;
  /** Measures and prints. Rejects where what was measured did not do its work. */
  run(settings: BenchmarkSettings): Promise<void>;
}

/** What can be set on the command line; each benchmark takes what concerns it. */
export interface BenchmarkSettings {
  /** Small pages in one list. */
  readonly small: number;
  /** Large pages in one list. */
  readonly large: number;
  /** How often each contender has its turn. */
  readonly rounds: number;
  /** Pages served at which memory is read, ascending. */
  readonly marks: readonly number[];
  /** Pages of each host, where their number is fixed. */
  readonly hostPages: number;
  /** How long a page takes its server. */
  readonly latencyMs: number;
  /** Hosts in one list, where each has one page. */
  readonly hosts: number;
  /** Real pages that are read, at most. */
  readonly realPages: number;
  /** Lengths of lists, ascending, where most of their lines are not fetched. */
  readonly lines: readonly number[];
  readonly print: (line: string) => void;
}

/** The middle one of `values`, the upper of the two where their number is even; NaN of none. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

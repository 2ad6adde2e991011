/** A way of running that has to survive. */
export interface TortureCase {
  readonly name: string;
  /** What is read: the list as a file, compressed, in two halves, or from standard input. */
  readonly input: 'file' | 'gz' | 'two' | 'stdin';
  /** Name of the rows' file. */
  readonly output: string;
  /** Further flags. */
  readonly flags: readonly string[];
  /** Whether the rows have an order to keep. */
  readonly isOrdered?: boolean;
}

const REPORTS = ['--failures', 'failures.jsonl', '--pages', 'pages.csv.gz'];

/** The cases, each with something of its own to go wrong. */
export const tortureCases: readonly TortureCase[] = [
  { name: 'tsv', input: 'file', output: 'links.tsv', flags: [] },
  { name: 'csv.gz', input: 'file', output: 'links.csv.gz', flags: ['--failures', 'failures.csv'] },
  { name: 'jsonl, ordered', input: 'file', output: 'links.jsonl', flags: ['--ordered'], isOrdered: true },
  { name: 'shard', input: 'file', output: 'links.tsv', flags: ['--shard', '1/3'] },
  { name: 'failures and pages', input: 'file', output: 'links.tsv', flags: REPORTS },
  { name: 'dedupe', input: 'file', output: 'links.tsv.gz', flags: ['--dedupe', ...REPORTS] },
  { name: 'standard input', input: 'stdin', output: 'links.tsv', flags: REPORTS },
  { name: 'gz input', input: 'gz', output: 'links.jsonl.gz', flags: ['--failures', 'failures.jsonl.gz'] },
  {
    name: 'two inputs, ordered',
    input: 'two',
    output: 'links.tsv.gz',
    flags: ['--ordered', ...REPORTS],
    isOrdered: true,
  },
];

/** The flags of a case that has its files in the working folder; `TWO` and so on are written by `torture`. */
export function flagsOf({ input, output, flags }: TortureCase): readonly string[] {
  const inputs = {
    file: ['-i', 'list.txt'],
    gz: ['-i', 'list.txt.gz'],
    two: ['-i', 'one.txt', '-i', 'two.txt'],
    stdin: [],
  };
  return [...inputs[input], '-o', output, '--summary', 'summary.json', ...flags];
}

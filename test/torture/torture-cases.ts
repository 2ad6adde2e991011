/** A way of running that has to survive. */
export interface TortureCase {
  readonly name: string;
  /** What is read: the list as a file, compressed, in two halves, or from standard input. */
  readonly input: 'file' | 'gz' | 'two' | 'stdin';
  /** Name of the rows' file. */
  readonly output: string;
  /** Further flags. */
  readonly flags: readonly string[];
  /** What is run in place of the default command: a pipeline with its own options, `list.txt` its input. */
  readonly pipeline?: Readonly<Record<string, unknown>>;
  /** Whether the rows have an order to keep. */
  readonly isOrdered?: boolean;
}

/** Columns that flow, and a sink of every kind that takes part in checkpoints. */
const PIPELINE = {
  source: { lines: { path: 'list.txt' } },
  steps: [
    { normalize: { sortQuery: true } },
    'dedupe',
    { fetch: { allowPrivate: true, concurrency: 24, perHost: 8 } },
    'links',
    { where: '!parsed_url.endsWith("7")' },
    { set: { columns: { number: 'int(extract(parsed_url, "[0-9]+$"))', digit: 'number % 10' } } },
    { rename: { columns: { parsed_url: 'link' } } },
  ],
  sink: [
    { tsv: { path: 'links.tsv' } },
    { csv: { path: 'links.csv.gz', columns: ['source_url', 'link', { number: 'n' }] } },
    { jsonl: { path: 'links.jsonl' } },
    { sqlite: { path: 'links.sqlite' } },
    { split: { path: 'links-part-{part}.tsv', rows: 150 } },
    { split: { path: 'links-by-{value}.csv.gz', column: 'digit' } },
    { null: {} },
  ],
  failures: { jsonl: { path: 'failures.jsonl' } },
  pages: { csv: { path: 'pages.csv.gz' } },
};

const REPORTS = ['--failures', 'failures.jsonl', '--pages', 'pages.csv.gz'];

/** The cases, each with something of its own to go wrong. */
export const tortureCases: readonly TortureCase[] = [
  { name: 'tsv', input: 'file', output: 'links.tsv', flags: [] },
  { name: 'csv.gz', input: 'file', output: 'links.csv.gz', flags: ['--failures', 'failures.csv'] },
  { name: 'jsonl, ordered', input: 'file', output: 'links.jsonl', flags: ['--ordered'], isOrdered: true },
  { name: 'shard', input: 'file', output: 'links.tsv', flags: ['--shard', '1/3'] },
  { name: 'failures and pages', input: 'file', output: 'links.tsv', flags: REPORTS },
  { name: 'dedupe', input: 'file', output: 'links.tsv.gz', flags: ['--dedupe', ...REPORTS] },
  {
    name: 'dedupe, two, ordered',
    input: 'two',
    output: 'links.tsv',
    flags: ['--dedupe', '--ordered', ...REPORTS],
    isOrdered: true,
  },
  { name: 'dedupe, gz, shard', input: 'gz', output: 'links.jsonl', flags: ['--dedupe', '--shard', '2/3'] },
  { name: 'dedupe, stdin', input: 'stdin', output: 'links.csv', flags: ['--dedupe', ...REPORTS] },
  { name: 'standard input', input: 'stdin', output: 'links.tsv', flags: REPORTS },
  {
    name: 'gz input, skip',
    input: 'gz',
    output: 'links.jsonl.gz',
    flags: ['--skip', '37', '--failures', 'failures.jsonl.gz'],
  },
  {
    name: 'two inputs, ordered',
    input: 'two',
    output: 'links.tsv.gz',
    flags: ['--ordered', ...REPORTS],
    isOrdered: true,
  },
  { name: 'several sinks', input: 'file', output: 'links.tsv', flags: [], pipeline: PIPELINE },
  {
    name: 'several, ordered',
    input: 'file',
    output: 'links.tsv',
    flags: ['--ordered'],
    pipeline: PIPELINE,
    isOrdered: true,
  },
];

/** Where a case's pipeline stands. */
export const PIPELINE_FILE = 'pipeline.json';

/** The flags of a case that has its files in the working folder; `TWO` and so on are written by `torture`. */
export function flagsOf({ input, output, flags, pipeline }: TortureCase): readonly string[] {
  if (pipeline !== undefined) return ['run', PIPELINE_FILE, '--summary', 'summary.json', ...flags];
  const inputs = {
    file: ['-i', 'list.txt'],
    gz: ['-i', 'list.txt.gz'],
    two: ['-i', 'one.txt', '-i', 'two.txt'],
    stdin: [],
  };
  return [...inputs[input], '-o', output, '--summary', 'summary.json', ...flags];
}

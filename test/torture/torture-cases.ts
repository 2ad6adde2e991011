/** A way of running that has to survive. */
export interface TortureCase {
  readonly name: string;
  /** What is read: the list as a file, compressed, in two halves, or from standard input. */
  readonly input: 'file' | 'gz' | 'two' | 'stdin';
  /** Name of the rows' file. */
  readonly output: string;
  /** Further flags. */
  readonly flags: readonly string[];
  /** What is run in place of the default command: a pipeline with its own options, which reads what `tortureInputs` gives. */
  readonly pipeline?: Readonly<Record<string, unknown>>;
  /** Whether the rows have an order to keep. */
  readonly isOrdered?: boolean;
  /** A file of the input that is there in part at first, and grows at its end between the runs. */
  readonly grows?: string;
  /** Whether some of the runs start over. */
  readonly isRestarted?: boolean;
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

/** Columns of the input, and code of the user's: a step that counts, and a program. */
const OWN_CODE = {
  source: { csv: { path: 'list.csv', column: 'url', columns: ['number', 'url'] } },
  steps: [
    { use: { path: './own-step.ts' } },
    { sample: { share: '90%', by: 'source_url' } },
    'dedupe',
    { limit: { records: 500 } },
    { fetch: { allowPrivate: true, concurrency: 24, perHost: 8 } },
    'links',
    { exec: { command: ['node', 'program.mjs'], columns: ['size'] } },
  ],
  sink: { tsv: { path: 'links.tsv', columns: ['source_url', 'parsed_url', 'size', 'input.number'] } },
  failures: { csv: { path: 'failures.csv' } },
};

const SITEMAPS = {
  source: { sitemap: { url: ['first.xml', 'second.xml.gz'] } },
  steps: ['dedupe', { fetch: { allowPrivate: true, concurrency: 24, perHost: 8 } }, 'links'],
  sink: { jsonl: { path: 'links.jsonl', columns: ['source_url', 'input.lastmod', 'parsed_url'] } },
};

/** Without a network: what is killed is busy all the time. */
const ARCHIVE = {
  source: { warc: { path: 'crawl.warc.gz' } },
  steps: ['links'],
  sink: [{ tsv: { path: 'links.tsv.gz' } }, { sqlite: { path: 'links.sqlite' } }],
  pages: { csv: { path: 'pages.csv' } },
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
  { name: 'several, restarted', input: 'file', output: 'links.tsv', flags: [], pipeline: PIPELINE, isRestarted: true },
  { name: 'workers', input: 'file', output: 'links.tsv', flags: ['--workers', '2', ...REPORTS] },
  {
    name: 'several, workers, ordered',
    input: 'file',
    output: 'links.tsv',
    flags: ['--workers', '3', '--ordered'],
    pipeline: PIPELINE,
    isOrdered: true,
  },
  { name: 'growing', input: 'file', output: 'links.tsv', flags: REPORTS, grows: 'list.txt' },
  { name: 'csv, own code', input: 'file', output: 'links.tsv', flags: [], pipeline: OWN_CODE },
  { name: 'csv, growing', input: 'file', output: 'links.tsv', flags: [], pipeline: OWN_CODE, grows: 'list.csv' },
  { name: 'sitemaps', input: 'file', output: 'links.jsonl', flags: [], pipeline: SITEMAPS },
  { name: 'archive', input: 'file', output: 'links.tsv.gz', flags: [], pipeline: ARCHIVE },
];

/** Where a case's pipeline stands. */
export const PIPELINE_FILE = 'pipeline.json';

/** Where a case keeps its checkpoint: in this folder, by this name. */
export const STATE_FOLDER = 'state';
export const CHECKPOINT_NAME = 'run.checkpoint';

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

import { z } from 'zod';
import { defineSink, defineSource, defineStep, type StageDefinition } from '../../../src/core/stage.ts';
import { duration, size } from '../../../src/core/units.ts';

/** What the stages here are for is to be described and chosen, never to run. */
function neverRuns(): never {
  throw new Error('a stage for tests of pipeline files was run');
}

const path = z.string().min(1).describe('File to write.');
const columns = z.array(z.string()).optional().describe('Columns of the rows, in this order.');

/** Small stages with every type of option, for tests of pipeline files. */
export const definitions: readonly StageDefinition[] = [
  defineSource({
    name: 'lines',
    summary: 'Reads one URL a line.',
    options: z.strictObject({
      path: z
        .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
        .default('-')
        .describe('File, or a list of files.'),
    }),
    create: neverRuns,
  }),
  defineSource({
    name: 'urls',
    summary: 'Takes the URLs that stand in the pipeline.',
    options: z.strictObject({
      list: z
        .array(z.string())
        .min(1)
        .meta({ examples: [['https://example.com/']] }),
    }),
    create: neverRuns,
  }),
  defineStep({
    name: 'dedupe',
    summary: 'Skips URLs seen before.',
    input: 'url',
    output: 'url',
    options: z.strictObject({}),
    create: neverRuns,
  }),
  defineStep({
    name: 'fetch',
    summary: 'Fetches each URL and passes the answer on as a page.',
    input: 'url',
    output: 'page',
    options: z.strictObject({
      concurrency: z.int().positive().default(64).describe('Requests in flight, over all hosts.'),
      retries: z.int().min(0).max(10).default(2).describe('Attempts after the first one.'),
      timeout: duration().prefault('30s').describe('Longest time for one attempt at a URL.'),
      delay: duration().optional().describe('Least time between two requests to a host.'),
      maxBytes: size().prefault('10MB').describe('Largest body.'),
      headers: z.record(z.string(), z.string()).default({}).describe('Header fields to send.'),
      proxy: z.url().optional().describe('Proxy to go through.'),
      insecure: z.boolean().default(false).describe('Whether certificates are ignored.'),
      notHtml: z.enum(['skip', 'fail']).default('skip').describe('What becomes of an answer that is not HTML.'),
      weight: z.number().gt(0).lt(1).multipleOf(0.25).optional(),
    }),
    create: neverRuns,
  }),
  defineStep({
    name: 'links',
    summary: 'Finds the links of each page.',
    example: {
      source: { lines: { path: 'urls.txt' } },
      steps: ['fetch', { links: { select: ['a@href', 'link@href'] } }],
    },
    input: 'page',
    output: 'links',
    options: z.strictObject({
      select: z
        .union([z.enum(['hrefs', 'anchors', 'all']), z.array(z.string().regex(/^[a-z*]+@[a-z-]+$/))])
        .default('hrefs')
        .describe('Which attributes count.'),
    }),
    create: neverRuns,
  }),
  defineSink({
    name: 'tsv',
    summary: 'Writes tab-separated values.',
    extensions: ['tsv'],
    options: z.strictObject({ path: path.default('-'), columns, header: z.boolean().default(true) }),
    create: neverRuns,
  }),
  defineSink({
    name: 'csv',
    summary: 'Writes comma-separated values.',
    extensions: ['csv'],
    options: z.strictObject({ path, columns }),
    create: neverRuns,
  }),
  defineSink({
    name: 'jsonl',
    summary: 'Writes a JSON object a line.',
    extensions: ['jsonl', 'ndjson'],
    options: z.strictObject({ path, columns }),
    create: neverRuns,
  }),
];

/** Columns to go with `definitions`. */
export const tables = {
  sink: ['source_url', 'parsed_url', 'status'],
  failures: ['source_url', 'code', 'line'],
  pages: ['source_url', 'final_url', 'links'],
};

/** The environment that the fixtures are read with. */
export const env = { NUMBER: '5', WORD: 'many', EMPTY: '', TEXT: 'a: {b}', HOME: '/home/someone' };

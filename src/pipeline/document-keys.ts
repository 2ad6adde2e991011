import { z } from 'zod';
import type { Shard } from './run/shard.ts';

/** How many lines may fail before the run counts as failed: a number, or a part of the lines read. */
export type MaxFailures = { readonly count: number } | { readonly percent: number };

const SHARD = /^([1-9]\d*)\/([1-9]\d*)$/;
const PERCENT = /^(100(?:\.0+)?|\d{1,2}(?:\.\d+)?)%$/;

/** Threads that one process may have; each takes memory of its own, and more than there are processors gain nothing. */
const WORKERS_MAX = 64;

/**
 * The keys of a pipeline file. Stages are checked against the registry, so they are anything here.
 * The keys' order is the one in which they are documented.
 */
export const documentKeys = z.strictObject({
  name: z
    .string()
    .min(1)
    .optional()
    .describe('What the pipeline is called, for people.')
    .meta({ examples: ['links'] }),
  source: z.unknown().optional().describe('Where the URLs come from.'),
  steps: z.unknown().optional().describe('What happens to each URL, in this order.'),
  sink: z.unknown().optional().describe('Where the rows of links go; standard output as TSV by default.'),
  failures: z.unknown().optional().describe('Where a row for each line that failed goes.'),
  pages: z.unknown().optional().describe('Where a row for each page goes.'),
  summary: z
    .string()
    .min(1)
    .optional()
    .describe("The file that gets the run's totals as JSON; - is standard output.")
    .meta({ examples: ['summary.json'] }),
  skip: z
    .int()
    .nonnegative()
    .optional()
    .describe('Lines of the input to pass over first; they are no lines of the run, and count nowhere.')
    .meta({ examples: [1000] }),
  limit: z
    .int()
    .positive()
    .optional()
    .describe('Lines of the input to take at most, behind those that are skipped.')
    .meta({ examples: [1000] }),
  checkpoint: z
    .string()
    .min(1)
    .optional()
    .describe('The file by which a run that was cut off goes on; its folder is made where it is missing.')
    .meta({ examples: ['.sluice/links.checkpoint'] }),
  ordered: z
    .boolean()
    .optional()
    .describe('Whether rows come in the order of the input.')
    .meta({ examples: [true] }),
  shard: shard()
    .optional()
    .describe('Only the hosts of one of several parts: 1/4 is the first of four.')
    .meta({ examples: ['1/4'] }),
  workers: z
    .int()
    .positive()
    .max(WORKERS_MAX)
    .optional()
    .describe('Threads that fetch and parse, each with hosts of its own; one unless given.')
    .meta({ examples: [4] }),
  maxFailures: maxFailures()
    .optional()
    .describe('Lines that may fail, as a number or as a percentage of the lines read, before the exit code is 1.')
    .meta({ examples: ['5%', 100] }),
});

function shard() {
  return z
    .custom<string>((value) => parseShard(value) !== undefined, { error: 'expected a shard such as 1/4' })
    .meta({ title: 'shard', type: 'string', pattern: SHARD.source })
    .transform((value): Shard => parseShard(value) ?? { index: 1, count: 1 });
}

function parseShard(value: unknown): Shard | undefined {
  const match = typeof value === 'string' ? SHARD.exec(value) : null;
  const [index, count] = [Number(match?.[1]), Number(match?.[2])];
  return index >= 1 && index <= count && Number.isSafeInteger(count) ? { index, count } : undefined;
}

/** The stages where a pipeline file names none. */
export const DEFAULT_SINK = { tsv: { path: '-' } } as const;

function maxFailures() {
  return z
    .custom<number | string>((value) => parseMaxFailures(value) !== undefined, {
      error: 'expected a number of lines, or a percentage such as 5%',
    })
    .meta({
      title: 'number or percentage',
      anyOf: [
        { type: 'integer', minimum: 0 },
        { type: 'string', pattern: PERCENT.source },
      ],
    })
    .transform((value): MaxFailures => parseMaxFailures(value) ?? { count: 0 });
}

function parseMaxFailures(value: unknown): MaxFailures | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? { count: value } : undefined;
  const match = typeof value === 'string' ? PERCENT.exec(value) : null;
  return match === null ? undefined : { percent: Number(match[1]) };
}

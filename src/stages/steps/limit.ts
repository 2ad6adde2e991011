import { z } from 'zod';
import { skip } from '../../core/outcome.ts';
import { Lookback } from '../../core/stage/lookback.ts';
import { defineStep } from '../../core/stage.ts';

/**
 * The step `limit`: passes on the first URLs that reach it, and skips the others as `limit`.
 *
 * Unlike the pipeline's own `limit`, which counts lines of the input, it counts what the steps before it have left.
 */
export const limitStep = defineStep({
  name: 'limit',
  summary: 'Passes on the first URLs that reach it; the others are skipped as limit.',
  example: {
    source: { lines: { path: 'urls.txt' } },
    steps: ['dedupe', { limit: { records: 100 } }, 'fetch', 'links'],
    sink: { tsv: { path: 'links.tsv' } },
  },
  input: 'url',
  output: 'url',
  isStateful: true,
  mainOption: 'records',
  options: z.strictObject({
    records: z
      .int()
      .positive()
      .meta({ examples: [1000] })
      .describe('How many URLs to pass on.'),
  }),
  create: ({ records }, _context, checkpoint) => {
    // Those that came before the low-water mark, and all so far.
    let settled = countIn(checkpoint?.state);
    let passed = settled;
    const lookback =
      checkpoint === undefined
        ? undefined
        : new Lookback<1>(() => {
            settled += 1;
          }, checkpoint.low);
    return {
      concurrency: 1,
      process: (record) => {
        if (passed >= records) return skip('limit');
        passed += 1;
        lookback?.note(record.origin.sequence, 1);
        return record;
      },
      save: (low) => {
        lookback?.settle(low);
        return Promise.resolve(settled);
      },
    };
  },
});

function countIn(state: unknown): number {
  return typeof state === 'number' ? state : 0;
}

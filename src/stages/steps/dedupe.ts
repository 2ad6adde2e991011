import { z } from 'zod';
import { FingerprintSet } from '../../core/fingerprint-set.ts';
import { skip } from '../../core/outcome.ts';
import { defineStep } from '../../core/stage.ts';

/** The step `dedupe`: passes on each URL once. */
export const dedupeStep = defineStep({
  name: 'dedupe',
  summary: 'Passes on each URL once; later lines with the same URL are skipped as duplicates.',
  input: 'url',
  output: 'url',
  isStateful: true,
  options: z.strictObject({}),
  create: () => {
    const seen = new FingerprintSet();
    return {
      concurrency: 1,
      // Compared as serialised by the URL standard: `EXAMPLE.com` and `https://example.com/` are one.
      process: (record) => (seen.add(record.url.href) ? record : skip('duplicate')),
    };
  },
});

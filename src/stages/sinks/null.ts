import { z } from 'zod';
import { defineSink } from '../../core/stage.ts';

/**
 * The sink `null`: takes rows and keeps none. What was read, linked and failed is counted all the same.
 *
 * It takes part in checkpoints: there is nothing to come back to.
 */
export const nullSink = defineSink({
  name: 'null',
  summary: 'Takes rows and keeps none: for runs of which only the failures, the pages or the totals matter.',
  example: {
    source: { lines: { path: 'urls.txt' } },
    steps: ['fetch', 'links'],
    sink: 'null',
    pages: { csv: { path: 'pages.csv' } },
  },
  extensions: [],
  options: z.strictObject({}),
  create: () => {
    const done = Promise.resolve();
    return Promise.resolve({
      write: () => {},
      flush: () => done,
      mark: () => Promise.resolve({ length: 0, tail: '' }),
      close: () => done,
      abort: () => done,
    });
  },
  verify: () => Promise.resolve(),
});

import { z } from 'zod';
import { defineStep } from '../../core/stage.ts';

/** The step `drop`: leaves columns out. */
export const dropStep = defineStep({
  name: 'drop',
  summary: 'Leaves columns out: the steps and the outputs behind it no longer have them.',
  example: {
    source: { lines: { path: 'urls.txt' } },
    steps: ['fetch', 'links', { drop: { columns: ['source_url'] } }],
    sink: { tsv: { path: 'links.tsv' } },
  },
  input: ['url', 'page', 'links'],
  output: 'same',
  isPure: true,
  workers: () => undefined,
  options: z.strictObject({
    columns: z
      .array(z.string())
      .min(1)
      .meta({ examples: [['source_url']] })
      .describe('Names of the columns.'),
  }),
  columns: ({ columns }, scope) => ({
    columns: scope.without(columns),
    problems: columns.flatMap((name, index) =>
      scope.get(name) === undefined ? [{ path: ['columns', index], unknownColumn: name }] : [],
    ),
  }),
  create: () => ({ concurrency: 1, process: (record) => record }),
});

import { z } from 'zod';
import type { OptionProblem } from '../../core/columns/column-plan.ts';
import { columnTexts } from '../../core/columns/column-texts.ts';
import { defineStep } from '../../core/stage.ts';

/** The step `rename`: gives columns other names. */
export const renameStep = defineStep({
  name: 'rename',
  summary: 'Gives columns other names, for the steps and the outputs behind it.',
  example: {
    source: { lines: { path: 'urls.txt' } },
    steps: ['fetch', 'links', { rename: { columns: { source_url: 'page', parsed_url: 'link' } } }],
    sink: { csv: { path: 'links.csv', columns: ['page', 'link'] } },
  },
  input: ['url', 'page', 'links'],
  output: 'same',
  isPure: true,
  workers: () => undefined,
  options: z.strictObject({
    columns: columnTexts()
      .meta({ examples: [{ parsed_url: 'link' }] })
      .describe('The present name of each column, and its new one.'),
  }),
  columns: ({ columns }, scope) => {
    const names = new Map(Object.entries(columns));
    const problems: OptionProblem[] = [];
    for (const [from, to] of names) {
      const path = ['columns', from];
      const isTaken = scope.get(to) !== undefined && !names.has(to);
      const isTwice = [...names].some(([other, name]) => other !== from && name === to);
      if (scope.get(from) === undefined) problems.push({ path, unknownColumn: from });
      else if (isTaken || isTwice) problems.push({ path, message: `there would be two columns of the name ${to}` });
    }
    return { columns: problems.length > 0 ? scope : scope.renamed(names), problems };
  },
  create: () => ({ concurrency: 1, process: (record) => record }),
});

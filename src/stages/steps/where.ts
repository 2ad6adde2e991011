import { z } from 'zod';
import { skip } from '../../core/outcome.ts';
import { defineStep } from '../../core/stage.ts';
import { checkedExpression, columnExpression, functionsNote } from '../../expressions/column-expression.ts';

/**
 * The step `where`: keeps what an expression is true for.
 *
 * URLs and pages for which it is false are skipped as `filtered`. Of links, those for which it is false are left out; a
 * page of which none is left is empty.
 */
export const whereStep = defineStep({
  name: 'where',
  summary: 'Keeps the URLs, pages or links for which an expression over their columns is true.',
  example: {
    source: { lines: { path: 'urls.txt' } },
    steps: ['fetch', 'links', { where: 'internal && !nofollow' }],
    sink: { tsv: { path: 'links.tsv' } },
  },
  input: ['url', 'page', 'links'],
  output: 'same',
  isPure: true,
  workers: () => undefined,
  mainOption: 'expression',
  options: z.strictObject({
    expression: z
      .string()
      .min(1)
      .meta({ examples: ['internal && status == 200'] })
      .describe(
        'An expression in CEL that is true or false. URLs and pages that it is false for are skipped as filtered.',
      ),
  }),
  notes: [functionsNote],
  columns: ({ expression: text }, scope) => {
    const { expression, problem } = checkedExpression(text, scope, ['expression']);
    if (expression === undefined) return { columns: scope, problems: [problem] };
    if (expression.type === 'bool' || expression.type === 'any') return { columns: scope, reads: expression.reads };
    const message = `expected an expression that is true or false, this one gives ${TYPE_WORDS[expression.type]}`;
    return { columns: scope, problems: [{ path: ['expression'], message }] };
  },
  create: ({ expression: text }, { columns }) => {
    const { evaluate } = columnExpression(text, columns);
    return {
      concurrency: 1,
      process: (record) => {
        if (record.kind !== 'links') return evaluate(record) === true ? record : skip('filtered');
        const links = record.links.filter((link) => evaluate(record, link) === true);
        return links.length === record.links.length ? record : { ...record, links };
      },
    };
  },
});

const TYPE_WORDS = { string: 'a text', int: 'a whole number', double: 'a number' } as const;
